"""What validation must know of registers."""

from datetime import UTC, datetime
from decimal import Decimal

import psycopg
from sqlalchemy.orm import Session

from cloud_service.domain.metering.vee.series import FOREVER_MS, MountSpan
from cloud_service.store.metering import readings
from cloud_service.store.metering.register_rules import rules_of
from tests.cloud_service.plant import START_MS, add_gateway, add_meter, add_site, value_of
from tests.cloud_service.store.metering.rows import columns

Owner = psycopg.Connection[object]


def at_ms(*parts: int) -> int:
    year, month, day = parts
    return int(datetime(year, month, day, tzinfo=UTC).timestamp()) * 1000


def test_a_register_has_the_limits_of_its_meter_and_the_zone_of_its_site(session: Session, owner: Owner) -> None:
    register = add_meter(owner, "M1", add_site(owner, timezone="Asia/Tokyo"), digits=6, step_s=1800)
    owner.execute("UPDATE meter SET max_power_kw = %s", (Decimal("43.5"),))
    rules = rules_of(session, [register])[register]

    assert ("index", 1800, "Asia/Tokyo", 6, 43, "kWh") == (
        rules.kind, rules.step_s, rules.zone, rules.digits, rules.power_max_kw, rules.unit,
    )  # fmt: skip


def test_mounts_come_in_order_with_the_indexes_of_this_register(session: Session, owner: Owner) -> None:
    register = add_meter(owner)
    meter, point = (
        value_of(owner, "SELECT meter_id FROM meter_mount"),
        value_of(owner, "SELECT service_point_id FROM meter_mount"),
    )
    owner.execute(
        """UPDATE meter_mount SET during = '[2020-01-01Z,2021-01-01Z)', closing = '{"energy_import_total": 7}'"""
    )
    owner.execute(
        "INSERT INTO meter_mount (meter_id, service_point_id, during, opening) VALUES (%s, %s, '[2022-01-01Z,)', %s)",
        (meter, point, '{"other": 1}'),
    )

    assert (
        MountSpan(at_ms(2020, 1, 1), at_ms(2021, 1, 1), None, 7),
        MountSpan(at_ms(2022, 1, 1), FOREVER_MS, None, None),
    ) == rules_of(session, [register])[register].mounts


def test_a_meter_that_hangs_nowhere_has_the_zone_of_the_gateway_that_reads_it(session: Session, owner: Owner) -> None:
    gateway = add_gateway(owner, site=add_site(owner, timezone="Africa/Nairobi"))
    stream = value_of(owner, "INSERT INTO stream (gateway_id, epoch) VALUES (%s, '7') RETURNING id", gateway)
    meter = value_of(owner, "INSERT INTO meter (name, serial) VALUES ('loose', 'loose') RETURNING id")
    register = value_of(
        owner, "INSERT INTO register (meter_id, name, unit) VALUES (%s, 'x', 'kWh') RETURNING id", meter
    )
    unread = rules_of(session, [register])[register].zone
    readings.insert(session, columns(register, [(START_MS, 1)], source=stream))

    assert ("UTC", "Africa/Nairobi") == (unread, rules_of(session, [register])[register].zone)
