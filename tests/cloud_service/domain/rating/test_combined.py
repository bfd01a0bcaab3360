"""Ratings put together: taxes and the coin are rounded once on what they have in common."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from msgspec import structs

from cloud_service.domain.invoicing.billing_account import BillingAccount, Buyer, Seller
from cloud_service.domain.invoicing.invoice import ContractToBill, draft
from cloud_service.domain.invoicing.pending_lines import WaitingLine, take_up
from cloud_service.domain.pricing.rated_line import is_coin
from cloud_service.domain.rating.combined import join
from cloud_service.domain.rating.rated_contract import RatedContract, RatedContractFacts, Rating, rating_of
from common.errors import InputError
from tests.cloud_service.domain.builders import JANUARY, bill, energy, make_tariff, total

D = Decimal
VAT = {"name": "vat", "label": "VAT", "percent": "8.1"}
ACCOUNT = BillingAccount(1, 1, "CHF", 30, "none", "", False, "CHF", "UTC", False, Seller(), Buyer())


def rated(contract: int, cash: str | None = "0.05") -> RatedContract:
    """12.46 and 1.01 of VAT: 13.47, with the coin 13.45."""
    rounding = {} if cash is None else {"rounding": {"cash": cash}}
    tariff = make_tariff(energy(price="0.1234"), currency="CHF", taxes=[VAT], **rounding)
    rating = rating_of(bill(tariff, total("101", JANUARY), JANUARY), tariff)
    return RatedContract(
        **{name: getattr(rating, name) for name in Rating.__struct_fields__},
        contract=RatedContractFacts(id=contract, point=f"flat {contract}"),
    )


def test_the_total_of_several_contracts_is_rounded_to_the_coin_once() -> None:
    """24.92 and 2.02 of VAT are 26.94; two totals of 13.45, and VAT rounded anew, would be 26.90."""
    both = join([rated(1), rated(2)])

    assert (D("24.93"), D("2.02"), D("26.95")) == (both.net, both.tax, both.total)
    assert [D("0.01")] == [line.amount for line in both.lines if is_coin(line)]
    assert both.net == sum(line.amount for line in both.lines)


def test_an_invoice_of_several_contracts_has_one_line_for_the_coin() -> None:
    invoice = draft(ACCOUNT, [ContractToBill(rated(1)), ContractToBill(rated(2))], date(2026, 2, 3))

    assert D("26.95") == invoice.total
    assert [(1, "12.46"), (2, "12.46"), (None, "0.01")] == [(r.contract_id, str(r.amount)) for r in invoice.lines]
    assert ("O", D(0)) == (invoice.lines[-1].tax_category, invoice.lines[-1].tax_rate)
    assert invoice.net == sum(row.amount for row in invoice.lines)


def test_a_line_that_waited_is_under_the_coin_too() -> None:
    line = WaitingLine(
        charge="difference", id="difference", label="Difference", utility="", quantity=D(1), unit="",
        price=D("1.01"), amount_unrounded=D("1.01"), amount=D("1.01"), start=JANUARY.start, end=JANUARY.end,
        path="", why="", tax_category="",
    )  # fmt: skip

    invoice = draft(ACCOUNT, [ContractToBill(take_up(rated(1), [line]), waiting_ids=(7,))], date(2026, 2, 3))

    assert (D("14.50"), (7,)) == (invoice.total, invoice.waiting_ids)  # 13.47 + 1.01 = 14.48
    assert [D("12.46"), D("1.01"), D("0.02")] == [row.amount for row in invoice.lines]


def test_without_a_coin_the_sum_stays() -> None:
    assert D("26.94") == join([rated(1, None), rated(2, None)]).total


def test_the_tax_of_many_contracts_is_rounded_once_on_the_sum() -> None:
    """8.1 % of 124.60; ten times 1.01 would be a cent more."""
    ten = join([rated(number, None) for number in range(10)])

    assert (D("124.60"), D("10.09"), D("134.69")) == (ten.net, ten.tax, ten.total)
    assert [(D("124.60"), D("10.09"))] == [(tax.base, tax.amount) for tax in ten.taxes]


def test_ratings_of_different_currencies_are_refused() -> None:
    tariff = make_tariff(energy(price="0.25"))
    euros = rating_of(bill(tariff, total("101", JANUARY), JANUARY), tariff)

    with pytest.raises(InputError, match="different currencies"):
        join([rated(1), euros])


def test_two_tariffs_over_the_same_days_count_the_energy_once_and_other_days_add_up() -> None:
    supply, grid = rated(1, cash=None), rated(1, cash=None)
    later = structs.replace(supply, start=JANUARY.end, end=JANUARY.end + timedelta(days=28))

    assert 101_000 == supply.energy == join([supply, grid]).energy
    assert 202_000 == join([supply, grid, later]).energy
    assert 202_000 == join([supply, structs.replace(supply, contract_id=2)]).energy
