"""A row of steps cut into local days: sums, holes, and the readings each day begins and ends with."""

from datetime import date

import numpy as np

from cloud_service.domain.metering.vee.days import StepSeries, cut_into_days
from cloud_service.domain.metering.vee.series import (
    BelievedReading,
    DayWindow,
    RegisterRules,
    RejectedReading,
    readings,
)
from common.reading import Quality

HOUR_MS = 3_600_000
RULES = RegisterRules(7, "index", 6 * 3600, "UTC")
TWO_DAYS = DayWindow((date(1970, 1, 1), date(1970, 1, 2)), (0, 24 * HOUR_MS, 48 * HOUR_MS))
STEPS = StepSeries(6 * 3600, np.arange(1, 9, dtype=np.int64), np.array([0, 0, 0, Quality.MISSING, *[0] * 4], np.uint8))


def test_each_day_has_its_own_steps_sum_and_holes() -> None:
    first, second = cut_into_days(RULES, TWO_DAYS, STEPS, readings([], [])).days

    assert ([1, 2, 3, 4], [5, 6, 7, 8]) == tuple(np.frombuffer(day.values, "<i8").tolist() for day in (first, second))
    assert (10, 1, 26, 0) == (first.total, first.missing, second.total, second.missing)
    assert (7, date(1970, 1, 2), bytes(4)) == (second.register_id, second.day, second.qualities)


def test_a_day_begins_with_the_last_believed_reading_before_it() -> None:
    believed = readings([-HOUR_MS, 10 * HOUR_MS, 30 * HOUR_MS], [100, 110, 130])
    first, second = cut_into_days(RULES, TWO_DAYS, STEPS, believed).days

    assert BelievedReading(-HOUR_MS, 100, 0) == first.entry
    assert BelievedReading(10 * HOUR_MS, 110, 0) == first.exit == second.entry
    assert (1, 1) == (first.count, second.count)


def test_a_day_before_all_readings_has_none_to_begin_with() -> None:
    first, _ = cut_into_days(RULES, TWO_DAYS, STEPS, readings([10 * HOUR_MS], [110])).days

    assert first.entry is None


def test_readings_that_are_not_believed_are_counted_on_their_day() -> None:
    odd = [RejectedReading(30 * HOUR_MS, 5, "spike")]
    window = cut_into_days(RULES, TWO_DAYS, STEPS, readings([], []), odd)

    assert [0, 1] == [day.rejected for day in window.days]
    assert odd == window.rejected
