"""Readings by hand: with author and reason, never over what was there."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import psycopg
import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from cloud_service.flow.metering.enter_reading import ManualReading, enter
from cloud_service.flow.validate import validate_dirty
from cloud_service.store.invoicing import billed_usage
from common.errors import InputError, NotFoundError
from tests.cloud_service.plant import add_meter, add_site, value_of

Owner = psycopg.Connection[Any]
AT = datetime(2026, 3, 1, tzinfo=UTC)
NOW = AT + timedelta(days=40)


@pytest.fixture
def register(owner: Owner) -> int:
    add_site(owner, timezone="UTC")
    return add_meter(owner)


def entry(value: str | None, at: datetime = AT, **fields: Any) -> ManualReading:
    exact = None if value is None else Decimal(value)
    return ManualReading(
        "M1",
        "energy_import_total",
        at,
        exact,
        fields.pop("author", "Ada"),
        fields.pop("reason", "yearly round"),
        **fields,
    )


def total(engine: Engine, owner: Owner) -> Any:
    while validate_dirty(engine).days:
        pass
    return value_of(owner, "SELECT sum(total) FROM interval_day")


def test_two_readings_by_hand_make_the_days_between(engine: Engine, owner: Owner, register: int) -> None:
    enter(engine, entry("100"), NOW)
    enter(engine, entry("131.5", AT + timedelta(days=31)), NOW)

    assert 31_500 == total(engine, owner)
    assert ("Ada", "yearly round") == owner.execute("SELECT author, reason FROM reading_note LIMIT 1").fetchone()


def test_a_correction_counts_and_what_it_corrects_stays(engine: Engine, owner: Owner, register: int) -> None:
    enter(engine, entry("100"), NOW)
    enter(engine, entry("200", AT + timedelta(days=1)), NOW)
    assert 100_000 == total(engine, owner)

    enter(engine, entry("120", AT + timedelta(days=1), reason="misread"), NOW)

    assert (20_000, 3) == (total(engine, owner), value_of(owner, "SELECT count(*) FROM reading"))


def test_the_audit_log_says_from_what_to_what_a_reading_was_changed_and_why(
    engine: Engine, owner: Owner, register: int
) -> None:
    enter(engine, entry("100"), NOW)
    enter(engine, entry("120.5", reason="misread"), NOW)
    enter(engine, entry(None, reason="another meter"), NOW)
    enter(engine, entry("130"), NOW)
    rows = owner.execute(
        "SELECT actor, before->>'value', after->>'value', reason FROM audit WHERE action = 'reading.enter' ORDER BY id"
    ).fetchall()

    assert [
        ("Ada", None, "100", "yearly round"),
        ("Ada", "100", "120.5", "misread"),
        ("Ada", "120.5", None, "another meter"),
        ("Ada", None, "130", "yearly round"),
    ] == rows


def test_rating_from_indexes_believes_a_person_before_the_meter(
    engine: Engine, owner: Owner, session: Session, register: int
) -> None:
    owner.execute("SELECT ensure_reading_month('2026-03-01')")
    for day, value in ((0, 100_000), (1, 190_000), (2, 200_000)):
        owner.execute(
            "INSERT INTO reading (register_id, at, value, quality, source, sequence) VALUES (%s, %s, %s, 0, 1, %s)",
            (register, AT + timedelta(days=day), value, day + 1),
        )
    enter(engine, entry("120", AT + timedelta(days=1), reason="misread", estimated=True), NOW)
    enter(engine, entry(None, AT + timedelta(days=2)), NOW)

    indexes = billed_usage.indexes(session, [register], AT, AT + timedelta(days=3))

    assert {register: [(AT, 100_000), (AT + timedelta(days=1), 120_000)]} == indexes


def test_a_reading_can_be_taken_back(engine: Engine, owner: Owner, register: int) -> None:
    for day, value in ((0, "100"), (1, "190"), (2, "200")):
        enter(engine, entry(value, AT + timedelta(days=day)), NOW)
    total(engine, owner)

    enter(engine, entry(None, AT + timedelta(days=1), reason="another meter's"), NOW)

    assert 100_000 == total(engine, owner)
    assert [50_000, 50_000] == [
        row[0] for row in owner.execute("SELECT total FROM interval_day ORDER BY day").fetchall()
    ]


def test_an_estimate_is_trued_up_by_the_next_actual_reading(engine: Engine, owner: Owner, register: int) -> None:
    enter(engine, entry("100"), NOW)
    enter(engine, entry("180", AT + timedelta(days=1), estimated=True), NOW)
    assert 80_000 == total(engine, owner)

    enter(engine, entry("150", AT + timedelta(days=2)), NOW)

    assert 50_000 == total(engine, owner)


@pytest.mark.parametrize(
    "bad",
    [
        entry("-1"),
        entry("1", reason=" "),
        entry("1", author=""),
        entry("1", at=datetime(2026, 3, 1)),  # noqa: DTZ001 - what is refused
        entry("1", at=NOW + timedelta(days=1)),
    ],
)
def test_an_entry_that_makes_no_sense_is_refused(
    engine: Engine, owner: Owner, register: int, bad: ManualReading
) -> None:
    with pytest.raises(InputError):
        enter(engine, bad, NOW)

    assert 0 == value_of(owner, "SELECT count(*) FROM reading")


def test_an_unknown_register_is_refused(engine: Engine, owner: Owner) -> None:
    with pytest.raises(NotFoundError):
        enter(engine, entry("1"), NOW)


def test_a_reading_of_a_year_that_cannot_be_is_refused_at_its_time(engine: Engine, register: int) -> None:
    with pytest.raises(InputError, match="lies before the year 2000") as caught:
        enter(engine, entry("5", datetime(202, 10, 1, tzinfo=UTC)), NOW)

    assert "at" == caught.value.path
