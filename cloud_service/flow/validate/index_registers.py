"""The days of index registers: from the last believed reading before a window to the first one after it."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta

from cloud_service.domain.metering.vee import index
from cloud_service.domain.metering.vee.days import WindowDays
from cloud_service.domain.metering.vee.series import BelievedReading, DayWindow, RegisterReadings, RegisterRules
from cloud_service.flow.validate.day_windows import day_windows, epoch_ms
from cloud_service.flow.validate.register_readings import NO_READINGS, by_register, joined
from cloud_service.store.database.session import Session
from cloud_service.store.metering import dirty_days, interval_days, reading_blocks, rejected_readings
from cloud_service.store.metering.interval_days import LastFinishedDay
from common.period import day_bounds, local_day
from common.reading import Quality

CONTEXT_DAYS = 3  # looked back where a reading was refused: the fault may lie before the window
LOOK_AHEAD_DAYS = 3700


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
    finished, doubtful = _index_round(session, rules, spans, problems)
    if doubtful:
        again = {r: (spans[r][0] - timedelta(days=CONTEXT_DAYS), spans[r][1]) for r in doubtful}
        more, _ = _index_round(session, rules, again, problems)
        finished = [window for window in finished if window.rules.id not in doubtful] + more
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
) -> tuple[list[WindowDays], set[int]]:
    """The windows, widened by what hangs on them; and the registers where a reading was refused."""
    begins = {register: span[0] for register, span in spans.items()}
    earlier = interval_days.last_finished_days(session, begins)
    firsts = {r: _first_day(rules[r], begins[r], earlier.get(r)) for r in spans}
    anchors = _anchors(session, earlier, firsts, begins)
    windows = day_windows(rules, {r: (firsts[r], spans[r][1]) for r in spans}, problems)
    within, after = _load_readings(session, windows, anchors)
    wider = {r: (firsts[r], _last_day(rules[r], w, after.get(r))) for r, w in windows.items()}
    wider = {r: span for r, span in wider.items() if span[1] > spans[r][1]}
    if wider:
        widened = day_windows(rules, wider, problems)
        windows |= widened
        more, behind = _load_readings(session, widened, anchors)
        within, after = within | more, {**after, **dict.fromkeys(widened, NO_READINGS), **behind}
    jobs = [
        index.IndexJob(rules[r], w, joined(within.get(r, NO_READINGS), after.get(r, NO_READINGS)))
        for r, w in windows.items()
    ]
    finished = index.make_days(jobs) if jobs else []
    return finished, {window.rules.id for window in finished if window.rejected and window.rules.id in anchors}


def _load_readings(
    session: Session, windows: Mapping[int, DayWindow], anchors: Mapping[int, BelievedReading]
) -> tuple[dict[int, RegisterReadings], dict[int, RegisterReadings]]:
    """The readings of windows from their anchors on; and the next ones, where none stands right at the end."""
    if not windows:
        return {}, {}
    loads = {r: ((anchors[r].at_ms if r in anchors else w.start_ms), w.end_ms) for r, w in windows.items()}
    within = by_register(reading_blocks.readings_between(session, loads))
    open_ended = {r: w.end_ms for r, w in windows.items() if not _ends_at(within.get(r), w.end_ms)}
    return within, by_register(reading_blocks.readings_after(session, open_ended)) if open_ended else {}


def _ends_at(given: RegisterReadings | None, end_ms: int) -> bool:
    return given is not None and len(given) > 0 and given.at_ms[-1] == end_ms and given.quality[-1] < Quality.ESTIMATED


def _first_day(rules: RegisterRules, first: date, earlier: LastFinishedDay | None) -> date:
    """The day of the last believed reading: its tail is a line to the first reading of the window."""
    if earlier is None or earlier.exit is None:
        return first
    start_ms = epoch_ms(day_bounds(first, rules.zone)[0])
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
    last_days = interval_days.last_finished_days(session, widened) if widened else {}
    nothing = LastFinishedDay(date.min, None, None)
    return {register: last_days.get(register, nothing) for register in widened}


def _last_day(rules: RegisterRules, window: DayWindow, after: RegisterReadings | None) -> date:
    """The day of the next reading: its head is a line from the last reading of the window."""
    last = window.days[-1]
    if after is None or not len(after):
        return last
    usable = after.where(after.quality <= Quality.ESTIMATED)
    if not len(usable):
        return last
    next_day = local_day(datetime.fromtimestamp(int(usable.at_ms[0]) / 1000, UTC), rules.zone)
    return next_day if (next_day - last).days < LOOK_AHEAD_DAYS else last
