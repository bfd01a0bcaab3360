"""What is remembered of an estimate for a gap; its values are readings under the import file of the same id."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from cloud_service.store.database.schema import Instant, Json, Table, Thousandths


class GapEstimate(Table):
    """An estimate that was kept: author, reason and whether it was withdrawn stand in its import file."""

    __tablename__ = "gap_estimate"
    __table_args__ = (
        CheckConstraint("start_at < end_at", name="gap"),
        CheckConstraint("total >= 0", name="total"),
        Index("ix_gap_estimate_register_id", "register_id", "start_at"),
        Index("ix_gap_estimate_unconfirmed", "register_id", postgresql_where=text("confirmed_at IS NULL")),
    )

    import_file_id: Mapped[int] = mapped_column(ForeignKey("import_file.id"), primary_key=True)
    register_id: Mapped[int] = mapped_column(ForeignKey("register.id"))
    start_at: Mapped[Instant]
    end_at: Mapped[Instant]
    rule: Mapped[str]
    figures: Mapped[Json]
    total: Mapped[Thousandths]
    proposed: Mapped[int | None]  # what the rule said, where a person stated another total
    note_id: Mapped[int | None] = mapped_column(ForeignKey("reading_note.id"))  # of values where one was taken back
    confirmed_by: Mapped[str] = mapped_column(server_default="")
    confirmed_at: Mapped[datetime | None]
