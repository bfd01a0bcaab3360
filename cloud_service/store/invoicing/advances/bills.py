"""Bills in advance by their periods: which are due, which were made, and what stood in the way of one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from psycopg.types.range import DateRange
from sqlalchemy import text
from sqlalchemy.orm import Session

from cloud_service.domain.invoicing.advances.plan import AdvanceTerms, PlanDays
from cloud_service.domain.money import round_money
from common.period import Span

# What is taken: periods that have a live bill in advance, days that are billed as used, days that are left unbilled.
PLANNED = text(
    """
    SELECT p.contract_id, k.account_id, a.currency, p.amount, p.every_months, p.day, p.timing,
           lower(p.during) AS since, lower(p.during * k.during) AS start, upper(p.during * k.during) AS end,
           (SELECT range_agg(x.during) FROM (
                   SELECT during FROM advance_bill
                    WHERE contract_id = k.id AND NOT credited AND during && daterange(:since, NULL)
                    UNION ALL
                   SELECT during FROM invoice_span
                    WHERE contract_id = k.id AND NOT credited AND during && daterange(:since, NULL)
                    UNION ALL
                   SELECT during FROM waived_span WHERE contract_id = k.id AND during && daterange(:since, NULL)) x
           ) AS taken
      FROM advance_plan p
      JOIN contract k ON k.id = p.contract_id
      JOIN account a ON a.id = k.account_id
     WHERE p.during && daterange(:since, :until) AND NOT isempty(p.during * k.during)
       AND k.id IN (SELECT n.contract_id
                      FROM advance_plan n
                      JOIN contract m ON m.id = n.contract_id
                      JOIN account o ON o.id = m.account_id
                      JOIN client w ON w.id = o.client_id
                     WHERE n.contract_id > :after AND w.legal_entity_id = :entity
                       AND (cast(:contracts AS bigint[]) IS NULL OR n.contract_id = ANY(:contracts))
                       AND n.during && daterange(:since, :until) AND NOT isempty(n.during * m.during)
                     GROUP BY n.contract_id
                     ORDER BY n.contract_id
                     LIMIT :limit)
     ORDER BY p.contract_id, p.during
    """
)
ADD = text("INSERT INTO advance_bill (contract_id, invoice_id, during) VALUES (:contract, :invoice, :during)")
LAST_DAY = text("SELECT max(upper(during)) FROM advance_bill WHERE contract_id = :contract AND NOT credited")
LIVE = text(
    """
    SELECT i.id, i.public_id, i.number, i.bill_date, lower(b.during) AS start, upper(b.during) AS end, i.total,
           i.currency, balance.outstanding, s.number AS settled_by, s.public_id AS settled_bill
      FROM advance_bill b
      JOIN invoice i ON i.id = b.invoice_id
      JOIN invoice_balance balance ON balance.invoice_id = i.id
      LEFT JOIN pending_line p ON p.contract_id = b.contract_id AND p.line ? 'advance'
       AND (p.line->>'corrects')::bigint = i.id
      LEFT JOIN invoice s ON s.id = p.invoice_id
     WHERE b.contract_id = :contract AND NOT b.credited
     ORDER BY b.during DESC
     LIMIT :limit
    """
)
FAULT = text(
    """
    INSERT INTO advance_fault (contract_id, during, reason)
    VALUES (:contract, :during, :reason)
    ON CONFLICT (contract_id) DO UPDATE SET during = :during, reason = :reason
    """
)
FAULTS = text(
    """
    SELECT count(*) AS contracts, min(f.at) AS since
      FROM advance_fault f
      JOIN contract k ON k.id = f.contract_id
      JOIN account a ON a.id = k.account_id
      JOIN client cl ON cl.id = a.client_id
     WHERE cl.legal_entity_id = ANY(:entities)
    """
)
FORGET = text("DELETE FROM advance_fault WHERE contract_id = :contract")
FORGET_OTHERS = text(
    """
    DELETE FROM advance_fault f
     USING contract k, account a, client cl
     WHERE k.id = f.contract_id AND a.id = k.account_id AND cl.id = a.client_id AND cl.legal_entity_id = :entity
       AND f.contract_id <> ALL(:due)
    """
)


@dataclass(frozen=True, slots=True)
class PlannedContract:
    """A plan of a contract with what a run must know to find its periods."""

    contract_id: int
    account_id: int
    currency: str
    terms: AdvanceTerms
    days: PlanDays
    taken: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class AdvanceBill:
    """A live bill in advance: what is open of it, and the bill that took it off again."""

    id: int
    public_id: UUID
    number: str
    bill_date: date
    start: date
    end: date  # exclusive
    total: Decimal
    currency: str
    outstanding: Decimal
    settled_by: str | None
    settled_bill: UUID | None


def planned(
    session: Session, entity_id: int, window: Span, *, contract_ids: Sequence[int] | None = None, after: int = 0,
    limit: int = 500,
) -> list[PlannedContract]:  # fmt: skip
    """Plans of a company that have days in a window, of contracts after an id; `limit` counts contracts."""
    contracts = None if contract_ids is None else list(contract_ids)
    values = {"entity": entity_id, "since": window.start, "until": window.end, "contracts": contracts}
    rows = session.execute(PLANNED, values | {"after": after, "limit": limit}).all()
    return [
        PlannedContract(
            row.contract_id, row.account_id, row.currency,
            AdvanceTerms(round_money(row.amount, row.currency), row.every_months, row.day, row.timing),
            PlanDays(row.since, row.start, row.end), tuple(Span(each.lower, each.upper) for each in row.taken or ()),
        )
        for row in rows
    ]  # fmt: skip


def add(session: Session, contract_id: int, invoice_id: int, span: Span) -> None:
    """The period has its bill; a second one of the same days is refused by the database."""
    session.execute(ADD, {"contract": contract_id, "invoice": invoice_id, "during": _days(span)})


def billed_until(session: Session, contract_id: int) -> date | None:
    """The first day after all periods that have a live bill in advance."""
    end: date | None = session.execute(LAST_DAY, {"contract": contract_id}).scalar_one_or_none()
    return end


def live_bills(session: Session, contract_id: int, limit: int = 36) -> list[AdvanceBill]:
    """The live bills in advance of a contract, the newest first."""
    return [AdvanceBill(**row) for row in session.execute(LIVE, {"contract": contract_id, "limit": limit}).mappings()]


def note_fault(session: Session, contract_id: int, span: Span, reason: str) -> None:
    """Why the advance of a period is not billed."""
    session.execute(FAULT, {"contract": contract_id, "during": _days(span), "reason": reason})


@dataclass(frozen=True, slots=True)
class AdvanceFaults:
    """How many contracts have a period that could not be billed, and since when."""

    contracts: int
    since: datetime


def faults(session: Session, entity_ids: Sequence[int]) -> AdvanceFaults | None:
    """What could not be billed in advance and is still due; None for nothing."""
    row = session.execute(FAULTS, {"entities": list(entity_ids)}).one()
    return AdvanceFaults(row.contracts, row.since) if row.contracts else None


def forget_fault(session: Session, contract_id: int) -> None:
    """It went well."""
    session.execute(FORGET, {"contract": contract_id})


def forget_other_faults(session: Session, entity_id: int, due: Sequence[int]) -> None:
    """What is not due any more is not at fault either."""
    session.execute(FORGET_OTHERS, {"entity": entity_id, "due": list(due)})


def _days(span: Span) -> DateRange:
    return DateRange(span.start, span.end, "[)")
