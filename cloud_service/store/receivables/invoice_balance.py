"""What an invoice still owes: the view `invoice_balance` of the database, the only place that knows it.

The view is of all that is booked and looks each invoice up: right for one invoice, an account or a page of a list.
`invoice_balance_at(day)` and `invoice_balance_at(day, account)` are the same as at the end of a day ('infinity': of all
days) and read all allocations once: right for sums over the books. Both are made by one migration from one text.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import BigInteger, Boolean, Date, Numeric, String, column, select, table
from sqlalchemy.orm import Session

from common.errors import NotFoundError

invoice_balance = table(
    "invoice_balance",
    column("invoice_id", BigInteger),
    column("account_id", BigInteger),
    column("legal_entity_id", BigInteger),
    column("number", String),
    column("kind", String),  # invoice, credit_note
    column("prepaid", Boolean),
    column("currency", String),  # of all amounts but outstanding_local
    column("bill_date", Date),
    column("due_date", Date),
    column("total", Numeric),  # of the invoice; less than 0: credit of the client
    column("settled", Numeric),  # received + credited + written_off
    column("received", Numeric),  # by payments
    column("credited", Numeric),  # by credit notes
    column("written_off", Numeric),
    column("outstanding", Numeric),  # what is still owed, never less than 0
    column("outstanding_local", Numeric),  # the same in local currency, by the rate the invoice was issued with
    column("open_since", Date),  # the bill date, or the last day on which money was taken back from it
)


@dataclass(frozen=True, slots=True)
class InvoiceBalance:
    """What one invoice still owes, in its currency, and whose it is."""

    invoice_id: int
    number: str
    account_id: int
    entity_id: int
    currency: str
    open_since: date
    outstanding: Decimal


def balance_of(session: Session, invoice_id: int) -> InvoiceBalance:
    """The balance of an invoice now; NotFoundError where there is no such invoice."""
    row = session.execute(select(invoice_balance).where(invoice_balance.c.invoice_id == invoice_id)).one_or_none()
    if row is None:
        raise NotFoundError(f"there is no invoice {invoice_id}")
    return InvoiceBalance(
        row.invoice_id, row.number, row.account_id, row.legal_entity_id, row.currency, row.open_since, row.outstanding
    )
