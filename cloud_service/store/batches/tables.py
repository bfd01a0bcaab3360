"""One action on many rows of a list; each row is done or refused by itself, and that is kept for a while."""

from datetime import datetime

from sqlalchemy import ARRAY, BigInteger, CheckConstraint, ForeignKey, Index, Uuid, text
from sqlalchemy.orm import Mapped, mapped_column

from cloud_service.store.database.schema import CreatedAt, Day, Id, Json, PublicId, Table

STATES = ("chosen", "checking", "checked", "waiting", "running", "done")
ITEM_STATES = ("chosen", "ready", "refused", "done")


class Batch(Table):
    """An action with its values and who asked for it; `entities` is what the author might see then, null: all."""

    __tablename__ = "batch"
    __table_args__ = (CheckConstraint("state in ('" + "','".join(STATES) + "')", name="state"),)

    id: Mapped[Id]
    public_id: Mapped[PublicId]
    page: Mapped[str]
    action: Mapped[str]
    author: Mapped[str]
    entities: Mapped[list[int] | None] = mapped_column(ARRAY(BigInteger))
    values: Mapped[Json]
    asked_on: Mapped[Day]
    state: Mapped[str] = mapped_column(server_default="chosen")
    approved_by: Mapped[str] = mapped_column(server_default="")
    created_at: Mapped[CreatedAt]
    ended_at: Mapped[datetime | None]


class BatchItem(Table):
    """One row of the list: what it is called, what the action changes of it, or why it was refused."""

    __tablename__ = "batch_item"
    __table_args__ = (
        CheckConstraint("state in ('" + "','".join(ITEM_STATES) + "')", name="state"),
        Index("uq_batch_item_batch_id", "batch_id", "row_id", unique=True),
        Index("ix_batch_item_waiting", "batch_id", "id", postgresql_where=text("state in ('chosen', 'ready')")),
    )

    id: Mapped[Id]
    batch_id: Mapped[int] = mapped_column(ForeignKey("batch.id", ondelete="CASCADE"))
    row_id: Mapped[int]
    row_public_id = mapped_column(Uuid, nullable=False)
    label: Mapped[str]
    state: Mapped[str] = mapped_column(server_default="chosen")
    before: Mapped[str] = mapped_column(server_default="")
    after: Mapped[str] = mapped_column(server_default="")
    reason: Mapped[str] = mapped_column(server_default="")
    hint: Mapped[str] = mapped_column(server_default="")
