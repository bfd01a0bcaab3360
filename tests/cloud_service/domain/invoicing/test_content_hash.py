"""Invoices have the content and the hash that they had when lines were dictionaries."""

from datetime import date
from decimal import Decimal
from typing import Any

import msgspec
import pytest

from cloud_service.domain.invoicing.basis import InvoiceBasis
from cloud_service.domain.invoicing.billed_line import BilledLine
from cloud_service.domain.invoicing.content_hash import canonical, canonical_hash, content_hash, frozen, hashed_content
from cloud_service.domain.invoicing.credit_note import OriginalInvoice, reversal
from cloud_service.domain.invoicing.invoice import ContractToBill, Draft, draft, single_line
from cloud_service.domain.invoicing.pending_lines import take_up
from cloud_service.domain.pricing.record_json import from_json, to_json
from common.period import Span
from tests.cloud_service.domain.invoicing.stored import STORED, account, as_column, rated, waiting

APRIL_2 = date(2026, 4, 2)
MAY_1 = Span(date(2026, 5, 1), date(2026, 5, 2))


def with_waiting_lines() -> Draft:
    lines = [waiting("share"), waiting("untaxed share"), waiting("difference")]
    contract = ContractToBill(take_up(rated("of one tariff"), lines), waiting_ids=(501, 502, 503))
    return draft(account(), [contract], APRIL_2)


def credit_note() -> Draft:
    """Of the invoice with waiting lines, as the database gives it back."""
    issued = with_waiting_lines()
    original = OriginalInvoice(
        id=93, number="INV-2026-00003", kind="invoice", bill_date=issued.bill_date, net=issued.net, tax=issued.tax,
        total=issued.total, energy=issued.energy, during=issued.during,
        basis=from_json(InvoiceBasis, to_json(issued.basis)), local_rate=Decimal(1), account=account(),
        contracts=(21,), lines=tuple(read_back(line) for line in issued.lines), credited=False,
        open_since=issued.bill_date,
    )  # fmt: skip
    return reversal(original, date(2026, 4, 5), "wrong meter")


def read_back(line: BilledLine) -> BilledLine:
    return msgspec.structs.replace(
        line,
        quantity=as_column(line.quantity),
        price=as_column(line.price),
        amount_unrounded=as_column(line.amount_unrounded),
        tax_rate=as_column(line.tax_rate, 6),
    )


def fee() -> Draft:
    return single_line(
        account(), charge="fees", label="Late fee", amount=Decimal("5.00"), why="reminder of INV-1", days=MAY_1,
        bill_date=MAY_1.start, basis=InvoiceBasis(fee_for=(91,)),
    )  # fmt: skip


def interest() -> Draft:
    return single_line(
        account(), charge="interest", label="Interest on INV-1", amount=Decimal("1.07"), why="some", days=MAY_1,
        bill_date=MAY_1.start,
        basis=InvoiceBasis(interest_on=91, interest_until=date(2026, 5, 2), source="BGB"),
    )  # fmt: skip


def of_contracts(*names: str) -> Draft:
    return draft(account(), [ContractToBill(rated(name)) for name in names], APRIL_2)


DRAFTS = {
    "one contract": (of_contracts("of one tariff"), "INV-2026-00001"),
    "two contracts": (of_contracts("of one tariff", "with a coin in one"), "INV-2026-00002"),
    "with waiting lines": (with_waiting_lines(), "INV-2026-00003"),
    "credit note": (credit_note(), "CN-2026-00001"),
    "fee": (fee(), "INV-2026-00004"),
    "interest": (interest(), "INV-2026-00005"),
}


def line_texts(line: BilledLine) -> list[Any]:
    numbers = (line.quantity, line.price, line.amount_unrounded, line.amount)
    texts = [str(line.contract_id), line.charge, line.label, *(format(number, "f") for number in numbers)]
    return [*texts, line.tax_category, format(line.tax_rate, "f"), str(line.during), to_json(line.explanation)]


@pytest.mark.parametrize("name", DRAFTS)
def test_a_draft_says_what_it_said_before_and_has_the_same_hash(name: str) -> None:
    invoice, number = DRAFTS[name]
    stored = STORED["drafts"][name]

    assert stored["frozen"] == msgspec.json.decode(canonical(frozen(invoice, number)))
    assert stored["hash"] == content_hash(invoice, number).hex()
    assert stored["total"] == format(invoice.total, "f")


@pytest.mark.parametrize("name", DRAFTS)
def test_the_lines_of_a_draft_are_the_rows_that_they_were(name: str) -> None:
    assert STORED["drafts"][name]["lines"] == [line_texts(line) for line in DRAFTS[name][0].lines]


@pytest.mark.parametrize("name", DRAFTS)
def test_a_basis_that_was_stored_is_written_again_as_it_was(name: str) -> None:
    basis = STORED["drafts"][name]["frozen"]["basis"]

    assert basis == to_json(from_json(InvoiceBasis, basis))


def test_rows_read_back_have_the_hash_of_the_draft_whatever_places_their_columns_add() -> None:
    invoice, number = DRAFTS["one contract"]
    row = frozen(invoice, number) | {"net": as_column(invoice.net, 6)}

    assert content_hash(invoice, number) == canonical_hash(
        hashed_content(row, [read_back(line) for line in invoice.lines])
    )


def test_one_changed_line_changes_the_hash() -> None:
    invoice, number = DRAFTS["one contract"]
    first = msgspec.structs.replace(invoice.lines[0], label="Something else")
    row = frozen(invoice, number)

    assert content_hash(invoice, number) != canonical_hash(hashed_content(row, [first, *invoice.lines[1:]]))
