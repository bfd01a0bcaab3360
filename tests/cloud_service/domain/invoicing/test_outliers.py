"""What looks odd beside the bills before is shown before anything is issued."""

from decimal import Decimal

import pytest

from cloud_service.domain.invoicing.outliers import UsualDay, outlier
from tests.cloud_service.domain.invoicing.builders import make_rated_contract

DAYS = Decimal(31)


def usual(net: str, energy: int = 3000) -> UsualDay:
    return UsualDay(Decimal(net), Decimal(energy))


@pytest.mark.parametrize(
    ("net", "before", "why"),
    [
        pytest.param("-1.00", usual("1"), "the amount is negative", id="negative"),
        pytest.param("62.00", usual("1"), "2.0 times the usual amount a day", id="twice"),
        pytest.param("15.50", usual("1"), "only 0.50 of the usual amount a day", id="half"),
    ],
)
def test_a_contract_that_is_odd_says_why(net: str, before: UsualDay, why: str) -> None:
    flag = outlier(make_rated_contract(net), DAYS, before)

    assert flag is not None
    assert ("V-21", "EUR", why) == (flag.contract, flag.currency, flag.why)


def test_amounts_are_a_day_to_the_thousandth() -> None:
    flag = outlier(make_rated_contract("100.00"), DAYS, usual("1"))

    assert flag is not None
    assert (Decimal("3.226"), Decimal("1.000"), Decimal("3.226")) == (flag.a_day, flag.usual, flag.times)


@pytest.mark.parametrize(
    ("net", "before"),
    [
        pytest.param("61.00", usual("1"), id="not quite twice"),
        pytest.param("3.00", usual("0.01"), id="less than a little a month"),
        pytest.param("40.00", usual("0"), id="nothing was usual"),
        pytest.param("900.00", None, id="the first bill"),
    ],
)
def test_what_is_ordinary_or_cannot_be_compared_is_not_flagged(net: str, before: UsualDay | None) -> None:
    assert outlier(make_rated_contract(net), DAYS, before) is None


def test_no_use_at_all_is_odd_only_where_something_was_used_before() -> None:
    unused = make_rated_contract("31.00", energy=0)

    assert outlier(unused, DAYS, usual("1", energy=0)) is None
    flag = outlier(unused, DAYS, usual("1"))
    assert flag is not None
    assert "no use at all, unlike before" == flag.why


def test_a_first_bill_that_is_negative_has_nothing_to_compare_with() -> None:
    flag = outlier(make_rated_contract("-31.00"), DAYS, None)

    assert flag is not None
    assert (Decimal("-1.000"), None, None) == (flag.a_day, flag.usual, flag.times)
