"""Documents by the hash of their bytes, what was sent to whom, and the relay that takes it."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, LargeBinary, SmallInteger, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from cloud_service.store.database.schema import CreatedAt, Day, Id, Json, PublicId, Table


class Document(Table):
    """Rendered bytes of an invoice or statement, written once."""

    __tablename__ = "document"
    __table_args__ = (UniqueConstraint("invoice_id", "kind"),)

    id: Mapped[Id]
    public_id: Mapped[PublicId]
    invoice_id: Mapped[int | None] = mapped_column(ForeignKey("invoice.id"))
    kind: Mapped[str]  # invoice_pdf, einvoice_cii, statement_pdf …
    media_type: Mapped[str]
    filename: Mapped[str]
    sha256: Mapped[bytes] = mapped_column(LargeBinary)
    body: Mapped[bytes] = mapped_column(LargeBinary)
    checks: Mapped[list[dict[str, Any]]] = mapped_column(
        JSONB, server_default=text("'[]'")
    )  # rules it was held against
    created_at: Mapped[CreatedAt]


class EinvoiceRules(Table):
    """Official rules that the operator added, as a stylesheet; of each body and syntax one is in use."""

    __tablename__ = "einvoice_rules"
    __table_args__ = (
        CheckConstraint("family in ('en16931','xrechnung','peppol')", name="family"),
        CheckConstraint("syntax in ('cii','ubl')", name="syntax"),
        Index("uq_einvoice_rules_in_use", "family", "syntax", unique=True, postgresql_where=text("removed_at IS NULL")),
    )

    id: Mapped[Id]
    public_id: Mapped[PublicId]
    family: Mapped[str]
    syntax: Mapped[str]
    name: Mapped[str]
    version: Mapped[str]
    sha256: Mapped[bytes] = mapped_column(LargeBinary)
    stylesheet: Mapped[str]
    added_by: Mapped[str]
    created_at: Mapped[CreatedAt]
    removed_at: Mapped[datetime | None]


class AccountStatement(Table):
    """A statement of account that was sent on its day; without a delivery it waits to be printed. Insert-only."""

    __tablename__ = "account_statement"
    __table_args__ = (UniqueConstraint("account_id", "last_day"),)

    id: Mapped[Id]
    public_id: Mapped[PublicId]
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    first_day: Mapped[Day]
    last_day: Mapped[Day]
    document_id: Mapped[int] = mapped_column(ForeignKey("document.id"))
    delivery_id: Mapped[int | None] = mapped_column(ForeignKey("delivery.id"))
    created_at: Mapped[CreatedAt]


class TimedReport(Table):
    """A report that a company has mailed each month or week; one of a kind and span is in use."""

    __tablename__ = "timed_report"
    __table_args__ = (
        CheckConstraint("kind in ('open_items','payments','bills')", name="kind"),
        CheckConstraint("every in ('month','week')", name="every"),
        CheckConstraint("day between 1 and 31", name="day"),
        Index(
            "uq_timed_report_in_use", "legal_entity_id", "kind", "every",
            unique=True, postgresql_where=text("removed_at IS NULL"),
        ),
    )  # fmt: skip

    id: Mapped[Id]
    public_id: Mapped[PublicId]
    legal_entity_id: Mapped[int] = mapped_column(ForeignKey("legal_entity.id"))
    kind: Mapped[str]
    every: Mapped[str]
    day: Mapped[int] = mapped_column(SmallInteger)  # of the month, or of the week from Monday
    working_day: Mapped[bool]
    recipients: Mapped[list[str]] = mapped_column(JSONB)
    told_until: Mapped[Day]
    removed_at: Mapped[datetime | None]
    created_at: Mapped[CreatedAt]


class ReportSending(Table):
    """A letter with a report's file. Insert-only."""

    __tablename__ = "report_sending"

    id: Mapped[Id]
    public_id: Mapped[PublicId]
    report_id: Mapped[int] = mapped_column(ForeignKey("timed_report.id"), index=True)
    first_day: Mapped[Day]
    last_day: Mapped[Day]
    document_id: Mapped[int] = mapped_column(ForeignKey("document.id"))
    delivery_id: Mapped[int] = mapped_column(ForeignKey("delivery.id"), unique=True)
    created_at: Mapped[CreatedAt]


class Delivery(Table):
    """An outgoing message, made in the transaction that needs it and sent by a worker; its Message-ID is unique."""

    __tablename__ = "delivery"
    __table_args__ = (
        UniqueConstraint("invoice_id", "kind", "recipient"),
        CheckConstraint("state in ('waiting','sent','failed','bounced')", name="state"),
        Index("ix_delivery_waiting", "id", postgresql_where=text("state = 'waiting'")),
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


class PaymentReceipt(Table):
    """The receipt of a payment: its number, once it was made, and the one letter it was mailed with."""

    __tablename__ = "payment_receipt"

    payment_id: Mapped[int] = mapped_column(ForeignKey("payment.id"), primary_key=True, autoincrement=False)
    number: Mapped[str | None]
    delivery_id: Mapped[int | None] = mapped_column(ForeignKey("delivery.id"), unique=True)
    created_at: Mapped[CreatedAt]


class MailRelay(Table):
    """The relay that was set in the console or by a command: one row or none; its password is not readable here."""

    __tablename__ = "mail_relay"
    __table_args__ = (
        CheckConstraint("id = 1", name="one_row"),
        CheckConstraint("security in ('none','starttls','tls')", name="security"),
        CheckConstraint("port between 1 and 65535", name="port"),
    )

    id: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False, server_default="1")
    host: Mapped[str]
    port: Mapped[int] = mapped_column(Integer)
    security: Mapped[str]
    username: Mapped[str] = mapped_column(server_default="")
    sealed_password: Mapped[str] = mapped_column(server_default="")
    sender: Mapped[str]
    changed_at: Mapped[CreatedAt]


class PostalLetter(Table):
    """A reminder that goes by post: it waits to be printed until it has the day on which it was handed in."""

    __tablename__ = "postal_letter"
    __table_args__ = (Index("ix_postal_letter_waiting", "id", postgresql_where=text("posted_on IS NULL")),)

    id: Mapped[Id]
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    business_key: Mapped[str] = mapped_column(unique=True)
    content: Mapped[Json]  # as of the mail: `letter` (a `domain.invoicing.reminder_letter.ReminderLetter`), theme, step
    queued_at: Mapped[CreatedAt]
    posted_on: Mapped[Day | None]
    posted_by: Mapped[str] = mapped_column(server_default="")


class PostalDelivery(Table):
    """An invoice that goes by post: it waits to be printed until it has the day on which it was handed in."""

    __tablename__ = "postal_delivery"
    __table_args__ = (Index("ix_postal_delivery_waiting", "invoice_id", postgresql_where=text("posted_on IS NULL")),)

    id: Mapped[Id]
    invoice_id: Mapped[int] = mapped_column(ForeignKey("invoice.id"), unique=True)
    queued_at: Mapped[CreatedAt]
    posted_on: Mapped[Day | None]
    posted_by: Mapped[str] = mapped_column(server_default="")
