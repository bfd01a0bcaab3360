"""Visits that read nothing, when a register was read, and messages that were refused, each within its gap."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

from cloud_service.store.database.session import transaction
from cloud_service.store.metering import reading_rounds
from cloud_service.store.metering.energy.gap_evidence import last_readings, refused_in, unread_causes
from tests.cloud_service.metered_house import MeteredHouse

FIRST = datetime(2026, 3, 2, tzinfo=UTC)
AFTER = FIRST + timedelta(days=3)


def test_the_last_visit_within_a_gap_says_why(house: MeteredHouse) -> None:
    register = house.add_meter("M")["energy_import_total"]
    with transaction(house.engine) as session:
        for hours, cause in ((1, "blocked"), (5, "broken"), (100, "other")):
            moment = FIRST + timedelta(hours=hours)
            reading_rounds.add_visit(session, register, cause, author="Ann", key=uuid4(), at=moment)
        gaps = [(register, FIRST - timedelta(days=9), FIRST), (register, FIRST, AFTER)]
        assert {1: "broken"} == unread_causes(session, gaps)


def test_the_newest_readings_come_first(house: MeteredHouse) -> None:
    register = house.add_meter("M")["energy_import_total"]
    house.read(register, *((FIRST + timedelta(days=n), n) for n in range(9)))
    with transaction(house.engine) as session:
        times = last_readings(session, [register, 999])

    assert [FIRST + timedelta(days=n) for n in (8, 7, 6, 5, 4)] == times[register]
    assert [] == times[999]


def test_a_refused_message_counts_in_the_gap_in_which_it_came(house: MeteredHouse) -> None:
    house.owner.execute(
        "INSERT INTO quarantine (gateway, reason, body, created_at) VALUES ('gw-1', 'conflict', '', %s)",
        (FIRST + timedelta(hours=3),),
    )
    gaps = [("gw-2", FIRST, AFTER), ("gw-1", FIRST, AFTER), ("", FIRST, AFTER), ("gw-1", AFTER, AFTER)]
    with transaction(house.engine) as session:
        assert {1} == refused_in(session, gaps)
        house.owner.execute("UPDATE quarantine SET resolved = 'looked at'")
        assert set() == refused_in(session, gaps)
