"""Periods of a rate: those in use, the hours they have, bounds that can be shared."""

from decimal import Decimal

import pytest

from cloud_service.domain.tariffs.urdb.rate_periods import (
    BoundUnit,
    RatePeriods,
    Tier,
    blocks_of,
    bound_unit,
    matrix,
    periods_in_use,
)
from common.errors import InputError
from tests.cloud_service.domain.tariffs.urdb.records import HOURS, PEAK

D = Decimal
MONTHLY, PER_KW = BoundUnit(per_kw=False, daily=False), BoundUnit(per_kw=True, daily=False)


def tier(price: str, up_to: str | None = None, unit: BoundUnit = MONTHLY) -> Tier:
    """A tier that says nothing of export."""
    return Tier(D(price), None if up_to is None else D(up_to), unit, None, "energyratestructure[0][0]")


def test_a_period_that_no_hour_has_is_left_out_and_the_others_keep_their_names() -> None:
    rows = [[0] * 12 + [2] * 12] * 12

    periods = periods_in_use([[tier("1")], [tier("9")], [tier("2")]], rows, rows)

    assert ["period_1", "period_3"] == periods.names
    assert [D(1), D(2)] == [tiers[0].price for tiers in periods.tiers]
    assert [0] * 12 + [1] * 12 == periods.weekday[0]


def test_the_schedule_of_ours_has_a_label_for_people() -> None:
    schedule = periods_in_use([[tier("1")], [tier("2")]], PEAK, HOURS).schedule()

    assert {"name": "period_2", "label": "period 2"} == schedule["periods"][1]
    assert (PEAK, HOURS) == (schedule["weekday"], schedule["weekend"])


@pytest.mark.parametrize(("bound", "same"), [("100", True), ("50", False)])
def test_periods_of_one_month_may_have_the_same_bounds(bound: str, same: bool) -> None:
    periods = periods_in_use([[tier("1", "100"), tier("2")], [tier("3", bound), tier("4")]], PEAK, PEAK)

    assert same == periods.same_bounds_in_each_month()


@pytest.mark.parametrize(
    ("tiers", "path"),
    [
        pytest.param([tier("1", "5"), tier("1", "9", PER_KW), tier("1")], "energyratestructure[0]", id="two units"),
        pytest.param([tier("1"), tier("2")], "energyratestructure[0][0]", id="an open tier before the last"),
        pytest.param([tier("1", "5")], "energyratestructure[0][0].max", id="no price above the last"),
    ],
)
def test_tiers_that_leave_a_unit_without_a_certain_price_are_refused(tiers: list[Tier], path: str) -> None:
    with pytest.raises(InputError) as refused:
        RatePeriods([tiers], HOURS, HOURS, [0]).check_tiers()
    assert path == refused.value.path


def test_blocks_have_the_bounds_of_the_tiers() -> None:
    tiers = [tier("1", "5.0", PER_KW), tier("2")]

    assert [{"price": "0.1", "up_to": "5", "per_kw": True}, {"price": "0.2"}] == blocks_of(tiers, [D("0.10"), D("0.2")])


def test_the_unit_of_a_bound_is_read_in_any_case_and_another_is_refused() -> None:
    assert BoundUnit(per_kw=True, daily=True) == bound_unit("kWh/kW Daily", "unit")
    assert MONTHLY == bound_unit(None, "unit")
    with pytest.raises(InputError, match="'therm' is not supported"):
        bound_unit("therm", "unit")


@pytest.mark.parametrize("entry", [2, -1, True, "0"])
def test_a_number_of_no_period_is_refused_with_its_hour(entry: object) -> None:
    rows = [[0] * 23 + [entry]] * 12

    with pytest.raises(InputError) as refused:
        matrix(rows, 2, "energyweekdayschedule")
    assert "energyweekdayschedule[0][23]" == refused.value.path
