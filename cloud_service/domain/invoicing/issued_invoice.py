"""An issued invoice as it was frozen: what documents print and corrections take back."""

from datetime import date
from decimal import Decimal
from uuid import UUID

import msgspec

from cloud_service.domain.invoicing.basis import InvoiceBasis
from cloud_service.domain.invoicing.billed_line import BilledLine
from cloud_service.domain.invoicing.billing_account import Buyer, Seller
from common.period import Span


class IssuedInvoice(msgspec.Struct, frozen=True, kw_only=True):
    """An invoice or credit note with its lines; amounts in `currency`, rounded to its smallest unit."""

    id: int
    public_id: UUID  # in addresses of pages
    kind: str  # invoice, credit_note
    number: str
    legal_entity_id: int
    account_id: int
    bill_date: date
    due_date: date
    during: Span
    currency: str  # ISO 4217
    net: Decimal
    tax: Decimal
    total: Decimal
    local_currency: str  # the seller's own
    local_rate: Decimal  # the seller's currency for one unit of `currency`
    energy: int  # thousandths of the import registers' unit
    volume: int = 0  # litres
    prepaid: bool
    seller: Seller
    buyer: Buyer
    basis: InvoiceBasis
    lines: tuple[BilledLine, ...]
    settled: Decimal  # of the total, what credit had paid on the day of issue
    corrects: str  # number of the invoice that it takes back, or whose place it takes
    reason: str
    issued_by: str
