"""Rated contracts become one draft."""

from datetime import date
from decimal import Decimal

import pytest

from cloud_service.domain.invoicing.basis import InvoiceBasis
from cloud_service.domain.invoicing.invoice import ContractToBill, draft, single_line
from cloud_service.domain.rating.rated_contract import RatedContractFacts
from tests.cloud_service.domain.invoicing.builders import MARCH, make_account, make_rated_contract, make_rated_line

APRIL_2 = date(2026, 4, 2)
ONE = make_rated_contract("30.00", make_rated_line())
OTHER = make_rated_contract("30.00", make_rated_line(), contract=RatedContractFacts(id=22, point="Flat 22"))


def test_a_draft_bills_the_days_of_its_contracts_and_is_due_after_the_account_s_terms() -> None:
    invoice = draft(make_account(), [ContractToBill(ONE), ContractToBill(OTHER)], APRIL_2)

    assert ((21, MARCH), (22, MARCH)) == invoice.spans
    assert (MARCH, date(2026, 4, 16), Decimal("60.00")) == (invoice.during, invoice.due_date, invoice.total)
    assert 200_000 == invoice.energy


def test_several_contracts_have_their_supply_point_behind_the_label_and_one_alone_has_not() -> None:
    both = draft(make_account(), [ContractToBill(ONE), ContractToBill(OTHER)], APRIL_2)

    assert ["Energy", "Energy · Flat 22"] == [line.label for line in both.lines]  # the first has no name
    assert ["Energy"] == [line.label for line in draft(make_account(), [ContractToBill(OTHER)], APRIL_2).lines]


def test_a_draft_names_the_items_and_waiting_lines_that_it_settles() -> None:
    contracts = [ContractToBill(ONE, item_id=5, waiting_ids=(8, 9)), ContractToBill(OTHER)]

    invoice = draft(make_account(), contracts, APRIL_2)

    assert ((5,), (8, 9)) == (invoice.item_ids, invoice.waiting_ids)


@pytest.mark.parametrize(("charge", "income"), [("fees", "fees"), ("interest", "interest"), ("other", "revenue")])
def test_a_single_line_is_untaxed_bills_no_days_and_goes_to_its_ledger_account(charge: str, income: str) -> None:
    fee = single_line(
        make_account(), charge=charge, label="Late fee", amount=Decimal("5.00"), why="reminder", days=MARCH,
        bill_date=APRIL_2, basis=InvoiceBasis(fee_for=(1,)),
    )  # fmt: skip

    assert (Decimal("5.00"), Decimal(0), ()) == (fee.net, fee.tax, fee.spans)
    assert (income, "O", ()) == (fee.income, fee.lines[0].tax_category, fee.basis.usage)
