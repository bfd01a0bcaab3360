"""What is remembered of files of readings: which were taken in and which undone, how tables are read."""

from datetime import datetime

from sqlalchemy import ARRAY, BigInteger, ForeignKey, Index, LargeBinary, text
from sqlalchemy.orm import Mapped, mapped_column

from cloud_service.store.database.schema import CreatedAt, Id, Json, Table


class ImportFile(Table):
    """A meter data file that was taken in, by the hash of its bytes: the same file twice changes nothing."""

    __tablename__ = "import_file"
    __table_args__ = (
        Index("uq_import_file_sha256", "sha256", unique=True, postgresql_where=text("undone_at IS NULL")),
        Index("ix_import_file_undone", "id", postgresql_where=text("undone_at IS NOT NULL")),
    )

    id: Mapped[Id]
    sha256: Mapped[bytes] = mapped_column(LargeBinary)
    name: Mapped[str]
    format: Mapped[str]
    rows: Mapped[int]
    author: Mapped[str] = mapped_column(server_default="")
    reason: Mapped[str] = mapped_column(server_default="")  # why the file differs from what was known, if it does
    created_at: Mapped[CreatedAt]
    registers: Mapped[list[int]] = mapped_column(ARRAY(BigInteger), server_default=text("'{}'"))  # it speaks of
    first_at: Mapped[datetime | None]
    last_at: Mapped[datetime | None]
    undone_at: Mapped[datetime | None]  # from then on nothing of it counts
    undone_by: Mapped[str] = mapped_column(server_default="")
    undone_reason: Mapped[str] = mapped_column(server_default="")


class ReadingTableMapping(Table):
    """How a table of readings was read, by its header: the next one with the same columns is read the same way."""

    __tablename__ = "reading_table_mapping"
    __table_args__ = (
        Index("uq_reading_table_mapping", "legal_entity_id", "header", unique=True, postgresql_nulls_not_distinct=True),
    )

    id: Mapped[Id]
    legal_entity_id: Mapped[int | None] = mapped_column(ForeignKey("legal_entity.id"))
    header: Mapped[str]
    mapping: Mapped[Json]
    author: Mapped[str]
    created_at: Mapped[CreatedAt]
