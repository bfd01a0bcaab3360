"""Advance plans of contracts: what is agreed from a day on; a change begins a row and ends the one before."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import RowMapping, text
from sqlalchemy.orm import Session

from cloud_service.domain.invoicing.advances.plan import AdvanceTerms
from cloud_service.domain.money import round_money

PLANS = text(
    """
    SELECT lower(p.during) AS start, upper(p.during) AS end, p.amount, p.every_months, p.day, p.timing, p.author,
           p.reason, p.created_at, a.currency
      FROM advance_plan p
      JOIN contract k ON k.id = p.contract_id
      JOIN account a ON a.id = k.account_id
     WHERE p.contract_id = :contract
     ORDER BY lower(p.during)
    """
)
LISTED = text(
    """
    SELECT k.id AS contract_id, k.public_id, k.number AS contract, cl.name AS tenant, a.currency,
           lower(p.during) AS start, upper(p.during) AS end, p.amount, p.every_months, p.day, p.timing,
           f.reason AS fault, lower(f.during) AS fault_start, upper(f.during) AS fault_end,
           last.number AS last_number, last.public_id AS last_bill, upper(b.during) AS billed_until,
           coalesce((SELECT sum((w.line->'advance'->>'net')::numeric + (w.line->'advance'->>'tax')::numeric)
                       FROM pending_line w
                      WHERE w.contract_id = k.id AND w.invoice_id IS NULL AND w.line ? 'advance'), 0) AS waiting
      FROM advance_plan p
      JOIN contract k ON k.id = p.contract_id
      JOIN account a ON a.id = k.account_id
      JOIN client cl ON cl.id = a.client_id
      LEFT JOIN advance_fault f ON f.contract_id = k.id
      LEFT JOIN LATERAL (SELECT invoice_id, during FROM advance_bill
                          WHERE contract_id = k.id AND NOT credited ORDER BY during DESC LIMIT 1) b ON true
      LEFT JOIN invoice last ON last.id = b.invoice_id
     WHERE cl.legal_entity_id = ANY(:entities) AND k.id > :after
       AND (upper(p.during) IS NULL OR upper(p.during) > :today)
       AND p.id = (SELECT n.id FROM advance_plan n
                    WHERE n.contract_id = k.id AND (upper(n.during) IS NULL OR upper(n.during) > :today)
                    ORDER BY n.during LIMIT 1)
       AND (upper(k.during) IS NULL OR upper(k.during) > :today) AND NOT isempty(k.during)
     ORDER BY k.id
     LIMIT :limit
    """
)
DROP_FROM = text("DELETE FROM advance_plan WHERE contract_id = :contract AND lower(during) = :day")
CUT = text(
    """
    UPDATE advance_plan SET during = daterange(lower(during), :day)
     WHERE contract_id = :contract AND during @> cast(:day AS date) AND lower(during) < :day
    """
)
ADD = text(
    """
    INSERT INTO advance_plan (contract_id, during, amount, every_months, day, timing, author, reason)
    SELECT :contract, daterange(:day, min(lower(during))), :amount, :every_months, :on_day, :timing, :author, :reason
      FROM advance_plan
     WHERE contract_id = :contract AND lower(during) > :day
    """
)
DROP_AFTER = text("DELETE FROM advance_plan WHERE contract_id = :contract AND lower(during) >= :day")


@dataclass(frozen=True, slots=True)
class AdvancePlan:
    """What is agreed on some days."""

    start: date
    end: date | None
    terms: AdvanceTerms
    author: str
    reason: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class ListedPlan:
    """A connection with a plan that holds now or is to begin; its last bill in advance, and why the next is missing."""

    contract_id: int
    public_id: UUID
    contract: str
    tenant: str
    currency: str
    start: date
    end: date | None
    terms: AdvanceTerms
    fault: str | None
    fault_start: date | None
    fault_end: date | None
    last_number: str | None
    last_bill: UUID | None
    billed_until: date | None
    waiting: Decimal  # billed in advance, and not taken off yet


def plans_of(session: Session, contract_id: int) -> list[AdvancePlan]:
    """All that was and is agreed, the earliest first."""
    rows = session.execute(PLANS, {"contract": contract_id}).mappings()
    return [
        AdvancePlan(row["start"], row["end"], _terms(row), row["author"], row["reason"], row["created_at"])
        for row in rows
    ]


def listed(
    session: Session, entity_ids: Sequence[int], today: date, *, after: int = 0, limit: int = 200
) -> list[ListedPlan]:
    """The plans of connections that hold today or later, by connection."""
    values = {"entities": list(entity_ids), "today": today, "after": after, "limit": limit}
    return [_listed(row) for row in session.execute(LISTED, values).mappings()]


def _listed(row: RowMapping) -> ListedPlan:
    columns = {name: row[name] for name in ListedPlan.__dataclass_fields__ if name != "terms"}
    return ListedPlan(**columns, terms=_terms(row))


def _terms(row: RowMapping) -> AdvanceTerms:
    return AdvanceTerms(round_money(row["amount"], row["currency"]), row["every_months"], row["day"], row["timing"])


def agree(session: Session, contract_id: int, terms: AdvanceTerms, day: date, *, author: str, reason: str) -> None:
    """Terms hold from a day on, up to those that were agreed for later."""
    session.execute(DROP_FROM, {"contract": contract_id, "day": day})
    session.execute(CUT, {"contract": contract_id, "day": day})
    values = {"amount": terms.amount, "every_months": terms.every_months, "on_day": terms.day, "timing": terms.timing}
    session.execute(ADD, {"contract": contract_id, "day": day, "author": author, "reason": reason, **values})


def end(session: Session, contract_id: int, day: date) -> int:
    """From a day on nothing is agreed; how many rows that changed."""
    changed = session.execute(DROP_AFTER, {"contract": contract_id, "day": day}).rowcount  # type: ignore[attr-defined]
    changed += session.execute(CUT, {"contract": contract_id, "day": day}).rowcount  # type: ignore[attr-defined]
    return int(changed)
