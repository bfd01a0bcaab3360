"""What timed jobs look after: runs without a job, messages nobody queued, jobs that are long done."""

from datetime import datetime

from sqlalchemy import text
from sqlalchemy.orm import Session

from cloud_service.store.database.job_queue import defer_all

STATE = text("SELECT state FROM billing_run WHERE id = :id")
HAS_JOB = text("""
SELECT EXISTS (SELECT 1 FROM procrastinate_jobs WHERE task_name = :task AND status IN ('todo', 'doing')
 AND (args->>'run')::bigint = :run)
""")
FORGOTTEN = text("""
SELECT d.id FROM delivery d WHERE d.state = 'waiting' AND d.created_at < :before AND NOT EXISTS (
   SELECT 1 FROM procrastinate_jobs j WHERE j.task_name = 'deliver' AND j.status IN ('todo', 'doing')
      AND j.args->'deliveries' @> to_jsonb(d.id)) ORDER BY d.id LIMIT 1000
""")
FORGET = text("""
DELETE FROM procrastinate_jobs j WHERE j.status IN ('succeeded', 'cancelled') AND NOT EXISTS (
   SELECT 1 FROM procrastinate_events e WHERE e.job_id = j.id AND e.at >= :before)
""")


def run_state(session: Session, run_id: int) -> str:
    """The state of a run now, empty for one that does not exist."""
    return session.execute(STATE, {"id": run_id}).scalar_one_or_none() or ""


def has_job(session: Session, task: str, run_id: int) -> bool:
    """Whether a job of that kind waits or works for the run."""
    return bool(session.execute(HAS_JOB, {"task": task, "run": run_id}).scalar_one())


def queue_forgotten_deliveries(session: Session, before: datetime) -> int:
    """A job for each old waiting message that has none."""
    ids = [row.id for row in session.execute(FORGOTTEN, {"before": before})]
    defer_all(session, "deliver", [{"deliveries": [id_]} for id_ in ids], queue="deliver")
    return len(ids)


def forget_finished_jobs(session: Session, before: datetime) -> None:
    """Delete finished jobs that nothing happened to since."""
    session.execute(FORGET, {"before": before})
