"""Documents by the hash of their bytes, and what was sent to whom."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, LargeBinary, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from cloud_service.store.database.schema import CreatedAt, Id, Json, PublicId, Table


class Document(Table):
    """Rendered bytes of an invoice or statement, written once."""

    __tablename__ = "document"
    __table_args__ = (UniqueConstraint("invoice_id", "kind"),)

    id: Mapped[Id]
    public_id: Mapped[PublicId]
    invoice_id: Mapped[int | None] = mapped_column(ForeignKey("invoice.id"))
    kind: Mapped[str]  # invoice_pdf, einvoice_xml, statement_pdf …
    media_type: Mapped[str]
    filename: Mapped[str]
    sha256: Mapped[bytes] = mapped_column(LargeBinary)
    body: Mapped[bytes] = mapped_column(LargeBinary)
    created_at: Mapped[CreatedAt]


class Delivery(Table):
    """An outgoing message, made in the transaction that needs it and sent by a worker; its Message-ID is unique."""

    __tablename__ = "delivery"
    __table_args__ = (
        UniqueConstraint("invoice_id", "kind", "recipient"),
        CheckConstraint("state in ('waiting','sent','failed','bounced')", name="state"),
    )

    id: Mapped[Id]
    invoice_id: Mapped[int | None] = mapped_column(ForeignKey("invoice.id"))
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    kind: Mapped[str]  # invoice, reminder, statement, low_balance …
    channel: Mapped[str] = mapped_column(server_default="email")
    recipient: Mapped[str]
    message_id: Mapped[str] = mapped_column(unique=True)
    state: Mapped[str] = mapped_column(server_default="waiting")
    attempts: Mapped[int] = mapped_column(server_default="0")
    error: Mapped[str] = mapped_column(server_default="")
    facts: Mapped[Json]
    created_at: Mapped[CreatedAt]
    sent_at: Mapped[datetime | None]
