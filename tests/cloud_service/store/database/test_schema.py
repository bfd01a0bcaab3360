"""Column values for spans, and names of constraints."""

from datetime import UTC, date, datetime

from sqlalchemy import text
from sqlalchemy.orm import Session

from cloud_service.store.database.schema import Table, days_from, instants_from
from cloud_service.store.tables import AREAS

START = date(2026, 3, 1)


def test_a_span_of_days_has_its_first_day_and_not_its_end(session: Session) -> None:
    statement = text("SELECT cast(cast(:days AS daterange) AS text)")
    march = days_from(START, date(2026, 4, 1))

    assert "[2026-03-01,2026-04-01)" == session.execute(statement, {"days": str(march)}).scalar_one()
    assert days_from(START).upper is None


def test_a_span_of_instants_without_an_end_lasts() -> None:
    opened = instants_from(datetime(2026, 3, 1, tzinfo=UTC))

    assert (True, False) == (opened.contains(datetime(2100, 1, 1, tzinfo=UTC)), opened.isempty)


def test_every_constraint_has_a_name_for_migrations_to_take() -> None:
    nameless = [
        (table.name, constraint)
        for table in Table.metadata.tables.values()
        for constraint in table.constraints
        if not constraint.name
    ]

    assert len(AREAS) >= 10
    assert [] == nameless
