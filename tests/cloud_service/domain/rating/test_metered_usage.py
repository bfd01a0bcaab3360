import itertools
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cloud_service.domain.pricing.usage import Intervals, Total
from cloud_service.domain.rating.metered_usage import Counter, PackedDays, Reads, measure
from common.errors import InputError
from common.period import Span, day_start, intervals_in_day

ZONE = "Europe/Berlin"
OCTOBER = Span(date(2026, 10, 1), date(2026, 11, 1))
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


def counter(register: int = 1, **facts: object) -> Counter:
    known: dict[str, object] = {
        "register_id": register, "name": "import", "quantity": "active_energy", "direction": "import", "unit": "kWh",
        "kind": "index", "digits": 6, "step_s": 900, "meter": f"M{register}", "mounted": LONG_AGO, "dismounted": None,
        "multiplier": Decimal(1), "opening": None, "closing": None,
    }  # fmt: skip
    return Counter(**(known | facts))  # type: ignore[arg-type] # the builder's defaults have the right types


def packed(span: Span, wh: int, missing: int = 0) -> PackedDays:
    counts = [intervals_in_day(day, ZONE, 900) for day in span]
    body = np.full(sum(counts), wh, "<i8").tobytes()
    return PackedDays(tuple(span), 900, mixed=False, body=body, missing=(missing, *[0] * (len(counts) - 1)))


def total(register: object) -> int:
    assert isinstance(register, Intervals)
    return int(register.values.sum())


def test_a_month_with_a_day_of_25_hours_has_2980_quarter_hours() -> None:
    found = measure([counter()], "electricity", Reads(OCTOBER, ZONE, {1: packed(OCTOBER, 100)}, {}))

    assert 298_000 == total(found.registers["import"])


@pytest.mark.parametrize(("multiplier", "scale"), [(Decimal(40), 3), (Decimal("1.5"), 7)])
def test_current_transformers_multiply_exactly(multiplier: Decimal, scale: int) -> None:
    found = measure(
        [counter(multiplier=multiplier)], "electricity", Reads(OCTOBER, ZONE, {1: packed(OCTOBER, 100)}, {})
    )
    register = found.registers["import"]

    assert isinstance(register, Intervals)
    assert scale == register.scale
    assert 298_000 * multiplier == Decimal(total(register)).scaleb(3 - scale)


def test_a_meter_that_hung_elsewhere_before_or_after_counts_only_while_it_was_here() -> None:
    change = day_start(date(2026, 10, 16), ZONE) + timedelta(hours=10, minutes=37)
    counters = [counter(1, dismounted=change), counter(2, mounted=change)]
    days = {1: packed(OCTOBER, 100), 2: packed(OCTOBER, 7)}  # both went on counting, at other places

    found = measure(counters, "electricity", Reads(OCTOBER, ZONE, days, {}))

    before = 15 * 96 + 43  # steps that touch the first meter's time, the one of the exchange among them
    assert before * 100 + (2980 - before + 1) * 7 == total(found.registers["import"])


def test_an_exchange_joins_both_meters() -> None:
    change = day_start(date(2026, 10, 16), ZONE)
    first, second = Span(OCTOBER.start, date(2026, 10, 16)), Span(date(2026, 10, 16), OCTOBER.end)
    counters = [counter(1, dismounted=change), counter(2, mounted=change)]
    found = measure(counters, "electricity", Reads(OCTOBER, ZONE, {1: packed(first, 100), 2: packed(second, 10)}, {}))

    assert 15 * 96 * 100 + (15 * 96 + 100) * 10 == total(found.registers["import"])


def test_days_without_readings_are_named_never_taken_for_zero() -> None:
    known = Span(OCTOBER.start, date(2026, 10, 30))
    with pytest.raises(InputError, match="no readings for 2 of 31 days: 2026-10-30, 2026-10-31"):
        measure([counter()], "electricity", Reads(OCTOBER, ZONE, {1: packed(known, 100)}, {}))


def test_for_a_balance_what_is_not_there_yet_counts_as_nothing() -> None:
    known = Span(OCTOBER.start, date(2026, 10, 3))
    found = measure([counter()], "electricity", Reads(OCTOBER, ZONE, {1: packed(known, 100)}, {}, so_far=True))

    assert 2 * 96 * 100 == total(found.registers["import"])


def test_intervals_without_a_value_are_refused() -> None:
    with pytest.raises(InputError, match="3 intervals"):
        measure([counter()], "electricity", Reads(OCTOBER, ZONE, {1: packed(OCTOBER, 100, missing=3)}, {}))


def test_an_exchange_in_the_month_hides_no_missing_interval() -> None:
    """On the day of the exchange an interval meter has no values outside of its mount; every other gap counts."""
    change = day_start(date(2026, 10, 16), ZONE) + timedelta(hours=10)
    counters = [counter(1, dismounted=change), counter(2, mounted=change, kind="interval")]
    second = Span(date(2026, 10, 16), OCTOBER.end)
    old = packed(Span(OCTOBER.start, date(2026, 10, 17)), 100)

    def exchanged(new_missing: int, old_missing: int = 0) -> int:
        days = {
            1: replace(old, missing=(old_missing, *old.missing[1:])),
            2: packed(second, 10, missing=new_missing),
        }
        return total(measure(counters, "electricity", Reads(OCTOBER, ZONE, days, {})).registers["import"])

    assert (15 * 96 + 40) * 100 + (15 * 96 + 100 - 40) * 10 == exchanged(40)  # 10 hours before it was mounted
    with pytest.raises(InputError, match="1 intervals of register import of meter M2"):
        exchanged(41)
    with pytest.raises(InputError, match="2 intervals of register import of meter M1"):
        exchanged(40, old_missing=2)  # an index register that stopped before it was taken down


def test_two_rates_of_one_meter_keep_their_names() -> None:
    counters = [counter(1, name="t1", meter="M"), counter(2, name="t2", meter="M")]
    found = measure(counters, "electricity", Reads(OCTOBER, ZONE, {1: packed(OCTOBER, 1), 2: packed(OCTOBER, 2)}, {}))

    assert {"import_t1", "import_t2"} == set(found.registers)


def test_water_read_by_hand_is_spread_evenly_between_its_readings() -> None:
    readings = [(datetime(2026, 9, 16, tzinfo=UTC), 100_000), (datetime(2026, 11, 16, tzinfo=UTC), 161_000)]
    found = measure([counter()], "water", Reads(OCTOBER, "UTC", {}, {1: readings}))

    assert Total(31_000, OCTOBER.start, OCTOBER.end) == found.registers["water"]


def test_a_counter_that_rolls_over_goes_on() -> None:
    readings = [(day_start(OCTOBER.start, ZONE), 999_990_000), (day_start(OCTOBER.end, ZONE), 5_000)]
    found = measure([counter()], "water", Reads(OCTOBER, ZONE, {}, {1: readings}))

    assert Total(15_000, OCTOBER.start, OCTOBER.end) == found.registers["water"]


def test_an_index_that_falls_without_rolling_over_is_never_billed() -> None:
    readings = [(day_start(OCTOBER.start, ZONE), 500_000), (day_start(OCTOBER.end, ZONE), 400_000)]
    with pytest.raises(InputError, match="fell from 500000 to 400000"):
        measure([counter()], "water", Reads(OCTOBER, ZONE, {}, {1: readings}))


def test_no_reading_after_the_span_is_no_bill() -> None:
    readings = [(day_start(OCTOBER.start, ZONE), 500_000)]
    with pytest.raises(InputError, match="no reading after"):
        measure([counter()], "water", Reads(OCTOBER, ZONE, {}, {1: readings}))


@given(st.lists(st.tuples(st.integers(1, 40), st.integers(0, 10**7)), min_size=2, max_size=12), st.data())
def test_the_parts_of_any_cut_sum_to_last_index_less_first(steps: list[tuple[int, int]], data: st.DataObject) -> None:
    day, index, readings = date(2026, 1, 1), 0, []
    for gap, more in steps:
        readings.append((day_start(day, ZONE), index))
        day, index = date.fromordinal(day.toordinal() + gap), index + more
    readings.append((day_start(day, ZONE), index))
    cuts = data.draw(st.lists(st.dates(date(2026, 1, 2), day), max_size=5))
    edges = sorted({date(2026, 1, 1), *cuts, day})
    parts = [
        measure([counter(digits=None)], "water", Reads(Span(a, b), ZONE, {}, {1: readings})).registers["water"]
        for a, b in itertools.pairwise(edges)
    ]

    assert index == sum(part.value for part in parts if isinstance(part, Total))


@pytest.mark.parametrize(
    ("first", "second", "day"),
    [
        pytest.param(10, None, "2026-10-11", id="removed and nothing after it"),
        pytest.param(10, 20, "2026-10-11", id="removed, and another one days later"),
        pytest.param(None, 20, "2026-10-01", id="mounted days after the bill begins"),
        pytest.param(10, 10, "", id="exchanged within a day"),
    ],
)
def test_days_without_any_meter_are_refused_and_never_taken_for_nothing(
    first: int | None, second: int | None, day: str
) -> None:
    noon = {number: datetime(2026, 10, number, 12, tzinfo=UTC) for number in (10, 20)}
    old = [counter(1, dismounted=noon[first], opening=0, closing=90_000)] if first else []
    new = [counter(2, mounted=noon[second] + timedelta(hours=1), opening=0)] if second else []
    reads = Reads(OCTOBER, ZONE, {}, {2: [(day_start(date(2026, 11, 2), ZONE), 50_000)]})

    if day:
        with pytest.raises(InputError, match=f"no meter with a billed register is mounted on {day}") as refused:
            measure([*old, *new], "electricity", reads)
        assert "no_meter" == refused.value.code
    else:
        assert isinstance(measure([*old, *new], "electricity", reads).registers["import"], Total)


def test_a_maximum_register_beside_the_energy_does_not_keep_it_from_being_billed() -> None:
    """It was read as a second counter of the same energy, which fell when it was set back."""
    month = day_start(OCTOBER.start, ZONE)
    highest = counter(2, name="demand_maximum", unit="kW", kind="maximum", meter="M1")
    reads = Reads(OCTOBER, ZONE, {1: packed(OCTOBER, 100)}, {2: [(month, 7000), (month + timedelta(days=40), 5000)]})

    found = measure([counter(), highest], "electricity", reads)

    assert ["import"] == list(found.registers)
    assert [1] == [source["register_id"] for source in found.sources]
