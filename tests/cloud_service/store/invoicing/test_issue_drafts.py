"""Drafts become invoices with everything that belongs to them, or not at all."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import text

from cloud_service.domain.invoicing.basis import InvoiceBasis
from cloud_service.domain.invoicing.invoice import Draft, single_line
from cloud_service.store.customers.billing_parties import parties
from cloud_service.store.invoicing.issue_drafts import issue_drafts
from cloud_service.store.receivables.ledger import balances, lock_accounts
from common.period import Span
from tests.books.world import World
from tests.cloud_service.store.invoicing.october import BILL_DATE


def fee(world: World, amount: str, index: int = 0, day: date = BILL_DATE) -> Draft:
    """An untaxed fee of a tenant."""
    account_id = world.accounts[index]
    lock_accounts(world.session, [account_id])
    return single_line(
        parties(world.session, [account_id], day)[account_id], charge="fees", label="Late fee",
        amount=Decimal(amount), why="reminder", days=Span(date(2026, 11, 2), date(2026, 11, 3)), bill_date=day,
        basis=InvoiceBasis(),
    )  # fmt: skip


def rows(world: World, statement: str) -> list[tuple[Any, ...]]:
    return [tuple(row) for row in world.session.execute(text(statement))]


def test_no_draft_takes_no_number(world: World) -> None:
    assert [] == issue_drafts(world.session, [], author="t")
    assert [] == rows(world, "SELECT 1 FROM number_series")


def test_numbers_follow_the_order_of_the_drafts_in_each_year_s_series(world: World) -> None:
    later = fee(world, "6.00", day=date(2027, 1, 2))

    issued = issue_drafts(world.session, [fee(world, "5.00"), later, fee(world, "7.00", 1)], author="t")

    assert {"INV-2026-00001": "5.00", "INV-2026-00002": "7.00", "INV-2027-00001": "6.00"} == {
        invoice.number: str(invoice.draft.total) for invoice in issued
    }


@pytest.mark.parametrize(
    ("amount", "expected"),
    [
        pytest.param("5.00", {("receivable", "EUR"): Decimal(5), ("fees", "EUR"): Decimal(-5)}, id="owed to us"),
        pytest.param("-5.00", {("credit", "EUR"): Decimal(-5), ("fees", "EUR"): Decimal(5)}, id="the client's credit"),
    ],
)
def test_the_ledger_is_booked_with_the_invoice(
    world: World, amount: str, expected: dict[tuple[str, str], Decimal]
) -> None:
    issue_drafts(world.session, [fee(world, amount)], author="t")

    assert expected == {account: balance for account, balance in balances(world.session).items() if balance}


def test_the_audit_log_has_number_and_total_and_the_message_waits(world: World) -> None:
    (issued,) = issue_drafts(world.session, [fee(world, "5.00")], author="clerk")

    assert [("clerk", "invoice.issue", f"invoice:{issued.id}", "5.00")] == rows(
        world, "SELECT actor, action, subject, after->>'total' FROM audit"
    )
    assert [("invoice", "waiting")] == rows(world, "SELECT kind, state FROM delivery")


def test_an_invoice_that_another_letter_announces_has_no_message_of_its_own(world: World) -> None:
    issue_drafts(world.session, [fee(world, "5.00")], author="t", deliver=False)

    assert [] == rows(world, "SELECT 1 FROM delivery")
