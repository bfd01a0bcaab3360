"""Billing runs with their items, and invoices, which are never changed once issued."""

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, Numeric, SmallInteger, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import ExcludeConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from cloud_service.store.database.schema import (
    CreatedAt,
    Currency,
    Day,
    Days,
    Id,
    Json,
    Money,
    PublicId,
    Table,
    Thousandths,
)


class BillingRun(Table):
    """One billing of many contracts; the truth of its progress is its items."""

    __tablename__ = "billing_run"
    __table_args__ = (
        CheckConstraint("state in ('planned','rating','rated','approved','issuing','done','cancelled')", name="state"),
    )

    id: Mapped[Id]
    public_id: Mapped[PublicId]
    legal_entity_id: Mapped[int] = mapped_column(ForeignKey("legal_entity.id"))
    name: Mapped[str]
    state: Mapped[str] = mapped_column(server_default="planned")
    during: Mapped[Days]
    bill_date: Mapped[Day]
    dry_run: Mapped[bool] = mapped_column(server_default=text("false"))
    whole: Mapped[bool] = mapped_column(server_default=text("true"))  # of all contracts of the entity
    created_by: Mapped[str]
    approved_by: Mapped[str] = mapped_column(server_default="")
    created_at: Mapped[CreatedAt]
    finished_at: Mapped[datetime | None]


class BillingItem(Table):
    """One contract and span of a run; a live item keeps others off the same days."""

    __tablename__ = "billing_item"
    __table_args__ = (
        CheckConstraint("state in ('waiting','rated','issued','parked','cancelled')", name="state"),
        ExcludeConstraint(
            ("contract_id", "="),
            ("during", "&&"),
            name="ex_billing_item_live",
            using="gist",
            where=text("state in ('waiting','rated')"),
        ),
        Index("ix_billing_item_run_state", "billing_run_id", "state"),
        Index("ix_billing_item_parked", "billing_run_id", postgresql_where=text("state = 'parked' and code <> ''")),
        Index("ix_billing_item_parked_contract", "contract_id", postgresql_where=text("state = 'parked'")),
    )

    id: Mapped[Id]
    billing_run_id: Mapped[int] = mapped_column(ForeignKey("billing_run.id"))
    contract_id: Mapped[int] = mapped_column(ForeignKey("contract.id"))
    during: Mapped[Days]
    state: Mapped[str] = mapped_column(server_default="waiting")
    reason: Mapped[str] = mapped_column(server_default="")
    code: Mapped[str] = mapped_column(server_default="")  # of the reason of a parked one
    parked_at: Mapped[datetime | None]
    rated: Mapped[Json]  # a `domain.rating.rated_contract.RatedContract`; empty until it is rated
    invoice_id: Mapped[int | None] = mapped_column(ForeignKey("invoice.id"))


class Invoice(Table):
    """An issued invoice or credit note, frozen with everything it was made from. Insert-only; no drafts live here."""

    __tablename__ = "invoice"
    __table_args__ = (
        UniqueConstraint("legal_entity_id", "number", "edition"),
        CheckConstraint("kind in ('invoice','credit_note')", name="kind"),
        CheckConstraint("edition = 1 or taken_over_on is not null", name="edition"),
        CheckConstraint("total = net + tax", name="total"),
        Index("ix_invoice_account_bill_date", "account_id", "bill_date"),
        Index("ix_invoice_bill_date", "bill_date", "id"),
    )

    id: Mapped[Id]
    public_id: Mapped[PublicId]
    kind: Mapped[str] = mapped_column(server_default="invoice")
    legal_entity_id: Mapped[int] = mapped_column(ForeignKey("legal_entity.id"))
    number: Mapped[str]
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    corrects_id: Mapped[int | None] = mapped_column(ForeignKey("invoice.id"), index=True)
    reason: Mapped[str] = mapped_column(server_default="")
    bill_date: Mapped[Day]
    due_date: Mapped[Day]
    during: Mapped[Days]
    currency: Mapped[Currency]
    net: Mapped[Money]
    tax: Mapped[Money]
    total: Mapped[Money]
    local_currency: Mapped[Currency]
    local_rate: Mapped[Decimal] = mapped_column(Numeric(20, 10), server_default="1")
    energy: Mapped[Thousandths]  # Wh billed, for the lists
    volume: Mapped[Thousandths] = mapped_column(server_default="0")  # litres of water and gas
    prepaid: Mapped[bool] = mapped_column(server_default=text("false"))
    seller: Mapped[Json]  # a `domain.invoicing.billing_account.Seller`
    buyer: Mapped[Json]  # a `domain.invoicing.billing_account.Buyer`
    basis: Mapped[Json]  # a `domain.invoicing.basis.InvoiceBasis`
    hash: Mapped[bytes] = mapped_column(LargeBinary)
    issued_by: Mapped[str] = mapped_column(server_default="")
    created_at: Mapped[CreatedAt]
    taken_over_on: Mapped[date | None]  # of the books before ours: the day from which ours have it
    edition: Mapped[int] = mapped_column(SmallInteger, server_default="1")  # the number was taken over so many times

    lines: Mapped[list["InvoiceLine"]] = relationship(order_by="InvoiceLine.position")


class InvoiceLine(Table):
    """One line with the rule, version, quantity and price that made its amount."""

    __tablename__ = "invoice_line"
    __table_args__ = (UniqueConstraint("invoice_id", "position"),)

    id: Mapped[Id]
    invoice_id: Mapped[int] = mapped_column(ForeignKey("invoice.id"))
    position: Mapped[int] = mapped_column(SmallInteger)
    contract_id: Mapped[int | None] = mapped_column(ForeignKey("contract.id"))
    charge: Mapped[str]
    label: Mapped[str]
    quantity: Mapped[Decimal] = mapped_column(Numeric(30, 12))
    unit: Mapped[str]
    price: Mapped[Decimal] = mapped_column(Numeric(30, 12))
    amount_unrounded: Mapped[Decimal] = mapped_column(Numeric(30, 12))
    amount: Mapped[Money]
    tax_category: Mapped[str] = mapped_column(server_default="")
    tax_rate: Mapped[Decimal] = mapped_column(Numeric(9, 6), server_default="0")
    during: Mapped[Days | None]
    explanation: Mapped[Json]  # a `domain.invoicing.billed_line.LineExplanation`


class InvoiceSpan(Table):
    """The days of a contract that an invoice bills; live ones never overlap, a credit note frees its invoice's."""

    __tablename__ = "invoice_span"
    __table_args__ = (
        ExcludeConstraint(
            ("contract_id", "="),
            ("during", "&&"),
            name="ex_invoice_span_live",
            using="gist",
            where=text("not credited"),
        ),
    )

    id: Mapped[Id]
    invoice_id: Mapped[int] = mapped_column(ForeignKey("invoice.id"), index=True)
    contract_id: Mapped[int] = mapped_column(ForeignKey("contract.id"))
    during: Mapped[Days]
    credited: Mapped[bool] = mapped_column(server_default=text("false"))


class PendingLine(Table):
    """A line that waits for the contract's next invoice: a share of common costs, a difference, a fee."""

    __tablename__ = "pending_line"
    __table_args__ = (Index("ix_pending_line_waiting", "contract_id", postgresql_where=text("invoice_id is null")),)

    id: Mapped[Id]
    contract_id: Mapped[int] = mapped_column(ForeignKey("contract.id"))
    business_key: Mapped[str] = mapped_column(unique=True)
    during: Mapped[Days]
    currency: Mapped[Currency]
    amount: Mapped[Money]
    line: Mapped[Json]  # a `domain.invoicing.pending_lines.WaitingLine`
    reason: Mapped[str] = mapped_column(server_default="")
    author: Mapped[str] = mapped_column(server_default="")
    invoice_id: Mapped[int | None] = mapped_column(ForeignKey("invoice.id"))
    created_at: Mapped[CreatedAt]


class InvoiceDependency(Table):
    """What an invoice rests on: the bill of the days before, whose history it was given; a waiting line it took up."""

    __tablename__ = "invoice_dependency"
    __table_args__ = (
        CheckConstraint("kind in ('history','line')", name="kind"),
        CheckConstraint("kind = 'line' or on_invoice_id is not null", name="history"),
    )

    id: Mapped[Id]
    invoice_id: Mapped[int] = mapped_column(ForeignKey("invoice.id"), index=True)
    contract_id: Mapped[int] = mapped_column(ForeignKey("contract.id"))
    kind: Mapped[str]
    on_invoice_id: Mapped[int | None] = mapped_column(ForeignKey("invoice.id"), index=True)
    pending_line_id: Mapped[int | None]  # of a line; kept although the line may be gone
    created_at: Mapped[CreatedAt]


class WaivedSpan(Table):
    """Days of a contract that are left unbilled on purpose."""

    __tablename__ = "waived_span"
    __table_args__ = (
        ExcludeConstraint(("contract_id", "="), ("during", "&&"), name="ex_waived_span_during", using="gist"),
    )

    id: Mapped[Id]
    contract_id: Mapped[int] = mapped_column(ForeignKey("contract.id"))
    during: Mapped[Days]
    reason: Mapped[str]
    author: Mapped[str]
    created_at: Mapped[CreatedAt]


class LateDay(Table):
    """A register's day that changed after an invoice had billed it; written by a trigger on `interval_day`."""

    __tablename__ = "late_day"
    __table_args__ = (Index("ix_late_day_open", "invoice_id", postgresql_where=text("handled_at is null")),)

    id: Mapped[Id]
    invoice_id: Mapped[int] = mapped_column(ForeignKey("invoice.id"))
    register_id: Mapped[int] = mapped_column(ForeignKey("register.id"))
    day: Mapped[Day]
    before: Mapped[int | None]  # total of the day in thousandths as it was billed
    after: Mapped[int]
    created_at: Mapped[CreatedAt]
    handled_at: Mapped[datetime | None]
    outcome: Mapped[str] = mapped_column(server_default="")


class CostSplit(Table):
    """How a common cost (a master meter, a common area, losses) is shared between contracts, as a checked document."""

    __tablename__ = "cost_split"
    __table_args__ = (UniqueConstraint("legal_entity_id", "name"),)

    id: Mapped[Id]
    legal_entity_id: Mapped[int] = mapped_column(ForeignKey("legal_entity.id"))
    name: Mapped[str]
    document: Mapped[Json]
    author: Mapped[str]
    created_at: Mapped[CreatedAt]


class CurrencyRate(Table):
    """One unit of `currency` in `base` on a day and after, until a newer rate."""

    __tablename__ = "currency_rate"
    __table_args__ = (UniqueConstraint("base", "currency", "day"),)

    id: Mapped[Id]
    base: Mapped[str]
    currency: Mapped[Currency]
    day: Mapped[Day]
    rate: Mapped[Decimal] = mapped_column(Numeric(20, 10))
    source: Mapped[str] = mapped_column(server_default="")  # who published it


class RateFetchingRow(Table):
    """Whether a company has its currency rates fetched each day, and from where."""

    __tablename__ = "rate_fetching"

    legal_entity_id: Mapped[int] = mapped_column(ForeignKey("legal_entity.id"), primary_key=True, autoincrement=False)
    automatic: Mapped[bool] = mapped_column(server_default=text("false"))
    address: Mapped[str]


class BillingCalendarRow(Table):
    """Whether an entity's runs are planned by themselves; one row an entity."""

    __tablename__ = "billing_calendar"
    __table_args__ = (
        CheckConstraint("after_days between 0 and 60", name="after_days"),
        CheckConstraint("approval in ('person','itself')", name="approval"),
        CheckConstraint("not automatic or since is not null", name="since"),
        CheckConstraint("last_days between after_days and 120", name="last_days"),
        CheckConstraint("incomplete in ('person','estimate')", name="incomplete"),
        CheckConstraint("incomplete = 'person' or last_days is not null", name="last_day"),
        CheckConstraint("outlier_times > 1 and outlier_small >= 0", name="outlier"),
    )

    legal_entity_id: Mapped[int] = mapped_column(ForeignKey("legal_entity.id"), primary_key=True, autoincrement=False)
    automatic: Mapped[bool] = mapped_column(server_default=text("false"))
    since: Mapped[date | None]
    after_days: Mapped[int] = mapped_column(SmallInteger, server_default="2")
    approval: Mapped[str] = mapped_column(server_default="person")
    last_days: Mapped[int | None] = mapped_column(SmallInteger)  # after a cycle's end; then `incomplete` says what
    incomplete: Mapped[str] = mapped_column(server_default="person")
    confirm_estimates: Mapped[bool] = mapped_column(server_default=text("true"))
    outlier_times: Mapped[Decimal] = mapped_column(Numeric(6, 2), server_default="2")
    outlier_small: Mapped[Money] = mapped_column(server_default="5")
    advances: Mapped[bool] = mapped_column(server_default=text("false"))  # issued by themselves on their days
