"""Fills the database of a demo: the operator, a year of readings, bills and payments. Stopped half way, it goes on."""

import json
import tempfile
from collections.abc import Callable
from dataclasses import asdict
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from cloud_service.example import history, people
from cloud_service.example.seed import SeededIds, add_weekly_rates, seed
from cloud_service.flow.validate import validate_dirty
from cloud_service.local.stack import Stack
from cloud_service.store.database.session import Engine, connect, transaction
from cloud_service.store.database.upgrade import upgrade

Say = Callable[[str], None]


class ExampleProgress:
    """What of the example is done, in the data folder, so that a start that was stopped goes on where it was."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.done: dict[str, Any] = json.loads(path.read_text()) if path.exists() else {}

    def note(self, **steps: object) -> None:
        """Remember, on the disk."""
        self.done |= steps
        self.path.write_text(json.dumps(self.done, indent=2))


def _utc_now() -> datetime:
    return datetime.now(UTC)


def fill(stack: Stack, say: Say, clock: Callable[[], datetime] = _utc_now) -> None:
    """Bring the database to the newest revision, and the example into it as it is at the clock's time."""
    upgrade(stack.environment["DATABASE_URL"])
    progress = ExampleProgress(stack.data_dir / "example.json")
    now = clock()
    today = now.date()
    engine = connect(stack.environment["DATABASE_URL"])
    try:
        if progress.done.get("complete"):
            say("there already")
        else:
            _fill(engine, stack, progress, say, now)
        with transaction(engine) as session:  # those of the weeks since the last start
            add_weekly_rates(session, date.fromisoformat(progress.done["start"]), today)
    finally:
        engine.dispose()


def _fill(engine: Engine, stack: Stack, progress: ExampleProgress, say: Say, now: datetime) -> None:
    today = now.date()
    seeded = _operator(engine, stack, progress, today)
    start = date.fromisoformat(progress.done["start"])
    say(f"operator with {len(seeded.contracts)} connections")
    if not progress.done.get("readings"):
        count = _readings(engine, start, now)
        progress.note(readings=count)
        say(f"{count:,} readings")
    say(f"{validate_dirty(engine).days:,} days validated")
    for span in history.months_to_bill(start, today):
        if span.end.isoformat() > progress.done.get("billed", ""):
            last = span.end == today.replace(day=1)
            with transaction(engine) as session:
                history.bill_and_pay_month(session, seeded, span, today=today, deliver=last)
            progress.note(billed=span.end.isoformat())
    say("twelve months billed and paid")
    progress.note(complete=True)


def _operator(engine: Engine, stack: Stack, progress: ExampleProgress, today: date) -> SeededIds:
    if "seeded" in progress.done:
        return SeededIds(**progress.done["seeded"])
    start = history.first_day(today)
    with transaction(engine) as session:
        seeded = seed(session, start, today)
        people.add_people(session, people.sign_ins(stack.data_dir / "secrets" / "sign-in.json"), seeded.clients)
    progress.note(start=start.isoformat(), seeded=asdict(seeded))
    return seeded


def _readings(engine: Engine, start: date, now: datetime) -> int:
    with tempfile.TemporaryDirectory(prefix="energy-past-") as folder:
        return sum(
            history.import_readings(engine, file) for file in history.write_history_files(Path(folder), start, now)
        )
