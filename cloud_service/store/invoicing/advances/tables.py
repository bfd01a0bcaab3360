"""Advance plans of contracts, bills in advance by their periods, and what stood in the way of one."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, SmallInteger, text
from sqlalchemy.dialects.postgresql import ExcludeConstraint
from sqlalchemy.orm import Mapped, mapped_column

from cloud_service.store.database.schema import CreatedAt, Days, Id, Money, Table


class AdvancePlanRow(Table):
    """What is billed in advance of a contract from a day on; a change is a row of its own, with its days."""

    __tablename__ = "advance_plan"
    __table_args__ = (
        CheckConstraint("amount > 0", name="amount"),
        CheckConstraint("every_months in (1, 2, 3)", name="every_months"),
        CheckConstraint("day between 1 and 28", name="day"),
        CheckConstraint("timing in ('before','after')", name="timing"),
        ExcludeConstraint(("contract_id", "="), ("during", "&&"), name="ex_advance_plan_during", using="gist"),
    )

    id: Mapped[Id]
    contract_id: Mapped[int] = mapped_column(ForeignKey("contract.id", ondelete="CASCADE"))
    during: Mapped[Days]
    amount: Mapped[Money]  # a period, with taxes
    every_months: Mapped[int] = mapped_column(SmallInteger)
    day: Mapped[int] = mapped_column(SmallInteger)  # of the month, on which periods begin
    timing: Mapped[str]  # before, after: billed at the beginning of a period or at its end
    author: Mapped[str]
    reason: Mapped[str] = mapped_column(server_default="")
    created_at: Mapped[CreatedAt]


class AdvanceBillRow(Table):
    """The period of a contract that an invoice asks an advance for; live ones never overlap."""

    __tablename__ = "advance_bill"
    __table_args__ = (
        ExcludeConstraint(
            ("contract_id", "="),
            ("during", "&&"),
            name="ex_advance_bill_live",
            using="gist",
            where=text("not credited"),
        ),
    )

    id: Mapped[Id]
    contract_id: Mapped[int] = mapped_column(ForeignKey("contract.id"))
    invoice_id: Mapped[int] = mapped_column(ForeignKey("invoice.id"), unique=True)
    during: Mapped[Days]
    credited: Mapped[bool] = mapped_column(server_default=text("false"))


class AdvanceFaultRow(Table):
    """Why the advance of a contract's period could not be billed when it was tried last."""

    __tablename__ = "advance_fault"

    contract_id: Mapped[int] = mapped_column(
        ForeignKey("contract.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    during: Mapped[Days]
    reason: Mapped[str]
    at: Mapped[datetime] = mapped_column(server_default=text("now()"))
