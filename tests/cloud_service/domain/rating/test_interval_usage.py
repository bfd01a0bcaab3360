"""Usage of registers with validated days: added exactly over mounts, multipliers and exchanges; gaps are refused."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from cloud_service.domain.rating.interval_usage import interval_usage
from common.errors import InputError
from common.period import Span, day_start
from tests.cloud_service.domain.rating.readings import OCTOBER, ZONE, day_readings, mounted_register, packed_days


def test_a_month_with_a_day_of_25_hours_has_2980_quarter_hours() -> None:
    usage = interval_usage([mounted_register()], day_readings({1: packed_days(OCTOBER, 100)}))

    assert (2980,) == usage.values.shape
    assert 298_000 == usage.values.sum()


@pytest.mark.parametrize(("multiplier", "scale"), [(Decimal(40), 3), (Decimal("1.5"), 7)])
def test_current_transformers_multiply_exactly(multiplier: Decimal, scale: int) -> None:
    usage = interval_usage([mounted_register(multiplier=multiplier)], day_readings({1: packed_days(OCTOBER, 100)}))

    assert scale == usage.scale
    assert 298_000 * multiplier == Decimal(int(usage.values.sum())).scaleb(3 - scale)


def test_a_meter_that_hung_elsewhere_before_or_after_counts_only_while_it_was_here() -> None:
    change = day_start(date(2026, 10, 16), ZONE) + timedelta(hours=10, minutes=37)
    registers = [mounted_register(1, dismounted=change), mounted_register(2, mounted=change)]
    days = {1: packed_days(OCTOBER, 100), 2: packed_days(OCTOBER, 7)}  # both went on counting, at other places

    usage = interval_usage(registers, day_readings(days))

    before = 15 * 96 + 43  # steps that touch the first meter's time, the one of the exchange among them
    assert before * 100 + (2980 - before + 1) * 7 == usage.values.sum()


def test_an_exchange_joins_both_meters() -> None:
    change = day_start(date(2026, 10, 16), ZONE)
    first, second = Span(OCTOBER.start, date(2026, 10, 16)), Span(date(2026, 10, 16), OCTOBER.end)
    registers = [mounted_register(1, dismounted=change), mounted_register(2, mounted=change)]

    usage = interval_usage(registers, day_readings({1: packed_days(first, 100), 2: packed_days(second, 10)}))

    assert 15 * 96 * 100 + (15 * 96 + 100) * 10 == usage.values.sum()


def test_days_without_readings_are_named_never_taken_for_zero() -> None:
    first_days = Span(OCTOBER.start, date(2026, 10, 30))
    with pytest.raises(InputError, match="no readings for 2 of 31 days: 2026-10-30, 2026-10-31"):
        interval_usage([mounted_register()], day_readings({1: packed_days(first_days, 100)}))


def test_for_a_balance_what_is_not_there_yet_counts_as_nothing() -> None:
    first_days = Span(OCTOBER.start, date(2026, 10, 3))

    usage = interval_usage([mounted_register()], day_readings({1: packed_days(first_days, 100)}, so_far=True))

    assert 2 * 96 * 100 == usage.values.sum()


def test_intervals_without_a_value_are_refused() -> None:
    with pytest.raises(InputError, match="3 intervals"):
        interval_usage([mounted_register()], day_readings({1: packed_days(OCTOBER, 100, missing=3)}))


def test_days_of_different_steps_are_refused() -> None:
    mixed = replace(packed_days(OCTOBER, 100), mixed=True)

    with pytest.raises(InputError, match="days of different steps"):
        interval_usage([mounted_register()], day_readings({1: mixed}))


def test_an_exchange_in_the_month_hides_no_missing_interval() -> None:
    """On the day of the exchange an interval meter has no values outside of its mount; every other gap counts."""
    change = day_start(date(2026, 10, 16), ZONE) + timedelta(hours=10)
    registers = [mounted_register(1, dismounted=change), mounted_register(2, mounted=change, kind="interval")]
    second = Span(date(2026, 10, 16), OCTOBER.end)
    old = packed_days(Span(OCTOBER.start, date(2026, 10, 17)), 100)

    def exchanged(new_missing: int, old_missing: int = 0) -> int:
        days = {
            1: replace(old, missing=(old_missing, *old.missing[1:])),
            2: packed_days(second, 10, missing=new_missing),
        }
        return int(interval_usage(registers, day_readings(days)).values.sum())

    assert (15 * 96 + 40) * 100 + (15 * 96 + 100 - 40) * 10 == exchanged(40)  # 10 hours before it was mounted
    with pytest.raises(InputError, match="1 intervals of register import of meter M2"):
        exchanged(41)
    with pytest.raises(InputError, match="2 intervals of register import of meter M1"):
        exchanged(40, old_missing=2)  # an index register that stopped before it was taken down
