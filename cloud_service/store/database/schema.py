"""The declarative base and the column types that all tables share.

Money is `numeric(20,6)` with a currency beside it, energy `bigint` thousandths, instants `timestamptz` in UTC, business
days `date` in the site's zone. Ids are bigint identities inside; what appears in an address is the random `public_id`.
"""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

from sqlalchemy import BigInteger, Date, DateTime, Identity, MetaData, Numeric, Text, Uuid, func, text
from sqlalchemy.dialects.postgresql import DATERANGE, JSONB, TSTZRANGE, Range
from sqlalchemy.orm import DeclarativeBase, mapped_column

Id = Annotated[int, mapped_column(BigInteger, Identity(always=False), primary_key=True)]
PublicId = Annotated[UUID, mapped_column(Uuid, server_default=text("gen_random_uuid()"), unique=True)]
Money = Annotated[Decimal, mapped_column(Numeric(20, 6))]
Thousandths = Annotated[int, mapped_column(BigInteger)]
Currency = Annotated[str, mapped_column(Text)]
Instant = Annotated[datetime, mapped_column(DateTime(timezone=True))]
CreatedAt = Annotated[datetime, mapped_column(DateTime(timezone=True), server_default=func.now())]
Day = Annotated[date, mapped_column(Date)]
Days = Annotated[Range[date], mapped_column(DATERANGE)]
Instants = Annotated[Range[datetime], mapped_column(TSTZRANGE)]
Json = Annotated[dict[str, Any], mapped_column(JSONB, server_default=text("'{}'"))]


class Table(DeclarativeBase):
    """Base of all tables; constraint names are stated so that migrations can name them."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(column_0_N_label)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {str: Text, int: BigInteger, datetime: DateTime(timezone=True)}  # noqa: RUF012 - SQLAlchemy reads it from the class


def days_from(start: date, end: date | None = None) -> Range[date]:
    """`[start, end)` as a column value; without an end it lasts."""
    return Range(start, end, bounds="[)")


def instants_from(start: datetime, end: datetime | None = None) -> Range[datetime]:
    """`[start, end)` as a column value; without an end it lasts."""
    return Range(start, end, bounds="[)")
