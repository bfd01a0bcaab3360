"""Usage of registers with validated days: added exactly over mounts, multipliers and exchanges; gaps are refused."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest

from cloud_service.domain.pricing.usage import StepRun
from cloud_service.domain.rating.interval_usage import interval_usage
from common.errors import InputError
from common.period import Span, day_start
from tests.cloud_service.domain.rating.readings import OCTOBER, ZONE, day_readings, mounted_register, packed_days

MIDDLE = date(2026, 10, 16)


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


def test_a_register_whose_step_changes_counts_every_thousandth_of_its_days() -> None:
    """From half hours to quarter hours on the 16th; the half hours cannot be told apart, and the usage says so."""
    coarse = packed_days(Span(OCTOBER.start, MIDDLE), 101, step_s=1800)
    fine = packed_days(Span(MIDDLE, OCTOBER.end), 10)
    joined = replace(
        coarse, days=coarse.days + fine.days, body=coarse.body + fine.body, missing=coarse.missing + fine.missing,
        day_steps_s=coarse.steps_s + fine.steps_s,
    )  # fmt: skip

    usage = interval_usage([mounted_register()], day_readings({1: joined}))

    assert ((2980,), 900, 1800) == (usage.values.shape, usage.step_s, usage.known_s)
    assert 15 * 48 * 101 + (15 * 96 + 100) * 10 == usage.values.sum()
    assert [50, 51, 50, 51] == usage.values[:4].tolist()


def test_days_of_different_steps_that_have_as_many_values_as_the_same_days_of_one_are_not_mixed_up() -> None:
    """A day of five minutes and four of half hours have 480 values, as five days of quarter hours."""
    span = Span(date(2026, 10, 5), date(2026, 10, 10))
    fine = packed_days(Span(span.start, date(2026, 10, 6)), 10, step_s=300)
    coarse = packed_days(Span(date(2026, 10, 6), span.end), 1000, step_s=1800)
    joined = replace(
        fine, step_s=900, days=fine.days + coarse.days, body=fine.body + coarse.body,
        missing=fine.missing + coarse.missing, day_steps_s=fine.steps_s + coarse.steps_s,
    )  # fmt: skip
    usage = interval_usage([mounted_register()], replace(day_readings({1: joined}), span=span))

    assert (300, 5 * 288) == (usage.step_s, len(usage.values))
    assert 288 * 10 == usage.values[:288].sum()


def test_what_is_spread_is_said_of_multiplied_and_exchanged_registers_too() -> None:
    change = day_start(MIDDLE, ZONE)
    evening = [(ms(change) - 8 * 3_600_000, ms(change) - 4 * 3_600_000)]
    multiplied = interval_usage(
        [mounted_register(multiplier=Decimal(40))],
        replace(day_readings({1: packed_days(OCTOBER, 100)}), spread={1: evening}),
    )
    exchanged = interval_usage(
        [mounted_register(1, dismounted=change), mounted_register(2, mounted=change)],
        replace(day_readings({1: packed_days(OCTOBER, 100), 2: packed_days(OCTOBER, 7)}), spread={1: evening}),
    )

    # 16 quarter hours from 16:00 to 20:00 of the 15th
    runs = [((StepRun(14 * 96 + 64, 14 * 96 + 80),),)] * 2
    assert runs == [multiplied.spread, exchanged.spread]


def ms(at: datetime) -> int:
    return int(at.timestamp()) * 1000


def test_an_exchange_between_meters_of_different_steps_joins_both() -> None:
    change = day_start(MIDDLE, ZONE) + timedelta(hours=10, minutes=10)
    registers = [mounted_register(1, dismounted=change), mounted_register(2, mounted=change, multiplier=Decimal("1.5"))]
    old = packed_days(Span(OCTOBER.start, date(2026, 10, 17)), 101, step_s=1800)
    new = packed_days(Span(MIDDLE, OCTOBER.end), 10)

    usage = interval_usage(registers, day_readings({1: old, 2: new}))

    before, after = 15 * 48 + 21, 15 * 96 + 100 - 40  # the half hour and the quarter hour of the exchange count whole
    assert (900, 1800, 7) == (usage.step_s, usage.known_s, usage.scale)
    assert before * 101 * 10_000 + after * 10 * 15_000 == usage.values.sum()


def test_an_afternoon_with_a_new_meter_that_nobody_read_is_not_free_of_charge() -> None:
    change = day_start(date(2026, 10, 31), ZONE) + timedelta(hours=14)
    registers = [mounted_register(1, dismounted=change), mounted_register(2, mounted=change)]

    with pytest.raises(InputError, match="meter M2 has no readings for 1 of 31 days: 2026-10-31"):
        interval_usage(registers, day_readings({1: packed_days(OCTOBER, 100)}))


def test_a_register_that_only_the_new_meter_has_counts_from_its_mount_on() -> None:
    """The meter before it gave nothing back."""
    change = day_start(MIDDLE, ZONE)

    usage = interval_usage(
        [mounted_register(2, mounted=change, direction="export")],
        day_readings({2: packed_days(Span(MIDDLE, OCTOBER.end), 10)}),
    )

    assert (15 * 96 + 100) * 10 == usage.values.sum()


def test_an_exchange_in_the_month_hides_no_missing_interval() -> None:
    """On the day of the exchange an interval meter has no values outside of its mount; every other gap counts."""
    change = day_start(date(2026, 10, 16), ZONE) + timedelta(hours=10)
    registers = [mounted_register(1, dismounted=change), mounted_register(2, mounted=change, kind="interval")]
    second = Span(date(2026, 10, 16), OCTOBER.end)
    old = packed_days(Span(OCTOBER.start, date(2026, 10, 17)), 100)

    def exchanged(new_missing: int, old_missing: int = 0) -> int:
        days = {
            1: replace(old, missing=(*old.missing[:-1], old_missing)),
            2: packed_days(second, 10, missing=new_missing),
        }
        return int(interval_usage(registers, day_readings(days)).values.sum())

    assert (15 * 96 + 40) * 100 + (15 * 96 + 100 - 40) * 10 == exchanged(40)  # 10 hours before it was mounted
    with pytest.raises(InputError, match="1 intervals of register import of meter M2"):
        exchanged(41)
    with pytest.raises(InputError, match="2 intervals of register import of meter M1"):
        exchanged(40, old_missing=2)  # an index register that stopped before it was taken down


def test_an_exchange_within_a_step_leaves_that_step_to_the_meter_that_was_there_when_it_began() -> None:
    change = day_start(date(2026, 10, 16), ZONE) + timedelta(hours=10, minutes=7)
    old_register = mounted_register(1, dismounted=change, kind="interval")
    registers = [old_register, mounted_register(2, mounted=change, kind="interval")]
    old = packed_days(Span(OCTOBER.start, date(2026, 10, 17)), 100)
    new = packed_days(Span(date(2026, 10, 16), OCTOBER.end), 10, missing=41)  # its first value is that of 10:15

    def exchanged(body: bytes, old_missing: int = 55, new_missing: int = 41) -> int:
        days = {
            1: replace(old, missing=(*old.missing[:-1], old_missing)),
            2: replace(new, body=body, missing=(new_missing, *new.missing[1:])),
        }
        return int(interval_usage(registers, day_readings(days)).values.sum())

    unread = bytes(8 * 41) + new.body[8 * 41 :]
    assert (15 * 96 + 41) * 100 + (15 * 96 + 100 - 41) * 10 == exchanged(unread)
    with pytest.raises(InputError, match="1 intervals of register import of meter M2"):
        exchanged(unread, new_missing=42)  # one more is not there
    with pytest.raises(InputError, match="1 intervals of register import of meter M2"):
        exchanged(new.body)  # that step is there: another one is not
    with pytest.raises(InputError, match="1 intervals of register import of meter M1"):
        exchanged(unread, old_missing=56)  # the old meter lacks it
