"""From readings to days: makes the days whose readings have changed, and what depends on them, and nothing else.

Changed days are taken from their log in the transaction that makes them: either the days are made and the marks gone,
or neither. Any number of workers may do this at once; each register is with one of them at a time.
"""

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

import numpy as np

from cloud_service.domain.metering.vee import index
from cloud_service.domain.metering.vee.days import WindowDays
from cloud_service.domain.metering.vee.interval import make_interval_days
from cloud_service.domain.metering.vee.series import (
    BelievedReading,
    DayWindow,
    RegisterReadings,
    RegisterRules,
    readings,
)
from cloud_service.store.database.errors import Refused, guarded
from cloud_service.store.database.session import Engine, Session, transaction
from cloud_service.store.metering import validation
from cloud_service.store.metering.validation import LastFinishedDay, ReadingBlock
from cloud_service.store.metering.virtual_meters import remake_virtual_days
from common.errors import EnergyError
from common.period import day_bounds, local_day
from common.reading import Kind, Quality

REGISTERS_AT_ONCE = 250
GAP_DAYS = 3  # changed days further apart than this are made in windows of their own
DAYS_MAX = 62  # of one window
CONTEXT_DAYS = 3  # looked back where a reading was refused: the fault may lie before the window
AGAIN_AFTER = timedelta(minutes=15)  # a register that cannot be made is tried again then
LOOK_AHEAD_DAYS = 3700


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


def _make_alone(engine: Engine, now: datetime, settle: timedelta, report: ValidationReport) -> int:
    """One register in a transaction of its own; one that cannot be made is put off and told."""
    try:
        return _make_some(engine, now, settle, 1, report)
    except Refused as error:
        with guarded(), transaction(engine) as session:
            taken = validation.take_changed_days(session, now - settle, 1)
            validation.put_back(session, taken, now + AGAIN_AFTER)
        report.problems += [f"register {register}: {error.message}" for register in taken]
        return len(taken)


def _make_some(engine: Engine, now: datetime, settle: timedelta, size: int, report: ValidationReport) -> int:
    with guarded(), transaction(engine) as session:
        taken = validation.take_changed_days(session, now - settle, size)
        if not taken:
            return 0
        windows, problems, changed = make(session, taken)
        put_off = {register: taken[register] for register in problems}
        validation.put_back(session, put_off, now + AGAIN_AFTER)
        report.changed += changed
        report.problems += [f"register {register}: {text}" for register, text in problems.items()]
        remake_virtual_days(session, windows)
    report.registers += len(taken)
    report.count(windows)
    return len(taken)


def make(session: Session, changed: Mapping[int, Sequence[date]]) -> tuple[list[WindowDays], dict[int, str], int]:
    """Make and store the changed days of registers and the days that hang on them.

    Returns what was made, the registers that could not be made with the reason, and how many days came out changed.
    """
    rules = validation.rules_of(session, changed)
    problems: dict[int, str] = {}
    finished: list[WindowDays] = []
    stored = 0
    for windows in _rounds({register: changed[register] for register in changed if register in rules}):
        intervals = {r: days for r, days in windows.items() if rules[r].kind == Kind.INTERVAL}
        indexes = {r: days for r, days in windows.items() if rules[r].kind == Kind.INDEX}
        done = [*_intervals(session, rules, intervals, problems), *_indexes(session, rules, indexes, problems)]
        # before the next round: its windows begin where this one's days end, and may make some of them again
        stored += validation.store_days(session, [day for window in done for day in window.days])
        finished += done
    return finished, problems, stored


def _rounds(changed: Mapping[int, Sequence[date]]) -> Iterator[dict[int, tuple[date, date]]]:
    """First and last day of each register's next window, round by round, oldest first."""
    waiting = {register: _clusters(days) for register, days in changed.items()}
    while waiting:
        yield {register: clusters[0] for register, clusters in waiting.items()}
        waiting = {register: clusters[1:] for register, clusters in waiting.items() if clusters[1:]}


def _clusters(days: Sequence[date]) -> list[tuple[date, date]]:
    """Days that lie close together as spans."""
    spans: list[tuple[date, date]] = []
    for day in sorted(days):
        if spans and (day - spans[-1][1]).days <= GAP_DAYS and (day - spans[-1][0]).days < DAYS_MAX:
            spans[-1] = (spans[-1][0], day)
        else:
            spans.append((day, day))
    return spans


def _window(rules: RegisterRules, first: date, last: date) -> DayWindow:
    days = tuple(first + timedelta(days=n) for n in range((last - first).days + 1))
    starts = [_ms(day_bounds(day, rules.zone)[0]) for day in days]
    window = DayWindow(days, (*starts, _ms(day_bounds(last, rules.zone)[1])))
    step_ms = rules.step_s * 1000
    if any((start - starts[0]) % step_ms for start in window.starts_ms):
        raise Refused(f"steps of {rules.step_s} s do not fit the days of {rules.zone} around {first}")
    return window


def _ms(at: datetime) -> int:
    return int(at.timestamp()) * 1000


def _intervals(
    session: Session,
    rules: Mapping[int, RegisterRules],
    spans: Mapping[int, tuple[date, date]],
    problems: dict[int, str],
) -> list[WindowDays]:
    """Interval registers: a day is made of the spans that touch it, and of nothing else."""
    windows = _windows(rules, spans, problems)
    if not windows:
        return []
    longest = 3_600_000
    block = validation.readings_between(session, {r: (w.start_ms + 1, w.end_ms + longest) for r, w in windows.items()})
    parts = _parts(block)
    return [make_interval_days(rules[r], window, parts.get(r, NOTHING)) for r, window in windows.items()]


def _windows(
    rules: Mapping[int, RegisterRules], spans: Mapping[int, tuple[date, date]], problems: dict[int, str]
) -> dict[int, DayWindow]:
    windows = {}
    for register, (first, last) in spans.items():
        try:
            windows[register] = _window(rules[register], first, last)
        except EnergyError as error:
            problems[register] = error.message
    return windows


def _indexes(
    session: Session,
    rules: Mapping[int, RegisterRules],
    spans: Mapping[int, tuple[date, date]],
    problems: dict[int, str],
) -> list[WindowDays]:
    """Index registers: from the last believed reading before the window to the first one after it."""
    spans = {register: span for register, span in spans.items() if register not in problems}
    if not spans:
        return []
    finished, doubtful = _index_round(session, rules, spans, problems)
    if doubtful:
        again = {r: (spans[r][0] - timedelta(days=CONTEXT_DAYS), spans[r][1]) for r in doubtful}
        more, _ = _index_round(session, rules, again, problems)
        finished = [window for window in finished if window.rules.id not in doubtful] + more
    validation.quarantine_rejected(
        session,
        {window.rules.id: window.rejected for window in finished},
        {window.rules.id: (window.window.start_ms, window.window.end_ms) for window in finished},
    )
    validation.mark_dependent(session, [window.days[-1] for window in finished])
    return finished


def _index_round(
    session: Session,
    rules: Mapping[int, RegisterRules],
    spans: Mapping[int, tuple[date, date]],
    problems: dict[int, str],
) -> tuple[list[WindowDays], set[int]]:
    """The windows, widened by what hangs on them; and the registers where a reading was refused."""
    begins = {register: span[0] for register, span in spans.items()}
    earlier = validation.last_finished_days(session, begins)
    firsts = {r: _begin(rules[r], begins[r], earlier.get(r)) for r in spans}
    anchors = _anchors(session, earlier, firsts, begins)
    windows = _windows(rules, {r: (firsts[r], spans[r][1]) for r in spans}, problems)
    within, after = _load(session, windows, anchors)
    wider = {r: (firsts[r], _end(rules[r], w, after.get(r))) for r, w in windows.items()}
    wider = {r: span for r, span in wider.items() if span[1] > spans[r][1]}
    if wider:
        widened = _windows(rules, wider, problems)
        windows |= widened
        more, behind = _load(session, widened, anchors)
        within, after = within | more, {**after, **dict.fromkeys(widened, NOTHING), **behind}
    jobs = [
        index.IndexJob(rules[r], w, _joined(within.get(r, NOTHING), after.get(r, NOTHING))) for r, w in windows.items()
    ]
    finished = index.make_days(jobs) if jobs else []
    return finished, {window.rules.id for window in finished if window.rejected and window.rules.id in anchors}


def _load(
    session: Session, windows: Mapping[int, DayWindow], anchors: Mapping[int, BelievedReading]
) -> tuple[dict[int, RegisterReadings], dict[int, RegisterReadings]]:
    """The readings of windows from their anchors on; and the next ones, where none stands right at the end."""
    if not windows:
        return {}, {}
    loads = {r: ((anchors[r].at_ms if r in anchors else w.start_ms), w.end_ms) for r, w in windows.items()}
    within = _parts(validation.readings_between(session, loads))
    open_ended = {r: w.end_ms for r, w in windows.items() if not _ends_at(within.get(r), w.end_ms)}
    return within, _parts(validation.readings_after(session, open_ended)) if open_ended else {}


def _ends_at(given: RegisterReadings | None, end_ms: int) -> bool:
    return given is not None and len(given) > 0 and given.at_ms[-1] == end_ms and given.quality[-1] < Quality.ESTIMATED


def _begin(rules: RegisterRules, first: date, earlier: LastFinishedDay | None) -> date:
    """The day of the last believed reading: its tail is a line to the first reading of the window."""
    if earlier is None or earlier.exit is None:
        return first
    start_ms = _ms(day_bounds(first, rules.zone)[0])
    if earlier.exit.at_ms >= start_ms:
        return first
    return min(first, local_day(datetime.fromtimestamp(earlier.exit.at_ms / 1000, UTC), rules.zone))


def _anchors(
    session: Session, earlier: Mapping[int, LastFinishedDay], firsts: Mapping[int, date], begins: Mapping[int, date]
) -> dict[int, BelievedReading]:
    """The last believed reading at or before each window's first instant."""
    anchors: dict[int, BelievedReading] = {}
    widened = {register: day for register, day in firsts.items() if day < begins[register]}
    before = {**earlier, **_missing_before(session, widened)}
    for register in firsts:
        last_day = before.get(register)
        if last_day and last_day.exit:
            anchors[register] = last_day.exit
    return anchors


def _missing_before(session: Session, widened: Mapping[int, date]) -> dict[int, LastFinishedDay]:
    last_days = validation.last_finished_days(session, widened) if widened else {}
    nothing = LastFinishedDay(date.min, None, None)
    return {register: last_days.get(register, nothing) for register in widened}


def _end(rules: RegisterRules, window: DayWindow, after: RegisterReadings | None) -> date:
    """The day of the next reading: its head is a line from the last reading of the window."""
    last = window.days[-1]
    if after is None or not len(after):
        return last
    usable = after.where(after.quality <= Quality.ESTIMATED)
    if not len(usable):
        return last
    next_day = local_day(datetime.fromtimestamp(int(usable.at_ms[0]) / 1000, UTC), rules.zone)
    return next_day if (next_day - last).days < LOOK_AHEAD_DAYS else last


NOTHING = readings((), ())


def _parts(block: ReadingBlock) -> dict[int, RegisterReadings]:
    """A block's readings by register."""
    if not len(block.register_id):
        return {}
    ids, firsts = np.unique(block.register_id, return_index=True)
    ends = [*firsts[1:].tolist(), len(block.register_id)]
    return {
        register: RegisterReadings(
            block.at_ms[first:end], block.value[first:end], block.quality[first:end], block.step_s[first:end]
        )
        for register, first, end in zip(ids.tolist(), firsts.tolist(), ends, strict=True)
    }


def _joined(within: RegisterReadings, after: RegisterReadings) -> RegisterReadings:
    """The readings of a window and the few after it."""
    if not len(after):
        return within
    return RegisterReadings(
        np.concatenate((within.at_ms, after.at_ms)),
        np.concatenate((within.value, after.value)),
        np.concatenate((within.quality, after.quality)),
        np.concatenate((within.step_s, after.step_s)),
    )
