"""The proof that all ways to add up what is owed agree: ledger, invoices, ageing, statements; and so with credit."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import text
from sqlalchemy.orm import Session

from cloud_service.store.receivables.statements_and_ageing import ageing

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """Outstanding by four ways, and the clients' credit by two, in one currency."""

    currency: str
    ledger: Decimal
    invoices: Decimal
    ageing: Decimal
    statements: Decimal
    credit: Decimal
    free_money: Decimal

    @property
    def agrees(self) -> bool:
        """Whether they are equal."""
        ways = {self.ledger, self.invoices, self.ageing, self.statements}
        return len(ways) == 1 and self.credit == self.free_money


RECEIVABLES = text(
    """
    SELECT g.currency, sum(l.amount) AS amount
      FROM ledger_line l
      JOIN ledger_account g ON g.id = l.ledger_account_id
      JOIN ledger_entry e ON e.id = l.ledger_entry_id
     WHERE g.kind = 'receivable'
       AND e.day <= :day
     GROUP BY 1
    """
)
INVOICES = text(
    # On purpose not by `invoice_balance`: a proof does not use what it proves.
    """
    SELECT i.currency,
           sum(i.total) - coalesce((SELECT sum(x.amount)
                                      FROM allocation x
                                      JOIN invoice n ON n.id = x.invoice_id
                                     WHERE x.day <= :day AND n.currency = i.currency), 0) AS amount
      FROM invoice i
     WHERE i.total > 0
       AND coalesce(i.taken_over_on, i.bill_date) <= :day
     GROUP BY 1
    """
)
FREE_MONEY = text(
    # What is left of payments, released deposits and credit notes at the day, by account: it must be the credit.
    """
    SELECT currency, sum(amount) AS amount
      FROM (SELECT currency, amount
              FROM payment p
             WHERE day <= :day AND kind <> 'deposit'
               AND NOT EXISTS (SELECT 1 FROM payment d WHERE d.id = p.reverses_id AND d.kind = 'deposit')
             UNION ALL
            SELECT currency, -total
              FROM invoice
             WHERE total < 0 AND coalesce(taken_over_on, bill_date) <= :day
             UNION ALL
            SELECT i.currency, -x.amount
              FROM allocation x
              JOIN invoice i ON i.id = x.invoice_id
             WHERE x.day <= :day AND num_nonnulls(x.payment_id, x.credit_note_id) = 1) money
     GROUP BY 1
    """
)
CLOSINGS = text(
    """
    SELECT g.currency, sum(l.amount) AS amount
      FROM ledger_line l
      JOIN ledger_account g ON g.id = l.ledger_account_id
      JOIN ledger_entry e ON e.id = l.ledger_entry_id
     WHERE g.kind IN ('receivable', 'credit')
       AND e.day <= :day
     GROUP BY 1
    """
)


def reconcile(session: Session, day: date) -> list[Reconciliation]:
    """Outstanding of a day by ledger, by invoices less allocations, by ageing, and by statements; credit likewise."""
    parameters = {"day": day}
    ledger = {row.currency: row.amount for row in session.execute(RECEIVABLES, parameters)}
    invoices = {row.currency: row.amount for row in session.execute(INVOICES, parameters)}
    free = {row.currency: row.amount for row in session.execute(FREE_MONEY, parameters)}
    closing = {row.currency: row.amount for row in session.execute(CLOSINGS, parameters)}
    aged: dict[str, Decimal] = {}
    credit: dict[str, Decimal] = {}
    for row in ageing(session, day):
        aged[row.currency] = aged.get(row.currency, ZERO) + row.total
        credit[row.currency] = credit.get(row.currency, ZERO) + row.credit
    return [
        Reconciliation(
            currency=currency,
            ledger=ledger.get(currency, ZERO),
            invoices=invoices.get(currency, ZERO),
            ageing=aged.get(currency, ZERO),
            statements=closing.get(currency, ZERO) + credit.get(currency, ZERO),
            credit=credit.get(currency, ZERO),
            free_money=free.get(currency, ZERO),
        )
        for currency in sorted({*ledger, *invoices, *aged, *credit, *free})
    ]
