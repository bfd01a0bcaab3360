"""The filling goes on where a start was stopped; a whole year is filled by the scenarios and `make demo`."""

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

from sqlalchemy import text
from sqlalchemy.orm import Session

from cloud_service.example.filling import ExampleProgress, fill
from cloud_service.example.seed import seed
from cloud_service.local.stack import Stack, describe


def stack_of(folder: Path, database_url: str) -> Stack:
    stack = describe(folder, demo=True, environ={})
    return replace(stack, environment={**stack.environment, "DATABASE_URL": database_url})


def test_progress_is_remembered_on_the_disk(tmp_path: Path) -> None:
    path = tmp_path / "example.json"
    ExampleProgress(path).note(readings=7)
    ExampleProgress(path).note(billed="2026-11-01")

    assert {"readings": 7, "billed": "2026-11-01"} == ExampleProgress(path).done


def test_an_example_that_is_complete_gets_the_rates_of_the_weeks_since(
    session: Session, database_url: str, tmp_path: Path
) -> None:
    start, now = date(2025, 11, 1), datetime(2026, 12, 24, 12, tzinfo=UTC)
    seed(session, start, date(2026, 11, 20))
    session.commit()
    said: list[str] = []
    stack = stack_of(tmp_path, database_url)
    ExampleProgress(tmp_path / "example.json").note(start=start.isoformat(), complete=True)

    fill(stack, said.append, lambda: now)

    assert ["there already"] == said
    assert date(2026, 12, 19) == session.execute(text("SELECT max(day) FROM currency_rate")).scalar()
