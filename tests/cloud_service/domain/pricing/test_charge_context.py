"""A charge on some days of the bill: how much of it they are, what its lines have in common, what was before."""

from datetime import date
from decimal import Decimal

import pytest

from cloud_service.domain.pricing.charge_context import ChargeContext, base_of
from cloud_service.domain.pricing.conversion import Conversion, Converted
from cloud_service.domain.pricing.line_sheet import LineSheet
from cloud_service.domain.pricing.priced_lines import PAID_OUT, DueAndExact
from cloud_service.domain.pricing.references import TariffReferences
from cloud_service.domain.pricing.register_sums import RegisterSums
from cloud_service.domain.pricing.usage import History, UsageBatch
from common.errors import InputError
from common.period import Span
from tests.cloud_service.domain.builders import BERLIN, MARCH, steady, total

D = Decimal
QUARTER = Span(date(2026, 1, 1), date(2026, 4, 1))
GAS_ENERGY = Converted(register="gas", factors=(Conversion(calorific_value=D("39.6")),))


def context(
    span: Span = MARCH, whole: Span | None = None, *, history: History | None = None, cycle_day: int = 1
) -> ChargeContext:
    """An energy charge of one connection."""
    batch = UsageBatch(1, {"import": steady(span=whole or span)}, [history or History()])
    references = TariffReferences({}, {}, {"gas_kwh": GAS_ENERGY}, ())
    sums = RegisterSums("charges[0]", span, whole or span, BERLIN, batch, references)
    return ChargeContext("energy", "night", "vat", sums, cycle_day, LineSheet(1, "EUR", "half_up"), "tariff t")


def test_days_are_as_many_months_as_the_rule_says() -> None:
    ten_days = context(Span(MARCH.start, date(2026, 3, 11)), MARCH)

    assert D("0.322580645") == ten_days.months()
    assert D("0.333333333") == ten_days.months("30_day_months")
    assert D(3) == context(QUARTER).months()


def test_the_shares_of_a_bill_sum_to_all_of_it() -> None:
    cut = date(2026, 1, 8)

    first, rest = (
        context(days, QUARTER).share_of_bill() for days in (Span(QUARTER.start, cut), Span(cut, QUARTER.end))
    )

    assert D("0.077777778") == first
    assert 1 == first + rest


def test_some_of_the_days_may_lie_apart() -> None:
    days = [date(2026, 3, 1), date(2026, 3, 2), date(2026, 3, 30), date(2026, 3, 31)]

    assert 2 * D("0.064516129") == context().months_of_days(days, "actual_days")


def test_a_cut_inside_a_month_is_refused_where_months_are_not_prorated() -> None:
    cut = context(Span(MARCH.start, date(2026, 3, 11)), MARCH)

    cut.refuse_cut("actual_days")
    context(MARCH, QUARTER).refuse_cut("none")
    with pytest.raises(InputError, match="cuts 2026-03-01 to 2026-03-11") as refused:
        cut.refuse_cut("none")
    assert "not_prorated" == refused.value.code


def test_a_month_ends_with_the_days_or_not_at_all() -> None:
    assert context().ends_month(3, "charges[0].expires")
    assert not context().ends_month(4, "charges[0].expires")
    with pytest.raises(InputError, match="ends on 2026-03-01, inside 2026-01-01 to 2026-04-01"):
        context(QUARTER).ends_month(2, "charges[0].expires")


def test_lines_of_a_rule_have_the_charge_its_tax_and_its_days() -> None:
    head = context().head("Energy", "kWh", "electricity", "one price", "register import", suffix=PAID_OUT)

    assert ("energy", "night/paid", "vat", "charges[0]") == (head.charge, head.id, head.tax_category, head.path)
    assert MARCH == head.span
    assert "tariff t" == head.version


def test_the_source_says_what_was_summed_and_how_it_was_converted() -> None:
    charge = context()

    assert "register import: sum of 2972 intervals of 15 min, 2026-03-01 to 2026-04-01 (end exclusive)" == (
        charge.source_of("import", steady())
    )
    assert charge.source_of("gas_kwh", total("31")).endswith(
        "register gas: total of 2026-03-01 to 2026-04-01, here 2026-03-01 to 2026-04-01 (end exclusive), "
        "times 1 × 39.6 / 3.6 to kWh"
    )


def test_credit_is_what_this_rating_left_else_what_an_earlier_one_did() -> None:
    history = History(money_credit={"night": D("1.10")}, unrounded={"night": D("1.1004")}, year_to_date={"night": D(7)})
    charge = context(history=history)

    assert DueAndExact(D("1.10"), D("1.1004")) == charge.money_before(0, "night")
    charge.sheet.money_credit[0]["night"] = DueAndExact(D(3), D(3))
    assert DueAndExact(D(3), D(3)) == charge.money_before(0, "night")
    assert D(7) == charge.year_before(0, "night").due
    assert DueAndExact(D(0), D(0)) == charge.money_before(0, "day")


def test_the_base_of_a_charge_leaves_payments_of_ended_credit_out() -> None:
    charge = context()
    sold, paid = (charge.head("Energy", "kWh", "electricity", "", "", suffix=suffix) for suffix in ("", PAID_OUT))
    charge.sheet.add(0, sold, D(1), D(5), D(5))
    charge.sheet.add(0, paid, D(1), D(-2), D(-2))

    assert D(5) == base_of(charge, 0, ["*"]).due
    assert D(5) == base_of(charge, 0, ["energy"]).due
    assert D(0) == base_of(charge, 0, ["demand"]).due
    assert D(0) == base_of(charge, 0, ["*"], of_first=0).due


def test_lines_of_other_days_are_no_part_of_the_base() -> None:
    charge = context()
    charge.sheet.add(0, charge.head("Energy", "kWh", "electricity", "", ""), D(1), D(5), D(5))

    assert D(0) == base_of(charge.on(Span(date(2026, 3, 2), MARCH.end)), 0, ["*"]).due
