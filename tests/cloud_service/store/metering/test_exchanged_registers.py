"""Registers that follow each other at one service point: each reading goes to the one that hung there."""

from datetime import timedelta

import psycopg
from sqlalchemy.orm import Session

from cloud_service.store.metering.exchanged_registers import FollowingRegisters, following_registers
from cloud_service.store.metering.readings import StoredRegister
from tests.cloud_service.plant import START, add_meter, add_site
from tests.cloud_service.store.metering.rows import columns

OLD, NEW = (StoredRegister(number, f"S{number}", "E1", "kWh", "interval", 900, "UTC") for number in (1, 2))
EXCHANGED = FollowingRegisters((OLD, NEW), (1_000_000,))


def test_an_interval_goes_to_the_meter_that_hung_there_when_it_began() -> None:
    rows = columns(1, [(900_000, 1), (1_800_000, 2), (2_700_000, 3)], step_s=900)

    assert [1, 1, 2] == EXCHANGED.routed(rows).register_id.tolist()


def test_an_index_at_the_exchange_is_the_old_meter_s_last() -> None:
    rows = columns(1, [(1_000_000, 1), (1_000_001, 2)])

    assert [1, 2] == EXCHANGED.routed(rows).register_id.tolist()


def test_only_a_point_named_by_its_grid_id_whose_meter_was_exchanged_has_several(
    session: Session, owner: psycopg.Connection[object]
) -> None:
    site = add_site(owner, timezone="UTC")
    for name in ("S1", "S2", "S3"):
        add_meter(owner, name, site, "E1")
    exchange = START + timedelta(days=2)
    owner.execute("UPDATE service_point SET grid_id = 'NMI1' WHERE name = 'at S1'")
    owner.execute("UPDATE service_point SET grid_id = 'NMI3' WHERE name = 'at S3'")
    owner.execute("UPDATE meter_mount SET during = tstzrange(lower(during), %s) WHERE meter_id = 1", (exchange,))
    owner.execute(
        "UPDATE meter_mount SET during = tstzrange(%s, NULL), service_point_id = 1 WHERE meter_id = 2", (exchange,)
    )
    end = START + timedelta(days=5)

    found = following_registers(session, [(meter, "E1", START, end) for meter in ("NMI1", "NMI3", "S1")])
    before = following_registers(session, [("NMI1", "E1", START, START + timedelta(days=1))])

    assert {("NMI1", "E1"): ["S1", "S2"]} == {key: [r.meter for r in f.registers] for key, f in found.items()}
    assert {} == before
