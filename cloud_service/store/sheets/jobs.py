"""Rows of sheets that the worker checks or imports; a file stays for some days, then it is forgotten."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from cloud_service.store.database.bulk_rows import json_value
from cloud_service.store.scope import Scope
from common.errors import NotFoundError

ADD = text(
    """
    INSERT INTO sheet_job (legal_entity_id, author, kind, name, content, task, asked_on, wishes, rows_all)
    VALUES (:entity_id, :author, :kind, :name, :content, :task, :asked_on, :wishes, :rows_all)
    RETURNING id, public_id
    """
)
STORED = """
SELECT id, public_id, legal_entity_id AS entity_id, author, kind, name, content, task, asked_on, wishes, state,
       rows_done, rows_all, outcomes, import_id, fault
  FROM sheet_job
"""
BY_ID = text(f"{STORED} WHERE id = :id")
BY_PUBLIC_ID = text(
    f"""
    {STORED}
     WHERE public_id = :public_id
       AND (cast(:entities AS bigint[]) IS NULL OR legal_entity_id = ANY(:entities))
    """
)
PROGRESS = text("UPDATE sheet_job SET state = 'working', rows_done = :done WHERE id = :id")
DONE = text(
    """
    UPDATE sheet_job
       SET state = 'done', rows_done = rows_all, outcomes = :outcomes, import_id = :import_id
     WHERE id = :id
    """
)
FAILED = text("UPDATE sheet_job SET state = 'failed', fault = :fault WHERE id = :id")
UNFINISHED = text("SELECT id FROM sheet_job WHERE state NOT IN ('done', 'failed') ORDER BY id")
FORGET = text("DELETE FROM sheet_job WHERE created_at < :before")


@dataclass(frozen=True, slots=True)
class NewSheetJob:
    """A sheet for the worker: what is to be done with it, and how it is to be read (`wishes`)."""

    entity_id: int
    author: str
    kind: str
    name: str
    content: bytes
    task: str  # look, import, good
    asked_on: date
    wishes: Mapping[str, Any]
    rows_all: int


@dataclass(frozen=True, slots=True)
class SheetJob:
    """One as it is stored; `outcomes` is what became of the rows, once it is done."""

    id: int
    public_id: UUID
    entity_id: int
    author: str
    kind: str
    name: str
    content: bytes
    task: str
    asked_on: date
    wishes: dict[str, Any]
    state: str
    rows_done: int
    rows_all: int
    outcomes: dict[str, Any]
    import_id: int | None
    fault: str


def add(session: Session, job: NewSheetJob) -> tuple[int, UUID]:
    """Keep it; its id and address."""
    values = {name: getattr(job, name) for name in NewSheetJob.__slots__}
    row = session.execute(ADD, values | {"wishes": json_value(dict(job.wishes))}).one()
    return row.id, row.public_id


def stored(session: Session, job_id: int) -> SheetJob:
    """For the worker."""
    return SheetJob(**session.execute(BY_ID, {"id": job_id}).mappings().one())


def seen(session: Session, scope: Scope, public_id: UUID) -> SheetJob:
    """By its address; NotFoundError where the reader may not know of it, or it is forgotten."""
    entities = None if scope.entities is None else list(scope.entities)
    row = session.execute(BY_PUBLIC_ID, {"public_id": public_id, "entities": entities}).mappings().one_or_none()
    if row is None:
        raise NotFoundError("this sheet is not kept any more", hint="choose the file again")
    return SheetJob(**row)


def report_progress(session: Session, job_id: int, done: int) -> None:
    """So many rows are done."""
    session.execute(PROGRESS, {"id": job_id, "done": done})


def mark_done(session: Session, job_id: int, outcomes: Mapping[str, Any], import_id: int | None) -> None:
    """What became of its rows, and where it was imported."""
    session.execute(DONE, {"id": job_id, "outcomes": json_value(dict(outcomes)), "import_id": import_id})


def mark_failed(session: Session, job_id: int, fault: str) -> None:
    """It cannot be done, and why."""
    session.execute(FAILED, {"id": job_id, "fault": fault})


def unfinished(session: Session) -> list[int]:
    """Sheets that the worker has not come to the end of."""
    return list(session.scalars(UNFINISHED))


def forget(session: Session, before: datetime) -> None:
    """Files of people are not kept longer than they are needed."""
    session.execute(FORGET, {"before": before})
