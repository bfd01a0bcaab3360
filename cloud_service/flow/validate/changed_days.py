"""The changed days of registers, lot by lot; what cannot be made is put aside alone, tried again, and shown."""

import logging
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

from cloud_service.domain.metering.vee.days import WindowDays
from cloud_service.flow.validate.make_days import make_changed_days
from cloud_service.store.database.each_alone import each_alone
from cloud_service.store.database.errors import fault_of, guarded
from cloud_service.store.database.session import Engine, Session, transaction
from cloud_service.store.metering import dirty_days
from cloud_service.store.metering.validation import register_faults, virtual_meters
from common.reading import Quality

REGISTERS_AT_ONCE = 250
log = logging.getLogger("energy.validation")


@dataclass(slots=True)
class RegisterOutcome:
    """What was made of a register, or why nothing could be; `changed` counts the days of all made with it."""

    register: int
    windows: list[WindowDays] = field(default_factory=list)
    changed: int = 0
    fault: str = ""


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

    def count(self, outcomes: Iterable[RegisterOutcome]) -> None:
        """Add what was made, and what was put aside."""
        for outcome in outcomes:
            self.registers += 1
            self.changed += outcome.changed
            if outcome.fault:
                self.problems.append(f"register {outcome.register}: {outcome.fault}")
            for window in outcome.windows:
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
        with guarded(), transaction(engine) as session:
            now = clock()
            taken = dirty_days.take_changed_days(session, now, settle, size)
            outcomes = make_or_put_aside(session, taken, now)
        report.count(outcomes)
        if not taken:
            break
    else:
        report.waiting = True
    report.seconds = time.monotonic() - started
    return report


def validate_contracts(session: Session, contract_ids: Sequence[int], now: datetime) -> None:
    """Make the changed days of the meters of some contracts in the caller's transaction: before somebody rates them."""
    make_or_put_aside(session, dirty_days.take_days_of_contracts(session, contract_ids), now)


def validate_places(session: Session, point_ids: Sequence[int], now: datetime) -> None:
    """The same of the meters at some service points: before somebody shares a cost by what they counted."""
    make_or_put_aside(session, dirty_days.take_days_at(session, point_ids), now)


def make_or_put_aside(session: Session, taken: Mapping[int, Sequence[date]], now: datetime) -> list[RegisterOutcome]:
    """Make the days of registers and the virtual days they are part of; what raises is put aside alone, with why."""
    virtual = virtual_meters.among(session, taken)
    outcomes = each_alone(
        session, [register for register in taken if register not in virtual],
        work=lambda registers: _make(session, {register: taken[register] for register in registers}),
        put_aside=lambda register, error: [RegisterOutcome(register, fault=fault_of(error))],
    )  # fmt: skip
    days = [(day.register_id, day.day) for outcome in outcomes for window in outcome.windows for day in window.days]
    requested = [(register, day) for register in virtual for day in taken[register]]
    remade = virtual_meters.remake_virtual_days(session, days, requested)
    faults = {outcome.register: outcome.fault for outcome in outcomes if outcome.fault}
    dirty_days.add_dirty(session, [*((r, day) for r in faults for day in taken[r]), *remade.faults])
    faults |= {register: fault for (register, _day), fault in remade.faults.items()}
    for register, fault in faults.items():
        log.warning("register %d was put aside: %s", register, fault)
        register_faults.note(session, register, fault, now)
    register_faults.clear(session, {*taken, *remade.registers} - set(faults))
    outcomes += [RegisterOutcome(register, fault=faults[register]) for register in faults if register not in taken]
    return outcomes


def _make(session: Session, taken: Mapping[int, Sequence[date]]) -> list[RegisterOutcome]:
    windows, problems, changed = make_changed_days(session, taken)
    outcomes = {register: RegisterOutcome(register, fault=problems.get(register, "")) for register in taken}
    for window in windows:
        outcomes[window.rules.id].windows.append(window)
    next(iter(outcomes.values())).changed = changed
    return list(outcomes.values())
