"""The double-entry ledger: insert-only, every entry sums to zero per currency (deferred trigger)."""

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from cloud_service.store.database.schema import CreatedAt, Currency, Day, Id, Json, Money, Table


class LedgerAccount(Table):
    """An account of the books: a client's receivable, revenue, tax, cash, deposits, write-offs."""

    __tablename__ = "ledger_account"
    __table_args__ = (
        UniqueConstraint("legal_entity_id", "kind", "currency", "account_id", postgresql_nulls_not_distinct=True),
        CheckConstraint(
            "kind in ('receivable','revenue','tax','cash','deposit','write_off','fees','interest','fx','clearing',"
            "'refund','rounding','credit','opening')",
            name="kind",
        ),
    )

    id: Mapped[Id]
    legal_entity_id: Mapped[int] = mapped_column(ForeignKey("legal_entity.id"))
    kind: Mapped[str]
    currency: Mapped[Currency]
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))


class LedgerEntryRow(Table):
    """One booking; the business key makes booking the same fact twice impossible."""

    __tablename__ = "ledger_entry"

    id: Mapped[Id]
    legal_entity_id: Mapped[int] = mapped_column(ForeignKey("legal_entity.id"))
    kind: Mapped[str]  # invoice, credit_note, payment, refund, chargeback, deposit, write_off, late_fee, interest …
    business_key: Mapped[str] = mapped_column(unique=True)
    day: Mapped[Day]
    text: Mapped[str] = mapped_column(server_default="")
    facts: Mapped[Json]
    author: Mapped[str] = mapped_column(server_default="")
    created_at: Mapped[CreatedAt]

    lines: Mapped[list["LedgerLineRow"]] = relationship()


class LedgerLineRow(Table):
    """Debit positive, credit negative."""

    __tablename__ = "ledger_line"
    __table_args__ = (
        Index("ix_ledger_line_account_entry", "ledger_account_id", "ledger_entry_id"),
        CheckConstraint("amount <> 0", name="amount"),
    )

    id: Mapped[Id]
    ledger_entry_id: Mapped[int] = mapped_column(ForeignKey("ledger_entry.id"), index=True)
    ledger_account_id: Mapped[int] = mapped_column(ForeignKey("ledger_account.id"))
    amount: Mapped[Money]
    invoice_id: Mapped[int | None] = mapped_column(ForeignKey("invoice.id"), index=True)


class AllocationRow(Table):
    """What settles what: `amount` of a payment, a credit note or (by its entry alone) a write-off settles an invoice.

    Taken back by a negative row. Each has the ledger entry that moved the money.
    """

    __tablename__ = "allocation"
    __table_args__ = (
        CheckConstraint("amount <> 0", name="amount"),
        CheckConstraint("num_nonnulls(payment_id, credit_note_id) <= 1", name="source"),
    )

    id: Mapped[Id]
    invoice_id: Mapped[int] = mapped_column(ForeignKey("invoice.id"), index=True)
    payment_id: Mapped[int | None] = mapped_column(ForeignKey("payment.id"), index=True)
    credit_note_id: Mapped[int | None] = mapped_column(ForeignKey("invoice.id"), index=True)
    ledger_entry_id: Mapped[int] = mapped_column(ForeignKey("ledger_entry.id"))
    amount: Mapped[Money]
    day: Mapped[Day]
    automatic: Mapped[bool] = mapped_column(server_default=text("true"))
    created_at: Mapped[CreatedAt]
