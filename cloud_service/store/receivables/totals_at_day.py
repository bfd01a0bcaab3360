"""The operator's figures as at the end of any day: outstanding, overdue, received, billed, in the local currency."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import text
from sqlalchemy.orm import Session

from cloud_service.domain.money import round_money
from common.errors import NotFoundError


@dataclass(frozen=True, slots=True)
class TotalsAtDay:
    """Money in the local currency, by the rates of the day; energy in Wh."""

    currency: str
    outstanding: Decimal
    overdue: Decimal
    received: Decimal
    billed: Decimal
    credit: Decimal
    energy: int
    bills: int
    active_connections: int
    outstanding_by_currency: dict[str, Decimal]
    received_by_currency: dict[str, Decimal]


LEDGER = text(
    """
    SELECT a.kind, a.currency, sum(l.amount) AS amount
      FROM ledger_line l
      JOIN ledger_account a ON a.id = l.ledger_account_id
      JOIN ledger_entry e ON e.id = l.ledger_entry_id
     WHERE a.kind IN ('receivable', 'credit', 'cash')
       AND e.day <= :day
       AND (cast(:entity AS bigint) IS NULL OR a.legal_entity_id = :entity)
     GROUP BY a.kind, a.currency
    """
)
OVERDUE = text(
    """
    SELECT currency, sum(outstanding) AS amount
      FROM invoice_balance_at(:day)
     WHERE total > 0 AND due_date < :day
       AND (cast(:entity AS bigint) IS NULL OR legal_entity_id = :entity)
     GROUP BY currency
    """
)
BILLED = text(
    """
    SELECT currency, sum(total) AS amount, sum(energy) AS energy, count(*) FILTER (WHERE kind = 'invoice') AS bills
      FROM invoice
     WHERE bill_date <= :day AND taken_over_on IS NULL
       AND (cast(:entity AS bigint) IS NULL OR legal_entity_id = :entity)
     GROUP BY currency
    """
)
ACTIVE = text(
    """
    SELECT count(*)
      FROM contract k
      JOIN service_point p ON p.id = k.service_point_id
      JOIN site s ON s.id = p.site_id
     WHERE k.during @> cast(:day AS date)
       AND (cast(:entity AS bigint) IS NULL OR s.legal_entity_id = :entity)
    """
)
LOCAL = text(
    """
    SELECT currency
      FROM legal_entity
     WHERE cast(:entity AS bigint) IS NULL
        OR id = :entity
     ORDER BY id
     LIMIT 1
    """
)
RATE = text(
    """
    SELECT DISTINCT ON (currency) currency, rate
      FROM currency_rate
     WHERE base = :base
       AND day <= :day
     ORDER BY currency, day DESC
    """
)


def totals(session: Session, day: date, entity_id: int | None = None) -> TotalsAtDay:
    """The figures as at the end of a day, of one entity or of all; outstanding is the ledger's receivables."""
    parameters = {"day": day, "entity": entity_id}
    base = session.execute(LOCAL, {"entity": entity_id}).scalar_one_or_none() or "EUR"
    rates = {row.currency: row.rate for row in session.execute(RATE, {"base": base, "day": day})} | {base: Decimal(1)}
    ledger = {(row.kind, row.currency): row.amount for row in session.execute(LEDGER, parameters)}
    billed = session.execute(BILLED, parameters).all()
    by_kind = {
        kind: {currency: amount for (k, currency), amount in ledger.items() if k == kind}
        for kind in ("receivable", "credit", "cash")
    }
    return TotalsAtDay(
        currency=base,
        outstanding=_local(by_kind["receivable"], rates, base),
        overdue=_local({row.currency: row.amount for row in session.execute(OVERDUE, parameters)}, rates, base),
        received=_local(by_kind["cash"], rates, base),
        billed=_local({row.currency: row.amount for row in billed}, rates, base),
        credit=-_local(by_kind["credit"], rates, base),
        energy=int(sum(row.energy for row in billed)),
        bills=sum(row.bills for row in billed),
        active_connections=int(session.execute(ACTIVE, parameters).scalar_one()),
        outstanding_by_currency=by_kind["receivable"],
        received_by_currency=by_kind["cash"],
    )


def _local(amounts: dict[str, Decimal], rates: dict[str, Decimal], base: str) -> Decimal:
    """The sum in the local currency, each currency rounded once; a missing rate is said, not guessed."""
    missing = sorted(set(amounts) - set(rates))
    if missing:
        raise NotFoundError(f"there is no rate of {', '.join(missing)} in {base}", hint="import a rates file")
    return sum((round_money(amount * rates[currency], base) for currency, amount in amounts.items()), Decimal(0))
