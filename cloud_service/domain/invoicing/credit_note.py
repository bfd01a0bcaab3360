"""The credit note that takes a whole invoice back: the same lines and taxes with the opposite sign."""

from datetime import date
from decimal import Decimal

import msgspec

from cloud_service.domain.invoicing.basis import InvoiceBasis
from cloud_service.domain.invoicing.billed_line import BilledLine, taken_back
from cloud_service.domain.invoicing.billing_account import BillingAccount
from cloud_service.domain.invoicing.invoice import Draft
from cloud_service.domain.pricing.priced_lines import TaxLine
from common.period import Span


class OriginalInvoice(msgspec.Struct, frozen=True, kw_only=True):
    """An issued invoice as a correction sees it."""

    id: int
    number: str
    kind: str  # invoice, credit_note
    bill_date: date
    net: Decimal  # currency, as all amounts here
    tax: Decimal
    total: Decimal
    energy: int  # thousandths of the import registers' unit
    volume: int = 0  # litres
    during: Span
    basis: InvoiceBasis
    local_rate: Decimal  # the seller's currency for one unit of the account's
    account: BillingAccount
    contracts: tuple[int, ...]  # those whose days it bills
    lines: tuple[BilledLine, ...]
    credited: bool
    open_since: date  # its bill date, or the last day on which something that had settled it was taken back

    @property
    def income(self) -> str:
        """The ledger account its net was booked to."""
        charges = {line.charge for line in self.lines}
        return charges.pop() if charges in ({"fees"}, {"interest"}) else "revenue"


def reversal(invoice: OriginalInvoice, day: date, reason: str) -> Draft:
    """The credit note of a day over the whole invoice."""
    return Draft(
        kind="credit_note",
        account=invoice.account,
        spans=(),
        during=invoice.during,
        bill_date=day,
        due_date=day,
        lines=tuple(taken_back(line, invoice.number) for line in invoice.lines),
        net=-invoice.net,
        tax=-invoice.tax,
        energy=-invoice.energy,
        volume=-invoice.volume,
        basis=InvoiceBasis(taxes=tuple(_reversed(tax) for tax in invoice.basis.taxes), corrects=invoice.number),
        local_rate=invoice.local_rate,
        corrects_id=invoice.id,
        reason=reason,
        income=invoice.income,
    )


def _reversed(tax: TaxLine) -> TaxLine:
    return msgspec.structs.replace(tax, base=-tax.base, amount=-tax.amount, amount_unrounded=-tax.amount_unrounded)
