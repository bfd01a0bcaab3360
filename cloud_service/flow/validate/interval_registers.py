"""The days of interval registers: each is made of the spans that touch it, and of nothing else."""

from collections.abc import Mapping
from datetime import date

from cloud_service.domain.metering.vee.days import WindowDays
from cloud_service.domain.metering.vee.interval import make_interval_days
from cloud_service.domain.metering.vee.series import RegisterRules
from cloud_service.flow.validate.day_windows import day_windows
from cloud_service.flow.validate.register_readings import NO_READINGS, by_register
from cloud_service.store.database.session import Session
from cloud_service.store.metering import reading_blocks


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
    longest = 3_600_000
    block = reading_blocks.readings_between(
        session, {r: (w.start_ms + 1, w.end_ms + longest) for r, w in windows.items()}
    )
    parts = by_register(block)
    return [make_interval_days(rules[r], window, parts.get(r, NO_READINGS)) for r, window in windows.items()]
