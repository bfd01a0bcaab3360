"""How far a billing run is, and how fast; its state now."""

from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import text
from sqlalchemy.orm import Session

STATE = text("SELECT state FROM billing_run WHERE id = :id")


@dataclass(frozen=True, slots=True)
class RunProgress:
    """How far a run is, by the states of its items."""

    waiting: int
    rated: int
    issued: int
    parked: int
    cancelled: int
    amount: dict[str, Decimal]
    bills: int = 0  # that the rated items become

    @property
    def total(self) -> int:
        """All items."""
        return self.waiting + self.rated + self.issued + self.parked + self.cancelled


@dataclass(frozen=True, slots=True)
class RunPace:
    """How fast a run goes, and how long it will still take; None where that cannot be said yet."""

    per_second: Decimal
    seconds_left: int | None


TENTH = Decimal("0.1")
COUNTS = text("SELECT state, count(*) AS items FROM billing_item WHERE billing_run_id = :run GROUP BY state")
AMOUNTS = text(
    """
    SELECT r.currency, sum(r.total) AS amount
      FROM billing_item
     CROSS JOIN LATERAL jsonb_to_record(rated) AS r(currency text, total numeric)
     WHERE billing_run_id = :run AND state IN ('rated', 'issued')
     GROUP BY r.currency
    """
)
BILLS = text(
    # contracts of one account (which has one currency) and the same days share a bill, unless it wants one each
    """
    SELECT count(DISTINCT (c.account_id, i.during,
                           CASE WHEN a.settings->>'invoice_per' = 'contract' THEN c.id END))
      FROM billing_item i
      JOIN contract c ON c.id = i.contract_id
      JOIN account a ON a.id = c.account_id
     WHERE i.billing_run_id = :run AND i.state = 'rated'
    """
)
PROGRESS = text(
    """
    INSERT INTO progress (key, title, done, parked, total, state)
    VALUES (:key, :title, :done, :parked, :total, :state)
    ON CONFLICT (key) DO UPDATE
       SET title = :title, done = :done, parked = :parked, total = :total, state = :state, changed_at = now(),
           started_at = CASE WHEN progress.title = :title THEN progress.started_at ELSE now() END
    """
)
PACE = text(
    """
    SELECT done, parked, total, extract(epoch FROM changed_at - started_at) AS seconds
      FROM progress
     WHERE key = :key
    """
)


def progress_of(session: Session, run_id: int) -> RunProgress:
    """Counted from the items, so it is true after any crash."""
    counts = {row.state: int(row.items) for row in session.execute(COUNTS, {"run": run_id})}
    amount = {row.currency: row.amount for row in session.execute(AMOUNTS, {"run": run_id})}
    states = ("waiting", "rated", "issued", "parked", "cancelled")
    waiting, rated, issued, parked, cancelled = (counts.get(state, 0) for state in states)
    bills = session.execute(BILLS, {"run": run_id}).scalar_one() if rated else 0
    return RunProgress(waiting, rated, issued, parked, cancelled, amount, bills)


def show_progress(session: Session, run_id: int, title: str, *, done: int, parked: int, total: int, state: str) -> None:
    """Tell the console how far a run is."""
    values = {"key": f"billing_run:{run_id}", "title": title, "done": done, "parked": parked, "total": total}
    session.execute(PROGRESS, values | {"state": state})


def pace_of(session: Session, run_id: int) -> RunPace:
    """How fast the phase that goes on is, by what the workers last told."""
    row = session.execute(PACE, {"key": f"billing_run:{run_id}"}).one_or_none()
    if row is None or not row.done or not row.seconds:
        return RunPace(Decimal(0), None)
    per_second = Decimal(row.done + row.parked) / row.seconds
    left = max(row.total - row.done - row.parked, 0)
    return RunPace(per_second.quantize(TENTH), int(left / per_second))


def run_state(session: Session, run_id: int) -> str:
    """The state of a run now, empty for one that does not exist."""
    return session.execute(STATE, {"id": run_id}).scalar_one_or_none() or ""
