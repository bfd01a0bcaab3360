"""The queue kept in order: which runs have a job, which jobs are long done."""

from datetime import datetime

from sqlalchemy import text
from sqlalchemy.orm import Session

HAS_JOB = text("""
SELECT EXISTS (SELECT 1 FROM procrastinate_jobs WHERE task_name = :task AND status IN ('todo', 'doing')
 AND (args->>'run')::bigint = :run)
""")
FORGET = text("""
DELETE FROM procrastinate_jobs j WHERE j.status IN ('succeeded', 'cancelled') AND NOT EXISTS (
   SELECT 1 FROM procrastinate_events e WHERE e.job_id = j.id AND e.at >= :before)
""")


def has_job(session: Session, task: str, run_id: int) -> bool:
    """Whether a job of that kind waits or works for the run."""
    return bool(session.execute(HAS_JOB, {"task": task, "run": run_id}).scalar_one())


def forget_finished_jobs(session: Session, before: datetime) -> None:
    """Delete finished jobs that nothing happened to since."""
    session.execute(FORGET, {"before": before})
