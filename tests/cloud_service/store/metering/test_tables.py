"""What the database promises of meters, mounts and readings."""

import psycopg
import pytest
from sqlalchemy.orm import Session

from cloud_service.store.metering import readings
from tests.cloud_service.plant import START_MS, add_gateway, add_meter, value_of
from tests.cloud_service.store.metering.rows import columns

Owner = psycopg.Connection[object]


def test_a_meter_hangs_at_one_place_at_a_time(owner: Owner) -> None:
    add_meter(owner, "M1")
    add_meter(owner, "M2")

    with pytest.raises(psycopg.errors.ExclusionViolation, match="ex_meter_mount_meter"):
        owner.execute("""
INSERT INTO meter_mount (meter_id, service_point_id, during)
SELECT t.id, p.id, '[2020-01-01Z,)' FROM meter t, service_point p WHERE t.name = 'M1' AND p.name = 'at M2'
""")


def test_a_place_has_one_meter_at_a_time(owner: Owner) -> None:
    add_meter(owner, "M1")
    meter = value_of(owner, "INSERT INTO meter (name, serial) VALUES ('M3', 'M3') RETURNING id")

    with pytest.raises(psycopg.errors.ExclusionViolation, match="ex_meter_mount_point"):
        owner.execute(
            "INSERT INTO meter_mount (meter_id, service_point_id, during)"
            " SELECT %s, id, '[2020-01-01Z,)' FROM service_point",
            (meter,),
        )


@pytest.mark.parametrize(
    ("statement", "check"),
    [
        ("UPDATE register SET kind = 'guess'", "ck_register_kind"),
        ("UPDATE register SET direction = 'up'", "ck_register_direction"),
        ("UPDATE service_point SET utility = 'steam'", "ck_service_point_utility"),
        ("UPDATE gateway SET state = 'lost'", "ck_gateway_state"),
    ],
)
def test_codes_are_those_the_tables_name(owner: Owner, statement: str, check: str) -> None:
    add_meter(owner)
    add_gateway(owner)

    with pytest.raises(psycopg.errors.CheckViolation, match=check):
        owner.execute(statement)


def test_no_place_lies_below_itself(owner: Owner) -> None:
    add_meter(owner)

    with pytest.raises(psycopg.Error, match="would be its own parent"):
        owner.execute("UPDATE service_point SET parent_id = id")


def test_a_reading_is_evidence_even_for_the_owner_of_the_database(session: Session, owner: Owner) -> None:
    readings.insert(session, columns(add_meter(owner), [(START_MS, 1)]))
    session.commit()

    for statement in ("UPDATE reading SET value = 2", "DELETE FROM reading", "TRUNCATE reading"):
        with pytest.raises(psycopg.Error):
            owner.execute(statement)
