"""The days of index registers: from the last believed reading before a window to the first one after it."""

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, timedelta

from cloud_service.domain.metering.vee import index
from cloud_service.domain.metering.vee.days import WindowDays
from cloud_service.domain.metering.vee.mount_indexes import last_mount_index, with_mount_indexes
from cloud_service.domain.metering.vee.own_step import with_own_step
from cloud_service.domain.metering.vee.series import (
    FOREVER_MS,
    BelievedReading,
    DayWindow,
    RegisterReadings,
    RegisterRules,
)
from cloud_service.flow.validate.day_windows import day_windows, epoch_ms
from cloud_service.flow.validate.register_readings import NO_READINGS, by_register, joined
from cloud_service.store.database.session import Session
from cloud_service.store.metering import dirty_days, interval_days, reading_blocks, rejected_readings
from cloud_service.store.metering.estimation import actual_neighbours
from common.period import day_bounds, local_day
from common.reading import Quality

CONTEXT_DAYS = 3  # looked back where a reading was refused: the fault may lie before the window
FAR_DAYS = 3700  # readings further apart are not joined by a line: one has a wrong date


def make_index_registers(
    session: Session,
    rules: Mapping[int, RegisterRules],
    spans: Mapping[int, tuple[date, date]],
    problems: dict[int, str],
) -> list[WindowDays]:
    """Index registers: from the last believed reading before the window to the first one after it."""
    spans = {register: span for register, span in spans.items() if register not in problems}
    if not spans:
        return []
    finished, doubtful, estimated = _index_round(session, rules, spans, problems)
    again = {r: (spans[r][0] - timedelta(days=CONTEXT_DAYS), spans[r][1]) for r in doubtful}
    again |= _between_actual(session, rules, {r: again.get(r, spans[r]) for r in estimated})
    if again:
        more, _doubtful, _estimated = _index_round(session, rules, again, problems)
        finished = [window for window in finished if window.rules.id not in again] + more
    rejected_readings.quarantine_rejected(
        session,
        {window.rules.id: window.rejected for window in finished},
        {window.rules.id: (window.window.start_ms, window.window.end_ms) for window in finished},
    )
    dirty_days.mark_dependent(session, [window.days[-1] for window in finished])
    return finished


def _index_round(
    session: Session,
    rules: Mapping[int, RegisterRules],
    spans: Mapping[int, tuple[date, date]],
    problems: dict[int, str],
) -> tuple[list[WindowDays], set[int], set[int]]:
    """The windows, widened by what hangs on them; registers where a reading was refused, and those with estimates."""
    begins = {register: span[0] for register, span in spans.items()}
    entries = _not_far(rules, begins, _last_believed(session, rules, begins))
    firsts = {r: _first_day(rules[r], begins[r], entries.get(r)) for r in spans}
    moved = {register: day for register, day in firsts.items() if day < begins[register]}
    before_moved = _not_far(rules, moved, _last_believed(session, rules, moved))
    anchors = {r: entry for r, entry in entries.items() if r not in moved} | before_moved
    windows = day_windows(rules, {r: (firsts[r], spans[r][1]) for r in spans}, problems)
    within, after = _load_readings(session, rules, windows, anchors)
    wider = {r: (firsts[r], _last_day(rules[r], w, after.get(r))) for r, w in windows.items()}
    wider = {r: span for r, span in wider.items() if span[1] > spans[r][1]}
    if wider:
        widened = day_windows(rules, wider, problems)
        windows |= widened
        more, behind = _load_readings(session, rules, widened, anchors)
        within, after = within | more, {**after, **dict.fromkeys(widened, NO_READINGS), **behind}
    jobs = [
        index.IndexJob(with_own_step(rules[r], w, readings), w, readings)
        for r, w in windows.items()
        for readings in [joined(within.get(r, NO_READINGS), after.get(r, NO_READINGS))]
    ]
    finished = index.make_days(jobs) if jobs else []
    refused = {window.rules.id for window in finished if window.rejected and window.rules.id in anchors}
    return finished, refused, {job.rules.id for job in jobs if (job.given.quality == Quality.ESTIMATED).any()}


def _between_actual(
    session: Session, rules: Mapping[int, RegisterRules], spans: Mapping[int, tuple[date, date]]
) -> dict[int, tuple[date, date]]:
    """The days from the last actual reading before a span to the first one after it.

    Estimates between two actual readings are believed together or not at all, so they are looked at together.
    """
    edges = {
        r: (epoch_ms(day_bounds(first, rules[r].zone)[0]), epoch_ms(day_bounds(last, rules[r].zone)[1]))
        for r, (first, last) in spans.items()
    }
    neighbours = actual_neighbours.actual_around(session, edges) if edges else {}
    wider = {}
    for r, (first, last) in spans.items():
        before, after = neighbours.get(r, (None, None))
        earlier = _days_of(rules[r], [before, *_mount_moments(rules[r], last_before=edges[r][0])])
        later = _days_of(rules[r], [after] if after is not None else [])
        wider[r] = (
            min(first, max((day for day in earlier if not _is_far(day, first)), default=first)),
            max(last, min((day for day in later if not _is_far(last, day)), default=last)),
        )
    return wider


def _is_far(earlier: date, later: date) -> bool:
    return (later - earlier).days >= FAR_DAYS


def _not_far(
    rules: Mapping[int, RegisterRules], days: Mapping[int, date], entries: Mapping[int, BelievedReading]
) -> dict[int, BelievedReading]:
    """The last readings before days, without those that lie so far back that their date must be wrong."""
    return {r: entry for r, entry in entries.items() if not _is_far(_days_of(rules[r], [entry.at_ms])[0], days[r])}


def _mount_moments(rules: RegisterRules, *, last_before: int) -> list[int]:
    return [moment for moment in rules.mount_indexes if moment <= last_before]


def _days_of(rules: RegisterRules, moments: Iterable[int | None]) -> list[date]:
    return [local_day(datetime.fromtimestamp(ms / 1000, UTC), rules.zone) for ms in moments if ms is not None]


def _load_readings(
    session: Session,
    rules: Mapping[int, RegisterRules],
    windows: Mapping[int, DayWindow],
    anchors: Mapping[int, BelievedReading],
) -> tuple[dict[int, RegisterReadings], dict[int, RegisterReadings]]:
    """The readings of windows from their anchors on; and the next ones, where none stands right at the end."""
    if not windows:
        return {}, {}
    loads = {r: ((anchors[r].at_ms if r in anchors else w.start_ms), w.end_ms) for r, w in windows.items()}
    within = by_register(reading_blocks.readings_between(session, loads))
    within |= {r: with_mount_indexes(rules[r], within.get(r, NO_READINGS), *loads[r]) for r in _exchanged(rules, loads)}
    open_ended = {r: w.end_ms for r, w in windows.items() if not _ends_at(within.get(r), w.end_ms)}
    after = by_register(reading_blocks.readings_after(session, open_ended)) if open_ended else {}
    for register in _exchanged(rules, open_ended):
        after[register] = _with_next_index(rules[register], after.get(register, NO_READINGS), open_ended[register])
    return within, after


def _exchanged(rules: Mapping[int, RegisterRules], registers: Iterable[int]) -> list[int]:
    """The registers with an index from when their meter came or went."""
    return [register for register in registers if rules[register].mount_indexes]


def _with_next_index(rules: RegisterRules, after: RegisterReadings, end_ms: int) -> RegisterReadings:
    """The next readings, and the indexes of mounts among them; alone where nothing was read any more."""
    last_ms = int(after.at_ms[-1]) if len(after) else FOREVER_MS
    return with_mount_indexes(rules, after, end_ms + 1, last_ms)


def _ends_at(given: RegisterReadings | None, end_ms: int) -> bool:
    return given is not None and len(given) > 0 and given.at_ms[-1] == end_ms and given.quality[-1] < Quality.ESTIMATED


def _last_believed(
    session: Session, rules: Mapping[int, RegisterRules], days: Mapping[int, date]
) -> dict[int, BelievedReading]:
    """The last believed reading of each register before a day: what its days ended with, or the index of a mount."""
    before = {register: epoch_ms(day_bounds(day, rules[register].zone)[0]) - 1 for register, day in days.items()}
    finished = interval_days.last_finished_days(session, days) if days else {}
    believed = {register: last.exit for register, last in finished.items() if last.exit}
    believed |= _lone_readings(session, {r: at_ms for r, at_ms in before.items() if r not in finished})
    for register in _exchanged(rules, days):
        index = last_mount_index(rules[register], before[register])
        if index and (register not in believed or believed[register].at_ms <= index.at_ms):
            believed[register] = index
    return believed


def _lone_readings(session: Session, instants: Mapping[int, int]) -> dict[int, BelievedReading]:
    """The reading before the first day of all: alone it made no day, and with the next one it does."""
    block = by_register(reading_blocks.readings_until(session, instants)) if instants else {}
    return {
        register: BelievedReading(int(lone.at_ms[0]), int(lone.value[0]), int(lone.quality[0]))
        for register, lone in block.items()
    }


def _first_day(rules: RegisterRules, first: date, entry: BelievedReading | None) -> date:
    """The day of the last believed reading: its tail is a line to the first reading of the window."""
    if entry is None or entry.at_ms >= epoch_ms(day_bounds(first, rules.zone)[0]):
        return first
    return min(first, local_day(datetime.fromtimestamp(entry.at_ms / 1000, UTC), rules.zone))


def _last_day(rules: RegisterRules, window: DayWindow, after: RegisterReadings | None) -> date:
    """The day of the next reading: its head is a line from the last reading of the window."""
    last = window.days[-1]
    if after is None or not len(after):
        return last
    usable = after.where(after.quality <= Quality.ESTIMATED)
    if not len(usable):
        return last
    next_day = local_day(datetime.fromtimestamp(int(usable.at_ms[0]) / 1000, UTC), rules.zone)
    return last if _is_far(last, next_day) else next_day
