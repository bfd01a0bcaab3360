"""Makes and stores changed days: windows of days that lie close together, oldest first."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from cloud_service.domain.metering.vee.days import WindowDays
from cloud_service.flow.validate.index_registers import make_index_registers
from cloud_service.flow.validate.interval_registers import make_interval_registers
from cloud_service.store.database.session import Session
from cloud_service.store.metering import interval_days, register_rules
from common.reading import Kind

GAP_DAYS = 3  # changed days further apart than this are made in windows of their own
DAYS_MAX = 62  # of one window


def make_changed_days(
    session: Session, changed: Mapping[int, Sequence[date]]
) -> tuple[list[WindowDays], dict[int, str], int]:
    """Make and store the changed days of registers and the days that hang on them.

    Returns what was made, the registers that could not be made with the reason, and how many days came out changed.
    """
    rules = register_rules.rules_of(session, changed)
    problems: dict[int, str] = {}
    finished: list[WindowDays] = []
    stored = 0
    for windows in _rounds({register: changed[register] for register in changed if register in rules}):
        intervals = {r: days for r, days in windows.items() if rules[r].kind == Kind.INTERVAL}
        indexes = {r: days for r, days in windows.items() if rules[r].kind == Kind.INDEX}
        done = [
            *make_interval_registers(session, rules, intervals, problems),
            *make_index_registers(session, rules, indexes, problems),
        ]
        # before the next round: its windows begin where this one's days end, and may make some of them again
        stored += interval_days.store_days(session, [day for window in done for day in window.days])
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
