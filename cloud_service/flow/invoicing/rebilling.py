"""A bill is taken back and billed anew; where later bills rest on what it leaves over, these too, in order.

Crediting, rating and issuing are steps of their own and are handed in.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from cloud_service.domain.invoicing.credit_note import OriginalInvoice
from cloud_service.domain.invoicing.rebill_difference import ChangedLine, compare, of_invoice
from cloud_service.domain.invoicing.unbilled_days import LATER_BILLS
from cloud_service.domain.rating.rated_contract import RatedContract
from cloud_service.store.database.session import Session
from cloud_service.store.invoicing.billing_chain import resting_on
from cloud_service.store.invoicing.corrections import original
from cloud_service.store.invoicing.invoice_rows import WrittenInvoice
from common.errors import ConflictError
from common.period import Span


@dataclass(frozen=True, slots=True)
class RebillSteps:
    """How a bill is credited, contracts are rated on some days, and what is rated takes a credited bill's place."""

    credit: Callable[[int], WrittenInvoice]
    rate: Callable[[Sequence[int], Span], list[RatedContract]]
    issue: Callable[[Sequence[RatedContract], WrittenInvoice], list[WrittenInvoice]]


@dataclass(frozen=True, slots=True)
class Rebilling:
    """A bill as it was, the credit note over it, and the bills that take its place."""

    before: OriginalInvoice
    note: WrittenInvoice
    bills: Sequence[WrittenInvoice]

    @property
    def total(self) -> Decimal:
        """What the new bills amount to."""
        return sum((bill.draft.total for bill in self.bills), Decimal(0))

    @property
    def changes(self) -> list[ChangedLine]:
        """What they change, line by line."""
        new_lines = [of_invoice(line) for new in self.bills for line in new.draft.lines]
        return compare([of_invoice(line) for line in self.before.lines], new_lines)


def rebill(session: Session, invoice_id: int, steps: RebillSteps, *, following: bool) -> list[Rebilling]:
    """The bill first, then those that rest on it, as far as what is left over changes and if `following` says so.

    Where it changes otherwise, a ConflictError (`later_bills`) names the first of them, and nothing is done.
    """
    if not original(session, invoice_id).contracts:
        raise ConflictError(
            "the bill is of no days that could be billed anew", path="number",
            hint="credit it: what it had taken up waits again, see Not billed",
        )  # fmt: skip
    later = [original(session, bill.id) for bill in resting_on(session, invoice_id)] if following else []
    for count in range(len(later) + 1):
        try:
            with session.begin_nested():
                return _in_order([original(session, invoice_id), *later[:count]], steps)
        except ConflictError as error:
            if error.code != LATER_BILLS or count == len(later):
                raise
    return []


def _in_order(bills: Sequence[OriginalInvoice], steps: RebillSteps) -> list[Rebilling]:
    """All are credited, the latest first; then each is billed anew with what the one before leaves over."""
    notes = {bill.id: steps.credit(bill.id) for bill in reversed(bills)}
    return [
        Rebilling(bill, notes[bill.id], steps.issue(steps.rate(bill.contracts, bill.during), notes[bill.id]))
        for bill in bills
    ]
