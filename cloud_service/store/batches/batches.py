"""Rows of batches as they are chosen, checked and done: a state is changed by one, an item is taken by one."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from psycopg.types.json import Jsonb
from sqlalchemy import text
from sqlalchemy.orm import Session

from cloud_service.store.scope import Scope
from common.errors import NotFoundError

ADD = text("""
INSERT INTO batch (page, action, author, entities, asked_on)
VALUES (:page, :action, :author, :entities, :asked_on) RETURNING id, public_id
""")
ADD_ITEMS = text("""
INSERT INTO batch_item (batch_id, row_id, row_public_id, label)
SELECT :batch, row_id, public_id, label
  FROM unnest(cast(:row_ids AS bigint[]), cast(:public_ids AS uuid[]), cast(:labels AS text[]))
       WITH ORDINALITY AS chosen (row_id, public_id, label, place)
 ORDER BY place
    ON CONFLICT DO NOTHING
""")
BATCH = """
SELECT id, public_id, page, action, author, entities, values, asked_on, state, approved_by, created_at, ended_at
  FROM batch
"""
BY_ID = text(f"{BATCH} WHERE id = :id")
BY_PUBLIC_ID = text(f"{BATCH} WHERE public_id = :public_id")
NEWEST = text(f"""
{BATCH}
 WHERE state <> 'chosen'
   AND (cast(:within AS bigint[]) IS NULL OR entities <@ cast(:within AS bigint[]))
 ORDER BY id DESC
 LIMIT :most
""")
SET_VALUES = text("""
UPDATE batch SET values = :values, state = 'checking' WHERE id = :id AND state IN ('chosen', 'checked', 'waiting')
RETURNING id
""")
RESET_ITEMS = text("""
UPDATE batch_item SET state = 'chosen', before = '', after = '', reason = '', hint = '' WHERE batch_id = :id
""")
CHANGE_STATE = text("""
UPDATE batch SET state = :state, ended_at = CASE WHEN :state = 'done' THEN cast(:now AS timestamptz) END,
       approved_by = coalesce(cast(:approved_by AS text), approved_by)
 WHERE id = :id AND state = :from_state RETURNING id
""")
TAKE = text("""
SELECT id, row_id, row_public_id, label, state, before, after, reason, hint FROM batch_item
 WHERE batch_id = :batch AND state = :state AND state IN ('chosen', 'ready')
 ORDER BY id LIMIT :most FOR UPDATE SKIP LOCKED
""")
KEEP = text("""
UPDATE batch_item SET state = :state, before = :before, after = :after, reason = :reason, hint = :hint WHERE id = :id
""")
ITEMS = text("""
SELECT id, row_id, row_public_id, label, state, before, after, reason, hint FROM batch_item
 WHERE batch_id = :batch AND id > :after ORDER BY id LIMIT :most
""")
COUNTS = text("""
SELECT count(*) AS total, count(*) FILTER (WHERE state = 'chosen') AS chosen,
       count(*) FILTER (WHERE state = 'ready') AS ready, count(*) FILTER (WHERE state = 'refused') AS refused,
       count(*) FILTER (WHERE state = 'done') AS done
  FROM batch_item WHERE batch_id = :batch
""")
WAITING = text(f"""
{BATCH}
 WHERE state = 'waiting'
   AND author <> :person
   AND (cast(:within AS bigint[]) IS NULL OR entities <@ cast(:within AS bigint[]))
 ORDER BY id
 LIMIT 20
""")
UNFINISHED = text("SELECT id FROM batch WHERE state IN ('checking', 'running') ORDER BY id")
FORGET = text("""
DELETE FROM batch WHERE created_at < :before OR (state = 'chosen' AND created_at < :unused_before)
""")
PORTION = 1000


@dataclass(frozen=True, slots=True)
class ChosenRow:
    """A row of a list that somebody chose, by our id, by that of its address and by what people call it."""

    row_id: int
    public_id: UUID
    label: str


@dataclass(frozen=True, slots=True)
class NewBatch:
    """What is to be done with rows of a list, and who asks for it on which day."""

    page: str
    action: str
    author: str
    scope: Scope
    asked_on: date


@dataclass(frozen=True, slots=True)
class StoredBatch:
    """A batch as it stands."""

    id: int
    public_id: UUID
    page: str
    action: str
    author: str
    entities: list[int] | None
    values: Mapping[str, Any]
    asked_on: date
    state: str
    approved_by: str
    created_at: datetime
    ended_at: datetime | None


@dataclass(frozen=True, slots=True)
class StoredItem:
    """One row of it and what became of it."""

    id: int
    row_id: int
    row_public_id: UUID
    label: str
    state: str
    before: str
    after: str
    reason: str
    hint: str


@dataclass(frozen=True, slots=True)
class BatchCounts:
    """How many of its rows are where."""

    total: int
    chosen: int
    ready: int
    refused: int
    done: int


def add(session: Session, new: NewBatch, rows: Sequence[ChosenRow]) -> UUID:
    """A batch of these rows in their order, each once; the id of its address."""
    entities = None if new.scope.entities is None else sorted(new.scope.entities)
    batch = session.execute(
        ADD,
        {
            "page": new.page, "action": new.action, "author": new.author, "entities": entities,
            "asked_on": new.asked_on,
        },
    ).one()  # fmt: skip
    items = {
        "batch": batch.id, "row_ids": [row.row_id for row in rows], "public_ids": [row.public_id for row in rows],
        "labels": [row.label for row in rows],
    }  # fmt: skip
    session.execute(ADD_ITEMS, items)
    return UUID(str(batch.public_id))


def stored(session: Session, public_id: UUID, scope: Scope) -> StoredBatch:
    """The batch, or NotFoundError where its author might see more than the reader."""
    row = session.execute(BY_PUBLIC_ID, {"public_id": public_id}).mappings().one_or_none()
    batch = StoredBatch(**row) if row else None
    seen = scope.entities
    if batch is None or (seen is not None and (batch.entities is None or not seen.issuperset(batch.entities))):
        raise NotFoundError("there is no such batch")
    return batch


def of_id(session: Session, batch_id: int) -> StoredBatch:
    """The batch of a job."""
    return StoredBatch(**session.execute(BY_ID, {"id": batch_id}).mappings().one())


def newest(session: Session, scope: Scope, most: int = 50) -> list[StoredBatch]:
    """What was checked or done lately, the newest first."""
    within = None if scope.entities is None else sorted(scope.entities)
    return [StoredBatch(**row) for row in session.execute(NEWEST, {"within": within, "most": most}).mappings()]


def waiting_for(session: Session, scope: Scope, person: str) -> list[StoredBatch]:
    """What others have asked for and this person may agree to, the oldest first."""
    within = None if scope.entities is None else sorted(scope.entities)
    return [StoredBatch(**row) for row in session.execute(WAITING, {"within": within, "person": person}).mappings()]


def ask_for_check(session: Session, batch_id: int, values: Mapping[str, Any]) -> bool:
    """Keep the values and let all rows be checked with them; False where it is past that."""
    changed = session.execute(SET_VALUES, {"id": batch_id, "values": Jsonb(dict(values))}).first() is not None
    if changed:
        session.execute(RESET_ITEMS, {"id": batch_id})
    return changed


def change_state(
    session: Session, batch_id: int, from_state: str, state: str, now: datetime, *, approved_by: str | None = None
) -> bool:
    """Move it on; False where somebody else has."""
    values = {"id": batch_id, "from_state": from_state, "state": state, "now": now, "approved_by": approved_by}
    return session.execute(CHANGE_STATE, values).first() is not None


def take(session: Session, batch_id: int, state: str, most: int) -> list[StoredItem]:
    """The next rows in that state, locked for this transaction; what another worker has is left out."""
    return [
        StoredItem(**row) for row in session.execute(TAKE, {"batch": batch_id, "state": state, "most": most}).mappings()
    ]


def keep(session: Session, item: StoredItem) -> None:
    """Write what became of a row."""
    session.execute(
        KEEP,
        {
            "id": item.id, "state": item.state, "before": item.before, "after": item.after, "reason": item.reason,
            "hint": item.hint,
        },
    )  # fmt: skip


def items(session: Session, batch_id: int) -> Iterator[StoredItem]:
    """All rows in their order, fetched in portions."""
    after = 0
    while rows := session.execute(ITEMS, {"batch": batch_id, "after": after, "most": PORTION}).mappings().all():
        yield from (StoredItem(**row) for row in rows)
        after = rows[-1]["id"]


def counts(session: Session, batch_id: int) -> BatchCounts:
    """How many rows are where."""
    return BatchCounts(**session.execute(COUNTS, {"batch": batch_id}).mappings().one())


def unfinished(session: Session) -> list[int]:
    """Batches that are being checked or done."""
    return list(session.scalars(UNFINISHED))


def forget(session: Session, before: datetime, unused_before: datetime) -> None:
    """Drop what is old, and selections that nobody went on with; the audit log keeps what was done."""
    session.execute(FORGET, {"before": before, "unused_before": unused_before})
