"""Days of contracts that no live bill has, why, and those that are left unbilled on purpose."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from cloud_service.store.invoicing.billing_runs import BillingCandidate
from common.period import Span

# A monthly connection that lacks only the month under way is passed by: these are most of them.
GAPS = text(
    """
    SELECT c.id, c.public_id, c.number, cl.name AS tenant, cl.legal_entity_id AS entity_id, gap.days,
           lower(c.during) AS start, upper(c.during) AS end, a.billing_cycle AS cycle, a.billing_day AS day,
           a.billing_month AS month, a.billing_year AS year
      FROM contract c
      JOIN account a ON a.id = c.account_id
      JOIN client cl ON cl.id = a.client_id
     CROSS JOIN LATERAL (
           SELECT datemultirange(c.during * daterange(NULL, :until))
                  - coalesce((SELECT range_agg(s.during) FROM invoice_span s
                               WHERE s.contract_id = c.id AND NOT s.credited AND s.during && daterange(NULL, :until)),
                             '{}'::datemultirange)
                  - coalesce((SELECT range_agg(w.during) FROM waived_span w WHERE w.contract_id = c.id),
                             '{}'::datemultirange) AS days) gap
     WHERE cl.legal_entity_id = ANY(:entities) AND c.id > :after AND c.during && daterange(NULL, :until)
       AND NOT isempty(gap.days)
       AND NOT (a.billing_cycle = 'monthly' AND a.billing_day = 1 AND lower(gap.days) >= :month
                AND (upper(c.during) IS NULL OR upper(c.during) > :until))
     ORDER BY c.id
     LIMIT :limit
    """
)
REASONS = text(
    """
    SELECT w.id AS contract_id, w.start, coalesce(live.state, parked.state, '') AS state,
           coalesce(parked.reason, '') AS reason, coalesce(live.run, parked.run) AS run,
           coalesce(live.name, parked.name, '') AS run_name, coalesce(credited.number, '') AS credited
      FROM unnest(cast(:ids AS bigint[]), cast(:starts AS date[]), cast(:ends AS date[])) w(id, start, until)
      JOIN contract c ON c.id = w.id
      LEFT JOIN LATERAL (
           SELECT b.state, r.public_id AS run, r.name FROM billing_item b JOIN billing_run r ON r.id = b.billing_run_id
            WHERE b.contract_id = w.id AND b.during && daterange(w.start, w.until) AND b.state IN ('waiting', 'rated')
              AND NOT r.dry_run
            ORDER BY b.id LIMIT 1) live ON true
      LEFT JOIN LATERAL (
           SELECT b.state, b.reason, r.public_id AS run, r.name
             FROM billing_item b JOIN billing_run r ON r.id = b.billing_run_id
            WHERE b.contract_id = w.id AND b.during && daterange(w.start, w.until) AND b.state = 'parked'
              AND NOT r.dry_run AND r.state <> 'cancelled' AND live.state IS NULL
            ORDER BY b.id DESC LIMIT 1) parked ON true
      LEFT JOIN LATERAL (
           SELECT i.number FROM invoice i JOIN invoice_span s ON s.invoice_id = i.id AND s.contract_id = w.id
            WHERE i.account_id = c.account_id AND s.credited AND s.during && daterange(w.start, w.until)
            ORDER BY i.id DESC LIMIT 1) credited ON true
    """
)
WAIVE = text(
    """
    INSERT INTO waived_span (contract_id, during, reason, author)
    VALUES (:contract, daterange(:start, :end), :reason, :author)
    RETURNING id
    """
)
UNWAIVE = text(
    "DELETE FROM waived_span WHERE id = :id RETURNING contract_id, lower(during) AS start, upper(during) AS end"
)
WAIVED = text(
    """
    SELECT w.id, k.number AS contract, k.public_id, cl.name AS tenant, lower(w.during) AS start, upper(w.during) AS end,
           w.reason, w.author, w.created_at
      FROM waived_span w
      JOIN contract k ON k.id = w.contract_id
      JOIN account a ON a.id = k.account_id
      JOIN client cl ON cl.id = a.client_id
     WHERE cl.legal_entity_id = ANY(:entities) AND (cast(:id AS bigint) IS NULL OR w.id = :id)
     ORDER BY w.id DESC
     LIMIT :limit
    """
)


@dataclass(frozen=True, slots=True)
class ContractGaps:
    """A contract with days that no live bill has; which of them are due its cycle says."""

    candidate: BillingCandidate
    public_id: UUID
    number: str
    tenant: str
    entity_id: int
    gaps: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class UnbilledReason:
    """Why days are not billed: the state of a run's item, or their bill that was credited; empty: no run had them."""

    state: str  # waiting, rated, parked, or empty
    reason: str
    run: UUID | None
    run_name: str
    credited: str  # number of the bill that was taken back


@dataclass(frozen=True, slots=True)
class WaivedDays:
    """Days that are left unbilled on purpose."""

    id: int
    contract: str
    public_id: UUID
    tenant: str
    start: date
    end: date  # exclusive
    reason: str
    author: str
    created_at: datetime


def contract_gaps(
    session: Session, entity_ids: Sequence[int], today: date, *, after: int = 0, limit: int = 500
) -> list[ContractGaps]:
    """The next contracts after an id with unbilled days before today, however long ago."""
    values = {
        "entities": list(entity_ids), "until": today, "after": after, "limit": limit,
        "month": today.replace(day=1),
    }  # fmt: skip
    return [
        ContractGaps(
            BillingCandidate(row.id, row.start, row.end, row.cycle, row.day, row.month, row.year),
            row.public_id, row.number, row.tenant, row.entity_id,
            tuple(Span(days.lower, days.upper) for days in row.days),
        )
        for row in session.execute(GAPS, values)
    ]  # fmt: skip


def reasons(session: Session, days: Sequence[tuple[int, Span]]) -> dict[tuple[int, date], UnbilledReason]:
    """(contract, first day) -> why these days are not billed."""
    values = {
        "ids": [contract_id for contract_id, _ in days],
        "starts": [span.start for _, span in days],
        "ends": [span.end for _, span in days],
    }
    return {
        (row.contract_id, row.start): UnbilledReason(row.state, row.reason, row.run, row.run_name, row.credited)
        for row in session.execute(REASONS, values)
    }


def waive(session: Session, contract_id: int, span: Span, *, reason: str, author: str) -> int:
    """Days of a contract are left unbilled; the id."""
    values = {"contract": contract_id, "start": span.start, "end": span.end, "reason": reason, "author": author}
    return int(session.execute(WAIVE, values).scalar_one())


def unwaive(session: Session, waived_id: int) -> tuple[int, Span] | None:
    """They are to be billed again; the contract and the days, None where there is no such row."""
    row = session.execute(UNWAIVE, {"id": waived_id}).one_or_none()
    return (row.contract_id, Span(row.start, row.end)) if row else None


def waived(
    session: Session, entity_ids: Sequence[int], *, id_: int | None = None, limit: int = 200
) -> list[WaivedDays]:
    """The newest days that are left unbilled; of `id_` only these."""
    rows = session.execute(WAIVED, {"entities": list(entity_ids), "id": id_, "limit": limit}).mappings()
    return [WaivedDays(**row) for row in rows]
