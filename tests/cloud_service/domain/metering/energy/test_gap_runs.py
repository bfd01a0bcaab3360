"""Gaps of a window from absent days and days with holes."""

from datetime import UTC, date, datetime, timedelta

from cloud_service.domain.metering.energy.gap_runs import GapRun, HoledDays, gap_runs
from cloud_service.domain.metering.energy.split_days import PackedDay
from cloud_service.domain.metering.energy.windows import RegisterWindow, register_window
from common.period import Span
from tests.cloud_service.domain.metering.energy.placed import placed

SPAN = Span(date(2026, 3, 1), date(2026, 3, 11))
LATER = datetime(2026, 5, 1, tzinfo=UTC)


def window(**changes: datetime) -> RegisterWindow:
    built = register_window(placed(timezone="UTC", **changes), SPAN)
    assert built is not None
    return built


def day(number: int, *missing: int) -> PackedDay:
    codes = bytes(4 if hour in missing else 0 for hour in range(24))
    return PackedDay(date(2026, 3, number), 3600, b"", codes)


def at(day_of_march: int, hour: int = 0) -> datetime:
    return datetime(2026, 3, day_of_march, hour, tzinfo=UTC)


def test_holes_and_days_that_follow_each_other_are_one_gap() -> None:
    days = HoledDays((Span(date(2026, 3, 3), date(2026, 3, 5)),), (day(2, 5, 6, 22, 23), day(5, 0)))

    assert [GapRun(at(2, 5), at(2, 7)), GapRun(at(2, 22), at(5, 1))] == gap_runs(window(), days, LATER)
    assert 2 * 3600 == gap_runs(window(), days, LATER)[0].seconds


def test_what_lies_before_the_meter_came_or_ahead_of_now_is_no_gap() -> None:
    days = HoledDays((SPAN,))

    assert [GapRun(at(4, 8), at(6))] == gap_runs(window(mounted=at(4, 8)), days, at(6))
    assert [] == gap_runs(window(), days, at(1))


def test_the_newest_two_hours_are_no_gap_yet() -> None:
    days = HoledDays((), (day(2, *range(10, 24)),))

    assert [] == gap_runs(window(), days, at(2, 12))
    assert [GapRun(at(2, 10), at(2, 12) + timedelta(minutes=1))] == gap_runs(
        window(), days, at(2, 12) + timedelta(minutes=1)
    )


def test_suspect_values_are_missing_and_estimates_are_not() -> None:
    codes = bytes([0, 1, 2, 3, 4, 0])

    assert [GapRun(at(2, 3), at(2, 5))] == gap_runs(
        window(), HoledDays((), (PackedDay(date(2026, 3, 2), 3600, b"", codes),)), LATER
    )
