"""Readings in by COPY, compared with what is there, and the one that counts."""

from datetime import UTC, date, datetime

import numpy as np
import psycopg
import pytest
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from cloud_service.store.metering import readings
from common.reading import Quality
from tests.cloud_service.plant import START, START_MS, add_meter, add_site
from tests.cloud_service.store.metering.rows import QUARTER_MS, columns

Owner = psycopg.Connection[object]


def stored(session: Session, owner: Owner) -> list[tuple[object, ...]]:
    """(at_ms, value, sequence) of all readings, by instant."""
    session.commit()
    rows = owner.execute(
        "SELECT (extract(epoch FROM at) * 1000)::bigint, value, sequence FROM reading ORDER BY at, sequence"
    )
    return [tuple(row) for row in rows.fetchall()]  # type: ignore[arg-type]  # rows of psycopg are tuples


def test_rows_are_stored_to_the_millisecond_in_the_order_of_their_key(session: Session, owner: Owner) -> None:
    register = add_meter(owner)
    readings.insert(session, columns(register, [(START_MS + 1, -7), (START_MS, 2**60)]))

    assert [(START_MS, 2**60, 2), (START_MS + 1, -7, 1)] == stored(session, owner)


def test_more_rows_than_one_block_are_all_stored(session: Session, owner: Owner) -> None:
    register = add_meter(owner)
    size = readings.BLOCK_ROWS + 1
    readings.insert(session, columns(register, [(START_MS + n, n) for n in range(size)]))

    assert size == len(stored(session, owner))


def test_the_same_key_again_is_an_error(session: Session, owner: Owner) -> None:
    rows = columns(add_meter(owner), [(START_MS, 1)])
    readings.insert(session, rows)

    with pytest.raises(psycopg.errors.UniqueViolation):
        readings.insert(session, rows)


def test_rows_that_differ_from_what_is_stored_are_told_by_their_place(session: Session, owner: Owner) -> None:
    register = add_meter(owner)
    times = [START_MS + n * QUARTER_MS for n in range(4)]
    readings.insert(session, columns(register, [(at, 100) for at in times[:3]]))

    assert [] == readings.differing(session, columns(register, [(at, 100) for at in times[:3]]))
    assert [1, 3] == readings.differing(session, columns(register, list(zip(times, (100, 101, 100, 100), strict=True))))
    assert [0, 1, 2] == readings.differing(session, columns(register, [(at, 100) for at in times[:3]], source=5))


def test_a_person_counts_before_a_gateway_and_the_newest_of_equals(session: Session, owner: Owner) -> None:
    register = add_meter(owner)
    at = START + (START - START)
    assert readings.counted_at(session, register, at) is None
    readings.insert(session, columns(register, [(START_MS, 10)], source=3))
    by_gateway = readings.counted_at(session, register, at)
    readings.insert(session, columns(register, [(START_MS, 11)], first_sequence=1))
    readings.insert(session, columns(register, [(START_MS, 12)], first_sequence=2))

    assert (10, 12) == (by_gateway, readings.counted_at(session, register, at))


def test_a_reading_that_was_taken_back_counts_as_none(session: Session, owner: Owner) -> None:
    register = add_meter(owner)
    readings.insert(session, columns(register, [(START_MS, 10)], source=3))
    readings.insert(session, columns(register, [(START_MS, 0)], quality=Quality.MISSING))

    assert readings.counted_at(session, register, START) is None


def test_registers_are_found_by_meter_and_name_with_the_zone_of_their_site(session: Session, owner: Owner) -> None:
    register = add_meter(owner, "M1", add_site(owner, timezone="Africa/Nairobi"))
    owner.execute("INSERT INTO meter (name, serial) VALUES ('loose', 'loose')")
    owner.execute("INSERT INTO register (meter_id, name, unit) SELECT id, 'x', 'kWh' FROM meter WHERE name = 'loose'")
    registers = readings.registers_of(session, ["M1", "loose", "nowhere"], zone="Asia/Tokyo")

    assert {("M1", "energy_import_total"), ("loose", "x")} == set(registers)
    assert (register, "Africa/Nairobi") == (
        registers["M1", "energy_import_total"].id,
        registers["M1", "energy_import_total"].zone,
    )
    assert "Asia/Tokyo" == registers["loose", "x"].zone


def test_months_of_instants_are_named_by_their_first_day() -> None:
    new_year = int(datetime(2026, 1, 1, tzinfo=UTC).timestamp()) * 1000

    assert {date(2025, 12, 1), date(2026, 1, 1)} == readings.months_of(np.array([new_year - 1, new_year]))
    assert {date(2025, 12, 1), date(2026, 1, 1), date(2026, 2, 1)} == readings.months_between(
        new_year - 1, new_year + 32 * 86_400_000
    )


def test_a_note_keeps_who_and_why_for_good(session: Session, owner: Owner) -> None:
    note = readings.add_note(session, "mary", "meter read on site")
    session.commit()

    assert (note, "mary", "meter read on site") == owner.execute(
        "SELECT id, author, reason FROM reading_note"
    ).fetchone()
    with pytest.raises(psycopg.Error):
        owner.execute("UPDATE reading_note SET author = 'john'")


def test_the_application_cannot_change_a_reading(session: Session, owner: Owner) -> None:
    from sqlalchemy import text

    readings.insert(session, columns(add_meter(owner), [(START_MS, 10)]))

    with pytest.raises(DBAPIError):
        session.execute(text("UPDATE reading SET value = 11"))


def test_blocks_are_joined_and_cut_by_masks_alike() -> None:
    rows = readings.joined([columns(1, [(1, 10), (2, 20)]), columns(2, [(3, 30)])])

    assert ([1, 1, 2], [10, 20, 30]) == (rows.register_id.tolist(), rows.value.tolist())
    assert [20, 30] == rows.where(rows.value > 10).value.tolist()
    assert [30] == rows.where(np.array([2])).value.tolist()
