"""Billing runs: what is billed together, from planning to issuing. Their items lie in `billing_run_items`."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from common.errors import NotFoundError
from common.period import Span


@dataclass(frozen=True, slots=True)
class StoredRun:
    """A billing run as stored."""

    id: int
    public_id: UUID
    legal_entity_id: int
    name: str
    state: str
    start: date
    end: date
    bill_date: date
    dry_run: bool
    created_by: str
    approved_by: str
    created_at: datetime
    finished_at: datetime | None

    @property
    def span(self) -> Span:
        """The days it bills."""
        return Span(self.start, self.end)


@dataclass(frozen=True, slots=True)
class BillingCandidate:
    """A contract that may be due for billing, with its account's cycle."""

    id: int
    start: date
    end: date | None
    cycle: str
    day: int
    month: int = 1  # in which cycles of several months begin
    year: int = 2000  # of one of them


ADD_RUN = text(
    """
    INSERT INTO billing_run (legal_entity_id, name, during, bill_date, dry_run, whole, created_by, state)
    VALUES (:entity, :name, daterange(:start, :end), :bill_date, :dry_run, :whole, :author, 'planned')
    RETURNING id
    """
)
RUNS = text(
    """
    SELECT id, public_id, legal_entity_id, name, state, lower(during) AS start, upper(during) AS end, bill_date,
           dry_run, created_by, approved_by, created_at, finished_at
      FROM billing_run
     WHERE (cast(:id AS bigint) IS NULL OR id = :id)
       AND (cast(:entity AS bigint) IS NULL OR legal_entity_id = :entity)
       AND (cast(:states AS text[]) IS NULL OR state = ANY(:states))
     ORDER BY id DESC
     LIMIT :limit
    """
)
CANDIDATES = text(
    """
    SELECT c.id, lower(c.during) AS start, upper(c.during) AS end, a.billing_cycle AS cycle, a.billing_day AS day,
           a.billing_month AS month, a.billing_year AS year
      FROM contract c
      JOIN account a ON a.id = c.account_id
      JOIN client cl ON cl.id = a.client_id
     WHERE cl.legal_entity_id = :entity AND c.during && daterange(:start, :end)
       AND (cast(:ids AS bigint[]) IS NULL OR c.id = ANY(:ids))
     ORDER BY c.id
    """
)
SET_STATE = text(
    """
    UPDATE billing_run
       SET state = :state, finished_at = CASE WHEN :state IN ('done', 'cancelled') THEN now() END,
           approved_by = CASE WHEN :approved_by <> '' THEN :approved_by ELSE approved_by END
     WHERE id = :id AND state = ANY(:expected)
    RETURNING id
    """
)
RELEASE = text(
    """
    WITH dry AS (
        UPDATE billing_run SET state = 'cancelled', finished_at = now()
         WHERE legal_entity_id = :entity AND dry_run AND state IN ('planned', 'rating', 'rated')
        RETURNING id)
    UPDATE billing_item SET state = 'cancelled'
     WHERE billing_run_id IN (SELECT id FROM dry) AND state IN ('waiting', 'rated')
    """
)


def add_run(
    session: Session, *, entity_id: int, name: str, span: Span, bill_date: date, dry_run: bool, author: str,
    whole: bool = True,
) -> int:  # fmt: skip
    """A planned run without items; `whole`: of all contracts of the entity."""
    return int(
        session.execute(
            ADD_RUN,
            {"entity": entity_id, "name": name, "start": span.start, "end": span.end, "bill_date": bill_date,
             "dry_run": dry_run, "whole": whole, "author": author},
        ).scalar_one()
    )  # fmt: skip


def candidates(
    session: Session, entity_id: int, span: Span, ids: Sequence[int] | None = None
) -> list[BillingCandidate]:
    """Contracts that run in a span."""
    values = {"entity": entity_id, "start": span.start, "end": span.end, "ids": list(ids) if ids is not None else None}
    return [BillingCandidate(**row) for row in session.execute(CANDIDATES, values).mappings()]


def run_of(session: Session, run_id: int) -> StoredRun:
    """A run by its id."""
    selected = _select(session, id_=run_id)
    if not selected:
        raise NotFoundError(f"there is no billing run {run_id}")
    return selected[0]


def runs(session: Session, entity_id: int | None = None, limit: int = 50) -> list[StoredRun]:
    """The newest runs."""
    return _select(session, entity_id=entity_id, limit=limit)


def runs_in(session: Session, states: Sequence[str]) -> list[StoredRun]:
    """Runs in some states, the oldest first."""
    return _select(session, states=states)[::-1]


def _select(
    session: Session,
    *,
    id_: int | None = None,
    entity_id: int | None = None,
    states: Sequence[str] | None = None,
    limit: int | None = None,
) -> list[StoredRun]:
    """Runs that fit all that is given, the newest first."""
    values = {"id": id_, "entity": entity_id, "states": None if states is None else list(states), "limit": limit}
    return [StoredRun(**row) for row in session.execute(RUNS, values).mappings()]


def change_state(session: Session, run_id: int, state: str, expected: Sequence[str], approved_by: str = "") -> bool:
    """Move a run on, if it is in one of the expected states; two at once: one wins."""
    values = {"id": run_id, "state": state, "expected": list(expected), "approved_by": approved_by}
    return session.execute(SET_STATE, values).one_or_none() is not None


def release_dry_runs(session: Session, entity_id: int) -> None:
    """Dry runs of an entity end here: what they only tried keeps nobody off those days."""
    session.execute(RELEASE, {"entity": entity_id})
