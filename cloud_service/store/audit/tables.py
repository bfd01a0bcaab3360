"""Who changed what, when, from what to what and why; each row carries the hash of the row before. Insert-only."""

from sqlalchemy import LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from cloud_service.store.database.schema import CreatedAt, Id, Json, Table


class Audit(Table):
    """One change of money, tariffs, contracts, readings or rights."""

    __tablename__ = "audit"

    id: Mapped[Id]
    at: Mapped[CreatedAt]
    actor: Mapped[str]
    action: Mapped[str]
    subject: Mapped[str]  # table:id
    before: Mapped[Json]
    after: Mapped[Json]
    reason: Mapped[str] = mapped_column(server_default="")
    previous_hash: Mapped[bytes] = mapped_column(LargeBinary)
    hash: Mapped[bytes] = mapped_column(LargeBinary)


class Progress(Table):
    """State of a long piece of work; the console polls it, and it survives a reload."""

    __tablename__ = "progress"

    key: Mapped[str] = mapped_column(primary_key=True)
    title: Mapped[str]
    done: Mapped[int] = mapped_column(server_default="0")
    parked: Mapped[int] = mapped_column(server_default="0")
    total: Mapped[int] = mapped_column(server_default="0")
    state: Mapped[str] = mapped_column(server_default="running")
    error: Mapped[str] = mapped_column(server_default="")
    started_at: Mapped[CreatedAt]
    changed_at: Mapped[CreatedAt]
