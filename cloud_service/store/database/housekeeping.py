"""The queue kept in order: which runs have a job, which jobs are long done."""

from datetime import datetime

from sqlalchemy import text
from sqlalchemy.orm import Session

HAS_JOB = text("""
SELECT EXISTS (SELECT 1 FROM procrastinate_jobs WHERE task_name = :task AND status IN ('todo', 'doing')
 AND (args->>'run')::bigint = :run)
""")
FAILED_JOBS = text("""
SELECT count(*) FROM procrastinate_jobs WHERE task_name = :task AND status = 'failed' AND (args->>'run')::bigint = :run
""")
FORGET_FAILED = text("""
DELETE FROM procrastinate_jobs WHERE task_name = :task AND status = 'failed' AND (args->>'run')::bigint = :run
""")
LAST_SUCCESS = text("""
SELECT max(e.at) FROM procrastinate_jobs j JOIN procrastinate_events e ON e.job_id = j.id
 WHERE j.task_name = :task AND j.status = 'succeeded' AND e.type = 'succeeded'
""")
FORGET = text("""
DELETE FROM procrastinate_jobs j WHERE j.status IN ('succeeded', 'cancelled') AND NOT EXISTS (
   SELECT 1 FROM procrastinate_events e WHERE e.job_id = j.id AND e.at >= :before)
""")


def has_job(session: Session, task: str, run_id: int) -> bool:
    """Whether a job of that kind waits or works for the run."""
    return bool(session.execute(HAS_JOB, {"task": task, "run": run_id}).scalar_one())


def failed_jobs(session: Session, task: str, run_id: int) -> int:
    """How many jobs of that kind failed for the run."""
    return int(session.execute(FAILED_JOBS, {"task": task, "run": run_id}).scalar_one())


def forget_failed_jobs(session: Session, task: str, run_id: int) -> None:
    """Begin to count anew."""
    session.execute(FORGET_FAILED, {"task": task, "run": run_id})


def last_success(session: Session, task: str) -> datetime | None:
    """When a job of that kind ended well for the last time."""
    at: datetime | None = session.execute(LAST_SUCCESS, {"task": task}).scalar_one()
    return at


def forget_finished_jobs(session: Session, before: datetime) -> None:
    """Delete finished jobs that nothing happened to since."""
    session.execute(FORGET, {"before": before})
