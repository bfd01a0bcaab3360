"""Imports of sheets, kept for good, and how the columns of a sheet were named the last time."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from cloud_service.store.database.schema import CreatedAt, Day, Id, Json, PublicId, Table


class SheetImport(Table):
    """One file that was imported: what it made by table and id, until that is taken back."""

    __tablename__ = "sheet_import"
    __table_args__ = (Index("ix_sheet_import_legal_entity_id_sha256", "legal_entity_id", "sha256"),)

    id: Mapped[Id]
    public_id: Mapped[PublicId]
    legal_entity_id: Mapped[int] = mapped_column(ForeignKey("legal_entity.id"))
    kind: Mapped[str]
    name: Mapped[str]
    sha256: Mapped[bytes] = mapped_column(LargeBinary)
    author: Mapped[str]
    new_rows: Mapped[int]
    same_rows: Mapped[int]
    refused_rows: Mapped[int]
    made: Mapped[Json]  # table -> ids
    created_at: Mapped[CreatedAt]
    undone_at: Mapped[datetime | None] = mapped_column()
    undone_by: Mapped[str] = mapped_column(server_default="")


class SheetColumns(Table):
    """Which column of a file means which of ours, as it was said for a file with the same head."""

    __tablename__ = "sheet_columns"
    __table_args__ = (UniqueConstraint("legal_entity_id", "kind", "signature"),)

    id: Mapped[Id]
    legal_entity_id: Mapped[int] = mapped_column(ForeignKey("legal_entity.id"))
    kind: Mapped[str]
    signature: Mapped[str]  # of the head
    columns: Mapped[Json]  # our key -> the file's name


class SheetJobRow(Table):
    """A large sheet that the worker checks or imports: the file, how it is to be read, how far it is."""

    __tablename__ = "sheet_job"
    __table_args__ = (
        CheckConstraint("task in ('look','import','good')", name="task"),
        CheckConstraint("state in ('waiting','working','done','failed')", name="state"),
    )

    id: Mapped[Id]
    public_id: Mapped[PublicId]
    legal_entity_id: Mapped[int] = mapped_column(ForeignKey("legal_entity.id"))
    author: Mapped[str]
    kind: Mapped[str]
    name: Mapped[str]
    content: Mapped[bytes] = mapped_column(LargeBinary)
    task: Mapped[str]
    asked_on: Mapped[Day]
    wishes: Mapped[Json]  # columns, order of days, mended cells: what an `ImportOrder` says
    state: Mapped[str] = mapped_column(server_default="waiting")
    rows_done: Mapped[int] = mapped_column(server_default="0")
    rows_all: Mapped[int] = mapped_column(server_default="0")
    outcomes: Mapped[Json]
    import_id: Mapped[int | None] = mapped_column(ForeignKey("sheet_import.id"))
    fault: Mapped[str] = mapped_column(server_default="")
    created_at: Mapped[CreatedAt]
