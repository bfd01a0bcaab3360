"""The steps of a mount in one piece: the same as day by day; None where a day needs a look of its own."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal

import numpy as np
import pytest

from cloud_service.domain.rating.interval_usage import interval_usage
from cloud_service.domain.rating.mounted_run import mounted_run, offsets
from cloud_service.domain.rating.register_readings import MountedRegister, PackedDays, SharedStep, SpanReadings
from common.period import Span, day_start
from tests.cloud_service.domain.rating.readings import OCTOBER, ZONE, day_readings, mounted_register, packed_days

START, MIDDLE = day_start(OCTOBER.start, ZONE), date(2026, 10, 16)
HALF = timedelta(minutes=37, seconds=1)


def counting(packed: PackedDays) -> PackedDays:
    """The same days, each step with a value of its own."""
    return replace(packed, body=np.arange(len(packed.body) // 8, dtype="<i8").tobytes())


def run_of(register: MountedRegister, packed: PackedDays, **fields: object) -> tuple[int, list[int]]:
    run = mounted_run(register, packed, replace(day_readings({1: packed}), **fields))  # type: ignore[arg-type]
    assert run is not None
    return run.first, run.values.tolist()


def test_a_register_that_hung_there_all_the_time_has_all_steps() -> None:
    assert (0, list(range(2980))) == run_of(mounted_register(), counting(packed_days(OCTOBER, 1)))


@pytest.mark.parametrize(
    ("mounted", "dismounted", "first", "last"),
    [
        (START + HALF, None, 2, 2980),  # the step in which it came is its own
        (START + timedelta(minutes=30), None, 2, 2980),
        (START, START + HALF, 0, 3),  # and that in which it went
        (START, START + timedelta(minutes=30), 0, 2),
        (day_start(date(2026, 10, 25), ZONE) + timedelta(hours=24), None, 24 * 96 + 96, 2980),  # a day of 25 hours
        (START - HALF, START - timedelta(minutes=1), 0, 0),  # it was gone before
        (START + timedelta(days=40), None, 2980, 2980),
    ],
)
def test_steps_that_touch_the_mount_are_taken(
    mounted: datetime, dismounted: datetime | None, first: int, last: int
) -> None:
    register = mounted_register(mounted=mounted, dismounted=dismounted)
    run = mounted_run(register, counting(packed_days(OCTOBER, 1)), day_readings({}))

    assert run is not None
    assert list(range(first, last)) == run.values.tolist()
    assert first in (run.first, last)


def test_days_that_begin_within_the_span_lie_where_they_belong() -> None:
    packed = counting(packed_days(Span(MIDDLE, OCTOBER.end), 1))
    register = mounted_register(mounted=day_start(MIDDLE, ZONE) + timedelta(hours=1))

    assert (15 * 96 + 4, list(range(4, 15 * 96 + 100))) == run_of(register, packed)


def test_a_step_that_two_mounts_share_has_what_this_one_counted_of_it() -> None:
    register = mounted_register(mounted=START + timedelta(days=1, minutes=20))
    others = mounted_register(mounted=START)
    shared = {
        (1, date(2026, 10, 2)): [SharedStep(1, others.mounted_ms, 900), SharedStep(1, register.mounted_ms, 7)],
    }

    first, values = run_of(register, counting(packed_days(OCTOBER, 1)), shared=shared)

    assert (97, [7, 98, 99]) == (first, values[:3])


def test_days_that_need_a_look_of_their_own_are_no_run() -> None:
    october = packed_days(OCTOBER, 1)
    gap = replace(october, days=october.days[:3] + october.days[4:], missing=october.missing[1:])
    of_two_steps = replace(october, day_steps_s=(3600, *[900] * 30))
    of_other_zone, unread = replace(october, body=october.body[8:]), replace(october, missing=(1, *[0] * 30))
    for packed in (unread, gap, of_two_steps, of_other_zone):
        assert mounted_run(mounted_register(), packed, day_readings({})) is None


def test_days_outside_of_the_span_are_no_run() -> None:
    """Of a vacancy only the days from the first meter on are asked."""
    shorter = SpanReadings(Span(MIDDLE, OCTOBER.end), ZONE, {}, {})

    assert mounted_run(mounted_register(mounted=day_start(MIDDLE, ZONE)), packed_days(OCTOBER, 1), shorter) is None


@pytest.mark.parametrize("seed", range(40))
def test_in_one_piece_is_as_day_by_day(seed: int) -> None:
    """An estimated value that is told as missing for a balance sends the same days the long way."""
    dice = np.random.default_rng(seed)
    came = START + timedelta(seconds=int(dice.integers(-90_000, 31 * 86_400)))
    gone = came + timedelta(seconds=int(dice.integers(1, 31 * 86_400)))
    zone_step = (900, 1800, 3600)[seed % 3]
    counts = dice.integers(0, 10_000, size=31 * 100)
    whole = packed_days(OCTOBER, 1, step_s=zone_step)
    whole = replace(whole, body=counts[: len(whole.body) // 8].astype("<i8").tobytes())
    register = mounted_register(
        mounted=came, dismounted=gone if dice.random() < 0.7 else None, multiplier=Decimal(("1", "40", "1.5")[seed % 3])
    )
    day_by_day = replace(whole, missing=(1, *whole.missing[1:]))

    short, long = (interval_usage([register], day_readings({1: packed}, so_far=True)) for packed in (whole, day_by_day))

    assert mounted_run(register, whole, day_readings({})) is not None
    assert mounted_run(register, day_by_day, day_readings({})) is None
    assert short.values.tolist() == long.values.tolist()
    assert (short.step_s, short.scale) == (long.step_s, long.scale)


def test_the_end_of_a_span_is_behind_its_last_step() -> None:
    positions = offsets(OCTOBER.start, OCTOBER.end, ZONE, 900)

    assert (0, 96, 2980) == (positions[OCTOBER.start], positions[date(2026, 10, 2)], positions[OCTOBER.end])
