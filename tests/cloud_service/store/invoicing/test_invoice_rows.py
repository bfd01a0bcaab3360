"""Writing invoices marks what they were made from as used."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import text

from cloud_service.domain.invoicing.invoice import ContractToBill, draft
from cloud_service.store.customers.billing_parties import parties
from cloud_service.store.invoicing import invoice_rows, pending_lines
from cloud_service.store.invoicing.billing_run_items import items
from cloud_service.store.invoicing.pending_lines import NewLine
from common.errors import ConflictError
from tests.books.operations import rated
from tests.books.world import World
from tests.cloud_service.store.invoicing.october import BILL_DATE, OCTOBER, plan_run
from tests.cloud_service.store.invoicing.test_pending_lines import share


def drafted(world: World, **used: Any) -> invoice_rows.WrittenInvoice:
    """The first tenant's October, written as INV-1."""
    account = parties(world.session, world.accounts, BILL_DATE)[world.accounts[0]]
    contract = rated(world.contracts[0], world.accounts[0], OCTOBER.start, Decimal("100.00"))
    invoice = draft(account, [ContractToBill(contract, **used)], BILL_DATE)
    return invoice_rows.write(world.session, [invoice], ["INV-1"], "test")[0]


def rows(world: World, statement: str) -> list[tuple[Any, ...]]:
    return [tuple(row) for row in world.session.execute(text(statement))]


def test_an_invoice_has_its_lines_and_its_billed_days(world: World) -> None:
    issued = drafted(world)

    assert [("INV-1", "invoice", date(2026, 11, 16), Decimal("119.00"), "test")] == rows(
        world, "SELECT number, kind, due_date, total, issued_by FROM invoice"
    )
    assert [(issued.id, 1, Decimal("100.00"), "S", Decimal(19))] == rows(
        world, "SELECT invoice_id, position, amount, tax_category, tax_rate FROM invoice_line"
    )
    assert [(world.contracts[0], OCTOBER.start, OCTOBER.end)] == rows(
        world, "SELECT contract_id, lower(during), upper(during) FROM invoice_span"
    )


def test_the_billing_item_and_the_waiting_lines_belong_to_the_invoice_then(world: World) -> None:
    item = items(world.session, plan_run(world))[0]
    pending_lines.add(world.session, [NewLine(world.contracts[0], "k", "EUR", share("5.00"))], reason="", author="t")
    (waiting,) = pending_lines.waiting(world.session, world.contracts, BILL_DATE)[world.contracts[0]]

    issued = drafted(world, item_id=item.id, waiting_ids=(waiting.id,))

    assert [("issued", issued.id)] == rows(world, f"SELECT state, invoice_id FROM billing_item WHERE id = {item.id}")
    assert [(issued.id,)] == rows(world, "SELECT invoice_id FROM pending_line")


def test_a_line_that_another_invoice_took_up_meanwhile_is_not_billed_twice(world: World) -> None:
    pending_lines.add(world.session, [NewLine(world.contracts[0], "k", "EUR", share("5.00"))], reason="", author="t")
    (waiting,) = pending_lines.waiting(world.session, world.contracts, BILL_DATE)[world.contracts[0]]
    issued = drafted(world, waiting_ids=(waiting.id,))
    world.session.execute(text("UPDATE invoice_span SET credited = true"))
    again = replace(issued.draft, waiting_ids=(waiting.id,))

    with pytest.raises(ConflictError, match="taken up by another bill"):
        invoice_rows.write(world.session, [again], ["INV-2"], "t")


def test_a_message_waits_for_those_who_take_mail(world: World) -> None:
    issued = drafted(world)
    world.session.execute(text("UPDATE account SET delivery = 'none'"))

    assert 1 == len(invoice_rows.queue_deliveries(world.session, [issued], "invoice"))
    assert [("tenant1@example.com", f"<invoice-{issued.public_id}@example.org>", "waiting")] == rows(
        world, "SELECT recipient, message_id, state FROM delivery"
    )
    by_post = drafted_by_post(world, issued)
    assert [] == invoice_rows.queue_deliveries(world.session, [by_post], "invoice")


def drafted_by_post(world: World, issued: invoice_rows.WrittenInvoice) -> invoice_rows.WrittenInvoice:
    """The same invoice for an account that takes no mail now."""
    account = parties(world.session, world.accounts, BILL_DATE)[world.accounts[0]]
    return replace(issued, draft=replace(issued.draft, account=account))
