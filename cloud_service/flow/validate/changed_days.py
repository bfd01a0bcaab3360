"""The changed days of registers, lot by lot; what cannot be made is put off and told."""

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from cloud_service.domain.metering.vee.days import WindowDays
from cloud_service.flow.validate.make_days import make_changed_days
from cloud_service.store.database.errors import Refused, guarded
from cloud_service.store.database.session import Engine, Session, transaction
from cloud_service.store.metering import dirty_days
from cloud_service.store.metering.virtual_meters import remake_virtual_days
from common.reading import Quality

REGISTERS_AT_ONCE = 250
AGAIN_AFTER = timedelta(minutes=15)  # a register that cannot be made is tried again then


@dataclass(slots=True)
class ValidationReport:
    """What one call has done."""

    registers: int = 0
    days: int = 0
    changed: int = 0
    intervals: int = 0
    missing: int = 0
    estimated: int = 0
    rejected: int = 0
    waiting: bool = False  # more is to be done
    seconds: float = 0.0
    problems: list[str] = field(default_factory=list)

    def count(self, windows: Iterable[WindowDays]) -> None:
        """Add what was made."""
        for window in windows:
            self.rejected += len(window.rejected)
            for day in window.days:
                self.days += 1
                self.intervals += len(day.qualities)
                self.missing += day.missing
                self.estimated += day.qualities.count(Quality.ESTIMATED)


def validate_dirty(
    engine: Engine,
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    limit: int = 10_000,
    settle: timedelta = timedelta(0),
) -> ValidationReport:
    """Make the changed days of up to `limit` registers; marks younger than `settle` wait for more of their kind."""
    report, started = ValidationReport(), time.monotonic()
    while report.registers < limit:
        size = min(REGISTERS_AT_ONCE, limit - report.registers)
        try:
            done = _make_some(engine, clock(), settle, size, report)
        except Refused:
            done = sum(_make_alone(engine, clock(), settle, report) for _ in range(size))
        if not done:
            break
    else:
        report.waiting = True
    report.seconds = time.monotonic() - started
    return report


def validate_contracts(session: Session, contract_ids: Sequence[int], now: datetime) -> None:
    """Make the changed days of the meters of some contracts in the caller's transaction: before somebody rates them."""
    taken = dirty_days.take_days_of_contracts(session, contract_ids)
    if taken:
        windows, problems, _changed = make_changed_days(session, taken)
        dirty_days.put_off(session, {register: taken[register] for register in problems}, now + AGAIN_AFTER)
        remake_virtual_days(session, windows)


def _make_alone(engine: Engine, now: datetime, settle: timedelta, report: ValidationReport) -> int:
    """One register in a transaction of its own; one that cannot be made is put off and told."""
    try:
        return _make_some(engine, now, settle, 1, report)
    except Refused as error:
        with guarded(), transaction(engine) as session:
            taken = dirty_days.take_changed_days(session, now - settle, 1)
            dirty_days.put_off(session, taken, now + AGAIN_AFTER)
        report.problems += [f"register {register}: {error.message}" for register in taken]
        return len(taken)


def _make_some(engine: Engine, now: datetime, settle: timedelta, size: int, report: ValidationReport) -> int:
    with guarded(), transaction(engine) as session:
        taken = dirty_days.take_changed_days(session, now - settle, size)
        if not taken:
            return 0
        windows, problems, changed = make_changed_days(session, taken)
        put_off = {register: taken[register] for register in problems}
        dirty_days.put_off(session, put_off, now + AGAIN_AFTER)
        report.changed += changed
        report.problems += [f"register {register}: {text}" for register, text in problems.items()]
        remake_virtual_days(session, windows)
    report.registers += len(taken)
    report.count(windows)
    return len(taken)
