"""The days of interval registers: each is made of the spans that touch it, and of nothing else."""

from collections.abc import Mapping
from datetime import date

from cloud_service.domain.metering.vee.days import WindowDays
from cloud_service.domain.metering.vee.interval import make_interval_days
from cloud_service.domain.metering.vee.series import RegisterReadings, RegisterRules
from cloud_service.flow.validate.day_windows import day_windows
from cloud_service.flow.validate.register_readings import NO_READINGS, by_register, joined
from cloud_service.store.database.session import Session
from cloud_service.store.metering import reading_blocks
from common.period import LONGEST_STEP_S

LONGEST_STEP_MS = LONGEST_STEP_S * 1000


def make_interval_registers(
    session: Session,
    rules: Mapping[int, RegisterRules],
    spans: Mapping[int, tuple[date, date]],
    problems: dict[int, str],
) -> list[WindowDays]:
    """Interval registers: a day is made of the spans that touch it, and of nothing else."""
    windows = day_windows(rules, spans, problems)
    if not windows:
        return []
    block = reading_blocks.readings_between(
        session, {r: (w.start_ms + 1, w.end_ms + LONGEST_STEP_MS) for r, w in windows.items()}
    )
    within = by_register(block)
    unreached = {r: w.end_ms + LONGEST_STEP_MS for r, w in windows.items() if _last_ms(within.get(r)) < w.end_ms}
    after = by_register(reading_blocks.readings_after(session, unreached)) if unreached else {}
    return [
        make_interval_days(rules[r], window, joined(within.get(r, NO_READINGS), after.get(r, NO_READINGS)))
        for r, window in windows.items()
    ]


def _last_ms(given: RegisterReadings | None) -> int:
    """When the last interval ends; an interval of days or months may reach into the window from behind it."""
    return int(given.at_ms[-1]) if given is not None and len(given) else 0
