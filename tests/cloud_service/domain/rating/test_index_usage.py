"""Usage of registers that only show an index: spread by time, rolled over, never negative; any cut adds up."""

import itertools
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cloud_service.domain.pricing.usage import Total
from cloud_service.domain.rating.index_usage import index_usage
from common.errors import InputError
from common.period import Span, day_start
from tests.cloud_service.domain.rating.readings import OCTOBER, ZONE, index_readings, mounted_register

FIRST, LAST = day_start(OCTOBER.start, ZONE), day_start(OCTOBER.end, ZONE)


def test_water_read_by_hand_is_spread_evenly_between_its_readings() -> None:
    readings = (datetime(2026, 9, 16, tzinfo=UTC), 100_000), (datetime(2026, 11, 16, tzinfo=UTC), 161_000)

    usage = index_usage([mounted_register()], index_readings(*readings, zone_name="UTC"))

    assert Total(31_000, OCTOBER.start, OCTOBER.end) == usage


def test_a_counter_that_rolls_over_goes_on() -> None:
    usage = index_usage([mounted_register()], index_readings((FIRST, 999_990_000), (LAST, 5_000)))

    assert Total(15_000, OCTOBER.start, OCTOBER.end) == usage


def test_opening_and_closing_index_of_an_exchange_are_readings() -> None:
    noon = datetime(2026, 10, 10, 12, tzinfo=UTC)
    old = mounted_register(1, dismounted=noon, closing=130_000)
    new = mounted_register(2, mounted=noon, opening=7_000, closing=9_000, dismounted=LAST)

    usage = index_usage([old, new], index_readings((FIRST, 100_000)))

    assert Total(30_000 + 2_000, OCTOBER.start, OCTOBER.end) == usage


def test_what_a_meter_showed_at_another_place_says_nothing_of_this_one() -> None:
    came = mounted_register(mounted=datetime(2026, 10, 10, 12, tzinfo=UTC))
    with pytest.raises(InputError, match="no reading at or before 2026-10-10 14:00"):
        index_usage([came], index_readings((FIRST, 100_000), (LAST, 300_000)))


def test_an_index_that_falls_without_rolling_over_is_never_billed() -> None:
    with pytest.raises(InputError, match="fell from 500000 to 400000"):
        index_usage([mounted_register()], index_readings((FIRST, 500_000), (LAST, 400_000)))


def test_no_reading_after_the_span_is_no_bill() -> None:
    with pytest.raises(InputError, match=r"no reading at or after 2026-11-01 00:00 \(Europe/Berlin\)"):
        index_usage([mounted_register()], index_readings((FIRST, 500_000)))


def test_no_reading_at_all_is_no_bill() -> None:
    with pytest.raises(InputError, match="register import of meter M1 has no readings in or around these days"):
        index_usage([mounted_register()], index_readings())


@given(st.lists(st.tuples(st.integers(1, 40), st.integers(0, 10**7)), min_size=2, max_size=12), st.data())
def test_the_parts_of_any_cut_sum_to_last_index_less_first(steps: list[tuple[int, int]], data: st.DataObject) -> None:
    day, index, readings = date(2026, 1, 1), 0, []
    for gap, more in steps:
        readings.append((day_start(day, ZONE), index))
        day, index = date.fromordinal(day.toordinal() + gap), index + more
    readings.append((day_start(day, ZONE), index))
    cuts = data.draw(st.lists(st.dates(date(2026, 1, 2), day), max_size=5))
    edges = sorted({date(2026, 1, 1), *cuts, day})

    totals = [
        index_usage([mounted_register(digits=None)], index_readings(*readings, span=Span(start, end)))
        for start, end in itertools.pairwise(edges)
    ]

    assert index == sum(int(total.value) for total in totals)
