"""A register's part of a span: whole local days, and those that it shares."""

from datetime import UTC, date, datetime

import pytest

from cloud_service.domain.metering.energy.windows import register_window
from common.period import Span
from tests.cloud_service.domain.metering.energy.placed import placed

SPAN = Span(date(2026, 3, 28), date(2026, 3, 31))  # the clocks of Berlin go forward on the 29th


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


def test_all_of_a_span_is_its_own_days_with_a_short_one() -> None:
    window = register_window(placed(), SPAN)

    assert window is not None
    assert (SPAN.start, SPAN.end, (), 71 * 3600) == (window.start, window.end, window.split, window.seconds)
    assert 23 * 3600 == window.seconds_until(at("2026-03-28T23:00+01:00"))
    assert 0 == window.seconds_until(datetime(2026, 1, 1, tzinfo=UTC))


@pytest.mark.parametrize(
    ("mounted", "dismounted", "start", "end", "split"),
    [
        ("2026-03-28T10:00+01:00", None, 29, 31, (28,)),
        ("2026-03-29T00:00+01:00", None, 29, 31, ()),
        ("2026-03-01T00:00+01:00", "2026-03-30T08:00+02:00", 28, 30, (30,)),
        ("2026-03-01T00:00+01:00", "2026-03-30T00:00+02:00", 28, 30, ()),
        ("2026-03-29T01:00+01:00", "2026-03-29T09:00+02:00", 30, 30, (29,)),
        ("2026-03-28T10:00+01:00", "2026-03-29T09:00+02:00", 29, 29, (28, 29)),
    ],
)
def test_a_day_on_which_it_came_or_went_is_shared(
    mounted: str, dismounted: str | None, start: int, end: int, split: tuple[int, ...]
) -> None:
    window = register_window(placed(mounted=at(mounted), dismounted=at(dismounted) if dismounted else None), SPAN)

    assert window is not None
    assert (start, end, split) == (window.start.day, window.end.day, tuple(day.day for day in window.split))


def test_nothing_is_missing_before_the_first_reading() -> None:
    window = register_window(placed(first_known=at("2026-03-29T10:00+02:00")), SPAN)

    assert window is not None
    assert (at("2026-03-29T10:00+02:00"), 30, (29,)) == (
        window.first,
        window.start.day,
        tuple(day.day for day in window.split),
    )
    assert None is register_window(placed(first_known=at("2026-04-29T10:00+02:00")), SPAN)


def test_a_meter_that_hung_there_before_or_after_has_no_window() -> None:
    assert None is register_window(placed(dismounted=at("2026-03-28T00:00+01:00")), SPAN)
    assert None is register_window(placed(mounted=at("2026-03-31T00:00+02:00")), SPAN)
