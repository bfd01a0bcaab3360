"""Money that came in: payments by provider object, the raw events that told of them, the requests that asked."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from cloud_service.store.database.schema import CreatedAt, Currency, Day, Id, Json, Money, PublicId, Table


class PaymentRequest(Table):
    """A provider's payment page made for an invoice or a top-up."""

    __tablename__ = "payment_request"
    __table_args__ = (UniqueConstraint("provider", "provider_ref"),)

    id: Mapped[Id]
    public_id: Mapped[PublicId]
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    invoice_id: Mapped[int | None] = mapped_column(ForeignKey("invoice.id"), index=True)
    provider: Mapped[str]
    provider_ref: Mapped[str]
    url: Mapped[str]
    amount: Mapped[Money]
    currency: Mapped[Currency]
    created_at: Mapped[CreatedAt]


class Payment(Table):
    """Money received (positive) or given back (negative), once per provider object. Insert-only."""

    __tablename__ = "payment"
    __table_args__ = (
        UniqueConstraint("provider", "provider_ref"),
        CheckConstraint("kind in ('payment','refund','chargeback','top_up','deposit')", name="kind"),
        Index("ix_payment_account_day", "account_id", "day"),
        Index("ix_payment_bank_day", "day", postgresql_where=text("provider = 'bank'")),
    )

    id: Mapped[Id]
    public_id: Mapped[PublicId]
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    provider: Mapped[str]  # simulated, stripe, bank, cash …
    provider_ref: Mapped[str]
    kind: Mapped[str] = mapped_column(server_default="payment")
    amount: Mapped[Money]
    currency: Mapped[Currency]
    day: Mapped[Day]
    reverses_id: Mapped[int | None] = mapped_column(ForeignKey("payment.id"), index=True)
    credit_note_id: Mapped[int | None] = mapped_column(
        ForeignKey("invoice.id"), index=True
    )  # a refund of a credit note
    facts: Mapped[Json]
    author: Mapped[str] = mapped_column(server_default="")
    created_at: Mapped[CreatedAt]


class PaymentEvent(Table):
    """A provider's raw event, stored once before anything is made of it."""

    __tablename__ = "payment_event"
    __table_args__ = (
        UniqueConstraint("provider", "event_id"),
        Index("ix_payment_event_undoes", "provider", "undoes", postgresql_where=text("undoes <> ''")),
        Index(
            "ix_payment_event_odd",
            "id",
            postgresql_where=text("settled_at is null and outcome not in ('', 'booked', 'duplicate', 'noted')"),
        ),
    )

    id: Mapped[Id]
    provider: Mapped[str]
    event_id: Mapped[str]
    kind: Mapped[str]
    body: Mapped[bytes] = mapped_column(LargeBinary)
    outcome: Mapped[str] = mapped_column(server_default="")
    created_at: Mapped[CreatedAt]
    handled_at: Mapped[datetime | None]
    amount: Mapped[Money | None]
    currency: Mapped[Currency] = mapped_column(server_default="")
    payment_ref: Mapped[str] = mapped_column(server_default="")
    undoes: Mapped[str] = mapped_column(server_default="")  # event_id of a refund or dispute whose money is back
    occurred_at: Mapped[datetime | None]
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"), index=True)
    settled_at: Mapped[datetime | None]  # a person has said what becomes of an event that was not booked
    settled_by: Mapped[str] = mapped_column(server_default="")
    settled_as: Mapped[str] = mapped_column(server_default="")
