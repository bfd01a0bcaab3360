"""What was spread over steps is refused where a price needs to know more, and priced where it does not."""

from datetime import date
from typing import Any

import numpy as np
import pytest

from cloud_service.domain.charges import CHARGES
from cloud_service.domain.pricing.usage import Intervals, PriceSeries, StepRun, Usage
from cloud_service.domain.rating.engine import rate, rate_batch
from cloud_service.domain.tariffs.tariff import load_tariff
from common.errors import InputError
from common.period import Span

SPAN = Span(date(2026, 10, 5), date(2026, 10, 7))  # Monday and Tuesday
HOURS = 48
SCHEDULE = {"s": {"periods": [{"name": "peak", "hours": ["17:00-20:00"]}, {"name": "off_peak"}]}}
BY_HOUR = {"kind": "energy", "prices": {"peak": "2", "off_peak": "1"}}


def usage(*runs: tuple[int, int], export: tuple[int, ...] | None = None, zero: bool = False) -> Usage:
    """A kWh in each hour; runs were spread."""
    values = np.full(HOURS, 1000, dtype=np.int64)
    if zero:
        for first, end in runs:
            values[first:end] = 0
    registers = {"import": Intervals(values, 3600, spread=(tuple(StepRun(*run) for run in runs),) if runs else ())}
    if export is not None:
        given = np.zeros(HOURS, dtype=np.int64)
        given[list(export)] = 500
        registers["export"] = Intervals(given, 3600)
    prices = {"spot": PriceSeries(np.repeat([100_000, 200_000], 24).astype(np.int64), 3600)}
    return Usage(registers, prices=prices)


def bill(given: Usage, *charges: dict[str, Any]) -> list[str]:
    document = {"id": "t", "currency": "EUR", "charges": list(charges), "schedules": SCHEDULE}
    return [str(line.amount) for line in rate(load_tariff(document), given, SPAN, "Europe/Berlin").lines]


@pytest.mark.parametrize(
    ("charge", "known", "unknown"),
    [
        (BY_HOUR, (20, 41), (16, 18)),
        ({"kind": "demand", "window_min": 60, "price": "1"}, (5, 6), (5, 7)),
        ({"kind": "capacity", "window_min": 60, "price": "1", "contracted_kw": "0.5", "excess_price": "1"},
         (5, 6), (5, 7)),
        ({"kind": "spot", "series": "spot"}, (3, 24), (23, 25)),
        ({"kind": "energy", "blocks": [{"up_to": "5", "per_kw": True, "price": "2"}, {"price": "1"}]}, (5, 6), (5, 7)),
        ({"kind": "energy", "blocks_over": "time", "period_blocks": {"peak": [{"price": "2"}],
          "off_peak": [{"up_to": "9", "price": "1"}, {"price": "0.5"}]}}, (20, 41), (19, 21)),
    ],
    ids=["by the hour", "demand", "excess", "spot", "per kW", "blocks in time"],
)  # fmt: skip
def test_a_run_of_several_prices_or_windows_is_refused(
    charge: dict[str, Any], known: tuple[int, int], unknown: tuple[int, int]
) -> None:
    assert bill(usage(), charge) == bill(usage(known), charge)
    with pytest.raises(InputError, match="no reading within 2026-10-0") as refused:
        bill(usage(unknown), charge)

    assert ("needs_shorter_steps", True) == (refused.value.code, "estimate the gap" in refused.value.hint)
    assert bill(usage(unknown, zero=True), charge)  # nothing was used in it


def test_a_price_of_the_sum_is_right_and_no_highest_demand_is_told() -> None:
    flat = {"kind": "energy", "price": "0.5"}
    tariff = load_tariff({"id": "t", "currency": "EUR", "charges": [flat]})

    spread, measured = rate_batch(tariff, [usage((3, 9)), usage()], SPAN, "Europe/Berlin")

    assert ["24.00", "24.00"] == [str(spread.net), str(measured.net)]
    assert spread.max_demand_kw is None
    assert 1 == measured.max_demand_kw


def test_what_was_given_back_within_a_run_leaves_each_step_unknown() -> None:
    net = {"kind": "energy", "register": "net_import", "price": "1"}

    assert ["47.00"] == bill(usage((3, 9), export=(20, 21)), net)
    with pytest.raises(InputError, match="not how much of it in which step"):
        bill(usage((3, 9), export=(5,)), net)


def test_the_days_of_a_price_are_looked_at_alone() -> None:
    """Monday has one price, and Tuesday, on which nobody read for some hours, has another one for all hours."""
    monday = {**BY_HOUR, "until": "2026-10-06"}
    tuesday = {"kind": "energy", "id": "later", "price": "1", "from": "2026-10-06"}

    assert ["6.00", "21.00", "24.00"] == bill(usage((40, 48)), monday, tuesday)
    with pytest.raises(InputError, match="2026-10-05 16:00 to 2026-10-05 17:00"):
        bill(usage((16, 18)), monday, tuesday)


def test_every_kind_of_price_says_whether_it_needs_steps() -> None:
    by_kind: dict[str, dict[str, Any]] = {
        "energy": BY_HOUR,
        "demand": {"kind": "demand", "price": "1"},
        "spot": {"kind": "spot", "series": "s"},
    }
    sums: dict[str, dict[str, Any]] = {
        "energy": {"kind": "energy", "price": "1"},
        "standing": {"kind": "standing", "amount": "1", "per": "month"},
    }

    def needs(charge: dict[str, Any]) -> bool:
        document = {"id": "t", "currency": "EUR", "charges": [charge], "schedules": SCHEDULE}
        return load_tariff(document).versions[0].document.charges[0].needs_steps()

    assert [True] * 3 == [needs(charge) for charge in by_kind.values()]
    assert [False] * 2 == [needs(charge) for charge in sums.values()]
    assert needs({"kind": "energy", "register": "net_import", "price": "1"})
    assert {*by_kind, *sums} <= set(CHARGES)


def test_runs_are_cut_with_the_steps() -> None:
    both = usage((3, 9), (20, 30)).registers["import"]
    assert isinstance(both, Intervals)

    assert ((StepRun(0, 3), StepRun(14, 18)),) == both.on(slice(6, 24)).spread
    assert () == both.on(slice(10, 19)).spread
