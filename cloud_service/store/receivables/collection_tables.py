"""What happens around unpaid money: disputes, payment plans, dunning steps; prepaid accounts with their commands."""

from datetime import datetime
from decimal import Decimal

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    Index,
    Numeric,
    PrimaryKeyConstraint,
    SmallInteger,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from cloud_service.store.database.schema import CreatedAt, Day, Id, Json, Money, PublicId, Table


class Dispute(Table):
    """A client contests an invoice: it is not dunned until the dispute is closed."""

    __tablename__ = "dispute"
    __table_args__ = (Index("ix_dispute_open", "invoice_id", unique=True, postgresql_where=text("closed_on is null")),)

    id: Mapped[Id]
    invoice_id: Mapped[int] = mapped_column(ForeignKey("invoice.id"))
    opened_on: Mapped[Day]
    closed_on: Mapped[Day | None]
    reason: Mapped[str]
    outcome: Mapped[str] = mapped_column(server_default="")
    author: Mapped[str]
    created_at: Mapped[CreatedAt]


class PaymentPlan(Table):
    """Instalments agreed for open invoices; they are not dunned while the plan is kept."""

    __tablename__ = "payment_plan"
    __table_args__ = (CheckConstraint("state in ('active','kept','broken','cancelled')", name="state"),)

    id: Mapped[Id]
    public_id: Mapped[PublicId]
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    state: Mapped[str] = mapped_column(server_default="active")
    reason: Mapped[str] = mapped_column(server_default="")
    author: Mapped[str]
    created_at: Mapped[CreatedAt]


class PlanInvoice(Table):
    """An invoice that a plan covers."""

    __tablename__ = "plan_invoice"
    __table_args__ = (PrimaryKeyConstraint("payment_plan_id", "invoice_id"),)

    payment_plan_id: Mapped[int] = mapped_column(ForeignKey("payment_plan.id"))
    invoice_id: Mapped[int] = mapped_column(ForeignKey("invoice.id"), index=True)


class PlanInstalment(Table):
    """One part of a plan: what must have been paid, in sum, by its day."""

    __tablename__ = "plan_instalment"
    __table_args__ = (UniqueConstraint("payment_plan_id", "due_date"),)

    id: Mapped[Id]
    payment_plan_id: Mapped[int] = mapped_column(ForeignKey("payment_plan.id"))
    due_date: Mapped[Day]
    amount: Mapped[Money]


class DunningStepRow(Table):
    """A step taken against an overdue invoice, each step once."""

    __tablename__ = "dunning_step"
    __table_args__ = (UniqueConstraint("invoice_id", "step"),)

    id: Mapped[Id]
    invoice_id: Mapped[int] = mapped_column(ForeignKey("invoice.id"))
    step: Mapped[int] = mapped_column(SmallInteger)
    name: Mapped[str]
    day: Mapped[Day]
    outstanding: Mapped[Money]
    fee_invoice_id: Mapped[int | None] = mapped_column(ForeignKey("invoice.id"))
    created_at: Mapped[CreatedAt]
    rules_id: Mapped[int | None] = mapped_column(ForeignKey("dunning_rule_set.id"))  # none: those of the country


class DunningRuleSet(Table):
    """A company's own rules of reminders and interest, from a day on until the next. Insert-only."""

    __tablename__ = "dunning_rule_set"

    id: Mapped[Id]
    legal_entity_id: Mapped[int] = mapped_column(ForeignKey("legal_entity.id"), index=True)
    valid_from: Mapped[Day]
    rules: Mapped[Json]  # a `domain.receivables.dunning.DunningRules`
    author: Mapped[str]
    reason: Mapped[str] = mapped_column(server_default="")
    created_at: Mapped[CreatedAt]


class JobDay(Table):
    """What a job did for a company on a day; each once, a failed one again until it is done."""

    __tablename__ = "job_day"
    __table_args__ = (PrimaryKeyConstraint("legal_entity_id", "job", "day"),)

    legal_entity_id: Mapped[int] = mapped_column(ForeignKey("legal_entity.id"))
    job: Mapped[str]
    day: Mapped[Day]
    done: Mapped[int] = mapped_column(server_default="0")  # letters, bills, rates, …
    error: Mapped[str] = mapped_column(server_default="")  # why it is not done; it is tried again
    at: Mapped[datetime]


class BaseRateRow(Table):
    """A country's base rate from a day on, entered here because the product's rules do not have it yet."""

    __tablename__ = "base_rate"
    __table_args__ = (PrimaryKeyConstraint("country", "start"),)

    country: Mapped[str]
    start: Mapped[Day]
    percent: Mapped[Decimal] = mapped_column(Numeric(9, 4))
    author: Mapped[str]
    created_at: Mapped[CreatedAt]


class PrepaidStateRow(Table):
    """What a prepaid account had when it was last looked at, and which warning it has had since."""

    __tablename__ = "prepaid_state"
    __table_args__ = (
        CheckConstraint("state in ('ok','low','critical','empty','emergency','disconnected')", name="state"),
    )

    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), primary_key=True, autoincrement=False)
    state: Mapped[str] = mapped_column(server_default="ok")
    booked: Mapped[Money] = mapped_column(server_default="0")  # credit minus open invoices, by the ledger
    rated: Mapped[Money] = mapped_column(server_default="0")  # consumption since the last invoice, priced
    balance: Mapped[Money] = mapped_column(server_default="0")
    days_left: Mapped[Decimal | None] = mapped_column(Numeric(10, 2))
    rated_from: Mapped[Day | None]
    rated_until: Mapped[Day | None]
    emergency: Mapped[Money] = mapped_column(server_default="0")  # emergency credit in use
    protected_reason: Mapped[str] = mapped_column(server_default="")  # why a disconnection waits
    at: Mapped[CreatedAt]


class GatewayCommand(Table):
    """An order for a gateway (disconnect, reconnect), decided with its reason; sent and answered later."""

    __tablename__ = "gateway_command"
    __table_args__ = (
        CheckConstraint("kind in ('disconnect','reconnect')", name="kind"),
        CheckConstraint("state in ('waiting','sent','done','failed','cancelled')", name="state"),
        Index(
            "ix_gateway_command_open",
            "service_point_id",
            unique=True,
            postgresql_where=text("state in ('waiting','sent')"),
        ),
    )

    id: Mapped[Id]
    public_id: Mapped[PublicId]
    service_point_id: Mapped[int] = mapped_column(ForeignKey("service_point.id"))
    meter_id: Mapped[int] = mapped_column(ForeignKey("meter.id"))
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    kind: Mapped[str]
    state: Mapped[str] = mapped_column(server_default="waiting")
    reason: Mapped[str]
    author: Mapped[str]
    facts: Mapped[Json]
    created_at: Mapped[CreatedAt]
    sent_at: Mapped[datetime | None]
    done_at: Mapped[datetime | None]
