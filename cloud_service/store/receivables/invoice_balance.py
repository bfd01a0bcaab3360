"""What an invoice still owes: the view `invoice_balance` of the database, the only place that knows it.

The view is of all that is booked and looks each invoice up: right for one invoice, an account or a page of a list.
`invoice_balance_at(day)` and `invoice_balance_at(day, account)` are the same as at the end of a day ('infinity': of all
days) and read all allocations once: right for sums over the books. Both are made by one migration from one text.
"""

from sqlalchemy import Boolean, Date, Numeric, String, column, table
from sqlalchemy.types import BigInteger

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
