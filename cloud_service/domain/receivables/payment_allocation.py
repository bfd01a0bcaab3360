"""Which money settles which invoice: oldest first, or as the payer says; never more than is there or owed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from common.errors import ConflictError, InputError


@dataclass(frozen=True, slots=True)
class CreditSource:
    """Money of a client that is not used yet: (what is left of) a payment or a credit note."""

    kind: str  # payment, credit_note
    id: int
    day: date
    left: Decimal
    since: date  # is it free: its own day, or a later one on which it was taken back from an invoice


@dataclass(frozen=True, slots=True)
class OpenInvoice:
    """An invoice that is not fully settled."""

    id: int
    number: str
    bill_date: date
    due_date: date
    left: Decimal
    since: date  # is that open: the bill's date, or a later one on which money was taken back from it


@dataclass(frozen=True, slots=True)
class Allocation:
    """`amount` of a source settles an invoice on a day from which on both are there; negative takes it back."""

    source_kind: str
    source_id: int
    invoice_id: int
    amount: Decimal
    day: date
    automatic: bool = True


def oldest_first(sources: Sequence[CreditSource], invoices: Sequence[OpenInvoice], today: date) -> list[Allocation]:
    """Use the oldest money for the invoice that was due first, until one of them runs out."""
    parts: list[Allocation] = []
    money = sorted((s for s in sources if s.left > 0), key=lambda s: (s.day, s.kind, s.id))
    left = {(s.kind, s.id): s.left for s in money}
    for invoice in sorted((i for i in invoices if i.left > 0), key=lambda i: (i.due_date, i.bill_date, i.id)):
        owed = invoice.left
        for source in money:
            amount = min(owed, left[source.kind, source.id])
            if amount > 0:
                parts.append(_part(source, invoice, amount, today, automatic=True))
                left[source.kind, source.id] -= amount
                owed -= amount
    return parts


def as_instructed(
    source: CreditSource, wanted: Mapping[str, Decimal], invoices: Sequence[OpenInvoice], today: date
) -> list[Allocation]:
    """Exactly what the payer says: invoice number -> amount. What cannot be done is refused as a whole."""
    by_number = {invoice.number: invoice for invoice in invoices}
    if sum(wanted.values(), Decimal(0)) > source.left:
        raise ConflictError(f"{sum(wanted.values())} is to be allocated, {source.left} is left")
    parts = []
    for number, amount in wanted.items():
        invoice = by_number.get(number)
        if amount <= 0:
            raise InputError(f"{amount} is not an amount to pay", path=number)
        if invoice is None or amount > invoice.left:
            raise ConflictError(
                f"{amount} is more than is open", path=number, hint=f"open: {invoice.left if invoice else 0}"
            )
        parts.append(_part(source, invoice, amount, today, automatic=False))
    return parts


def _part(source: CreditSource, invoice: OpenInvoice, amount: Decimal, today: date, *, automatic: bool) -> Allocation:
    return Allocation(source.kind, source.id, invoice.id, amount, max(today, invoice.since, source.since), automatic)
