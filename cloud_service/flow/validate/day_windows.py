"""Windows of local days with their first instants."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta

from cloud_service.domain.metering.vee.series import DayWindow, RegisterRules
from cloud_service.store.database.errors import Refused
from common.errors import EnergyError
from common.period import STEPS_S, day_bounds


def day_windows(
    rules: Mapping[int, RegisterRules], spans: Mapping[int, tuple[date, date]], problems: dict[int, str]
) -> dict[int, DayWindow]:
    """The window of each register from its first to its last day; one that has none is noted in `problems`."""
    windows = {}
    for register, (first, last) in spans.items():
        try:
            windows[register] = _day_window(rules[register], first, last)
        except EnergyError as error:
            problems[register] = error.message
    return windows


def _day_window(rules: RegisterRules, first: date, last: date) -> DayWindow:
    days = tuple(first + timedelta(days=n) for n in range((last - first).days + 1))
    starts = [epoch_ms(day_bounds(day, rules.zone)[0]) for day in days]
    window = DayWindow(days, (*starts, epoch_ms(day_bounds(last, rules.zone)[1])))
    if window.fitting_step_s(rules.step_s) not in STEPS_S:
        raise Refused(f"steps of {rules.step_s} s do not fit the days of {rules.zone} around {first}")
    return window


def epoch_ms(at: datetime) -> int:
    """Milliseconds since 1970 of an instant on a whole second, as the edges of days are."""
    return int(at.timestamp()) * 1000
