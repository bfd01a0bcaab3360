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
    unallocated: Decimal
    available_since: date  # its own day, or a later one on which it was taken back from an invoice


@dataclass(frozen=True, slots=True)
class OpenInvoice:
    """An invoice that is not fully settled."""

    id: int
    number: str
    bill_date: date
    due_date: date
    outstanding: Decimal
    open_since: date  # the bill date, or a later day on which money was taken back from it


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
    """Use the oldest money for the invoice that was due first, until one of them runs out.

    All of one account and currency. No allocation is dated before `today`, its money or its invoice.
    """
    allocations: list[Allocation] = []
    by_age = sorted((s for s in sources if s.unallocated > 0), key=lambda s: (s.day, s.kind, s.id))
    left = {(s.kind, s.id): s.unallocated for s in by_age}
    for invoice in sorted((i for i in invoices if i.outstanding > 0), key=lambda i: (i.due_date, i.bill_date, i.id)):
        outstanding = invoice.outstanding
        for source in by_age:
            amount = min(outstanding, left[source.kind, source.id])
            if amount > 0:
                allocations.append(_allocation(source, invoice, amount, today, automatic=True))
                left[source.kind, source.id] -= amount
                outstanding -= amount
    return allocations


def as_instructed(
    source: CreditSource, instructions: Mapping[str, Decimal], invoices: Sequence[OpenInvoice], today: date
) -> list[Allocation]:
    """Exactly what the payer says: invoice number -> amount. What cannot be done is refused as a whole."""
    by_number = {invoice.number: invoice for invoice in invoices}
    if sum(instructions.values(), Decimal(0)) > source.unallocated:
        raise ConflictError(f"{sum(instructions.values())} is to be allocated, {source.unallocated} is left")
    allocations = []
    for number, amount in instructions.items():
        invoice = by_number.get(number)
        if amount <= 0:
            raise InputError(f"{amount} is not an amount to pay", path=number)
        if invoice is None or amount > invoice.outstanding:
            raise ConflictError(
                f"{amount} is more than is open", path=number, hint=f"open: {invoice.outstanding if invoice else 0}"
            )
        allocations.append(_allocation(source, invoice, amount, today, automatic=False))
    return allocations


def _allocation(
    source: CreditSource, invoice: OpenInvoice, amount: Decimal, today: date, *, automatic: bool
) -> Allocation:
    day = max(today, invoice.open_since, source.available_since)
    return Allocation(source.kind, source.id, invoice.id, amount, day, automatic)
