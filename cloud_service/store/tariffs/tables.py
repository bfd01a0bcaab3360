"""Tariffs with their dated versions, and which contract is priced by which."""

from decimal import Decimal

from sqlalchemy import ForeignKey, Numeric, SmallInteger, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import ExcludeConstraint
from sqlalchemy.orm import Mapped, mapped_column

from cloud_service.store.database.schema import CreatedAt, Currency, Days, Id, Instant, Json, PublicId, Table


class Tariff(Table):
    """A named price list of an entity."""

    __tablename__ = "tariff"
    __table_args__ = (UniqueConstraint("legal_entity_id", "code"),)

    id: Mapped[Id]
    public_id: Mapped[PublicId]
    legal_entity_id: Mapped[int] = mapped_column(ForeignKey("legal_entity.id"))
    code: Mapped[str]
    name: Mapped[str]
    currency: Mapped[Currency]


class TariffVersion(Table):
    """A validated tariff document for `[from, until)`; once billed it cannot be edited (trigger)."""

    __tablename__ = "tariff_version"
    __table_args__ = (
        ExcludeConstraint(("tariff_id", "="), ("during", "&&"), name="ex_tariff_version_during", using="gist"),
    )

    id: Mapped[Id]
    tariff_id: Mapped[int] = mapped_column(ForeignKey("tariff.id"))
    during: Mapped[Days]
    document: Mapped[Json]
    hash: Mapped[str]
    billed: Mapped[bool] = mapped_column(server_default=text("false"))
    created_at: Mapped[CreatedAt]


class TariffAssignment(Table):
    """The tariff that prices a contract in a span."""

    __tablename__ = "tariff_assignment"
    __table_args__ = (
        ExcludeConstraint(
            ("contract_id", "="), ("role", "="), ("during", "&&"), name="ex_tariff_assignment_during", using="gist"
        ),
    )

    id: Mapped[Id]
    contract_id: Mapped[int] = mapped_column(ForeignKey("contract.id"))
    tariff_id: Mapped[int] = mapped_column(ForeignKey("tariff.id"))
    role: Mapped[str] = mapped_column(server_default="supply")
    during: Mapped[Days]


class MarketPrice(Table):
    """The price of a series from an instant on, for one step; added and never changed (trigger)."""

    __tablename__ = "market_price"
    __table_args__ = (UniqueConstraint("series", "at"),)

    id: Mapped[Id]
    series: Mapped[str]
    at: Mapped[Instant]
    step_s: Mapped[int] = mapped_column(SmallInteger)
    price: Mapped[Decimal] = mapped_column(Numeric(20, 9))
