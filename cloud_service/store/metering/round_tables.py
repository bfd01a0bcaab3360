"""What a round of manual readings leaves behind beside the readings: photos, and visits that read nothing."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from cloud_service.store.database.schema import CreatedAt, Id, Table


class ReadingPhoto(Table):
    """The picture of a meter that belongs to a reading by hand. Insert-only."""

    __tablename__ = "reading_photo"

    note_id: Mapped[int] = mapped_column(ForeignKey("reading_note.id"), primary_key=True)
    media_type: Mapped[str]
    content: Mapped[bytes] = mapped_column(LargeBinary)
    created_at: Mapped[CreatedAt]


class UnreadVisit(Table):
    """Somebody stood before a meter and could not read it."""

    __tablename__ = "unread_visit"

    id: Mapped[Id]
    register_id: Mapped[int] = mapped_column(ForeignKey("register.id"), index=True)
    cause: Mapped[str]
    author: Mapped[str]
    client_key: Mapped[UUID] = mapped_column(unique=True)
    at: Mapped[datetime]
    created_at: Mapped[CreatedAt]
