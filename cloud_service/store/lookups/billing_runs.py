"""One billing run by the id in its address, with its items."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from cloud_service.store.invoicing.tables import BillingItem, BillingRun
from cloud_service.store.lookups.existing import existing
from cloud_service.store.scope import Scope


@dataclass(frozen=True, slots=True)
class RunItemLine:
    """One contract of a billing run, with the invoice it became."""

    id: int
    state: str
    reason: str
    code: str  # of the reason
    rated_total: Decimal | None
    rated_currency: str | None
    since: date
    until: date  # exclusive
    contract: str
    contract_public_id: UUID
    tenant: str
    bill: str | None  # number of the invoice
    bill_public_id: UUID | None
    total: Decimal | None
    currency: str | None


def run(session: Session, scope: Scope, public_id: UUID) -> BillingRun:
    """A billing run."""
    query = select(BillingRun).where(BillingRun.public_id == public_id)
    if scope.entities is not None:
        query = query.where(BillingRun.legal_entity_id.in_(scope.entities))
    return existing(session.scalar(query), "billing run")


ITEMS = text(
    """
    SELECT b.id, b.state, b.reason, b.code, cast(b.rated->>'total' AS numeric) AS rated_total,
           b.rated->>'currency' AS rated_currency, lower(b.during) AS since, upper(b.during) AS until,
           k.number AS contract, k.public_id AS contract_public_id, c.name AS tenant, i.number AS bill,
           i.public_id AS bill_public_id, i.total, i.currency
      FROM billing_item b
      JOIN contract k ON k.id = b.contract_id
      JOIN account a ON a.id = k.account_id
      JOIN client c ON c.id = a.client_id
      LEFT JOIN invoice i ON i.id = b.invoice_id
     WHERE b.billing_run_id = :run
       AND (cast(:states AS text[]) IS NULL OR b.state = ANY(:states))
     ORDER BY b.state = 'parked' DESC, k.number
     LIMIT :rows
    """
)


def run_items(session: Session, run_id: int, states: Sequence[str] | None = None, rows: int = 200) -> list[RunItemLine]:
    """Items of a run, parked ones first."""
    parameters = {"run": run_id, "states": list(states) if states else None, "rows": rows}
    return [RunItemLine(**row) for row in session.execute(ITEMS, parameters).mappings()]


@dataclass(frozen=True, slots=True)
class PaperGaps:
    """What the bills of a run would lack on paper: the seller's address, without which none is issued, the buyers'."""

    entity_public_id: UUID
    seller: str
    seller_has_address: bool
    clients_without_address: int


GAPS = text(
    """
    SELECT e.public_id AS entity_public_id, e.name AS seller, e.address ~ '[^[:space:]]' AS seller_has_address,
           (SELECT count(DISTINCT c.id)
              FROM billing_item b
              JOIN contract k ON k.id = b.contract_id
              JOIN account a ON a.id = k.account_id
              JOIN client c ON c.id = a.client_id
             WHERE b.billing_run_id = r.id AND b.state <> 'cancelled' AND c.address !~ '[^[:space:]]')
           AS clients_without_address
      FROM billing_run r
      JOIN legal_entity e ON e.id = r.legal_entity_id
     WHERE r.id = :run
    """
)


def paper_gaps(session: Session, run_id: int) -> PaperGaps:
    """The addresses that are missing, to be told before anything is issued."""
    return PaperGaps(**session.execute(GAPS, {"run": run_id}).mappings().one())


def run_counts(session: Session, run_id: int) -> dict[str, int]:
    """How many items are in each state."""
    rows = session.execute(
        select(BillingItem.state, func.count().label("items"))
        .where(BillingItem.billing_run_id == run_id)
        .group_by(BillingItem.state)
    )
    return {row.state: row.items for row in rows}
