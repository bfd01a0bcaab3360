"""Jobs are queued in the transaction that needs them: committed together, or not at all."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from psycopg.types.json import Jsonb
from sqlalchemy.orm import Session

from cloud_service.store.database.bulk_rows import driver

DEFER = """
INSERT INTO procrastinate_jobs (queue_name, task_name, args, lock, queueing_lock, scheduled_at)
 VALUES (%s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING
"""


def defer(
    session: Session,
    task: str,
    args: Mapping[str, Any],
    *,
    queue: str = "default",
    lock: str | None = None,
    only_one: str | None = None,
    at: datetime | None = None,
) -> None:
    """Queue a job of `worker.py`. With `only_one`, nothing is queued while a job of that name waits."""
    defer_all(session, task, [args], queue=queue, lock=lock, only_one=only_one, at=at)


def defer_all(
    session: Session,
    task: str,
    many: Iterable[Mapping[str, Any]],
    *,
    queue: str = "default",
    lock: str | None = None,
    only_one: str | None = None,
    at: datetime | None = None,
) -> None:
    """Queue the same job for many arguments."""
    session.flush()
    with driver(session).cursor() as cursor:
        cursor.executemany(DEFER, [(queue, task, Jsonb(dict(args)), lock, only_one, at) for args in many])
