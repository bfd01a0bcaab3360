"""A tariff document as people write it: its fields, and the hash that equal documents share."""

import hashlib
import json
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from cloud_service.domain.calendar.tou_schedule import Schedule
from cloud_service.domain.charges import AnyCharge
from cloud_service.domain.money import Rounding, plain
from cloud_service.domain.pricing.conversion import Converted
from cloud_service.domain.pricing.references import RegisterInfo
from cloud_service.domain.pricing.tax import Tax

SCHEMA_HINT = "see `energy-cloud tariff schema`"


class RoundingRule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where and how money is rounded."""

    policy: Annotated[
        Literal["line", "line_tax", "tax"],
        Meta(
            description="line: each line, taxes on the sum per category (EN 16931); line_tax: taxes line by line; "
            "tax: the sum of each tax category, once"
        ),
    ] = "line"
    way: Rounding = "half_up"
    cash: Annotated[
        Decimal | None, Meta(description="Smallest coin: the total is rounded to it, as a line of its own")
    ] = None


class Document(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One version of a tariff, as people write it."""

    format: Literal[1] = 1
    id: Annotated[str, Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$", description="Name of the tariff for machines")]
    name: Annotated[str, Meta(description="Name of the tariff for people")] = ""
    currency: Annotated[str, Meta(pattern="^[A-Z]{3}$", description="ISO 4217")]
    start: Annotated[date | None, Meta(description="First day this version is valid")] = msgspec.field(
        name="from", default=None
    )
    until: Annotated[date | None, Meta(description="First day it is no longer valid")] = None
    source: Annotated[str, Meta(description="Where the figures were published")] = ""
    registers: dict[str, RegisterInfo] = {}
    quantities: Annotated[
        dict[str, Converted], Meta(description="Quantities made from registers, for example gas volume to energy")
    ] = {}
    schedules: dict[str, Schedule] = {}
    charges: Annotated[tuple[AnyCharge, ...], Meta(min_length=1)]
    taxes: tuple[Tax, ...] = ()
    rounding: RoundingRule = RoundingRule()


def canonical(document: Mapping[str, Any]) -> bytes:
    """The document as bytes that are equal for equal tariffs: sorted keys, decimals in their shortest plain form."""
    return json.dumps(_plain(document), sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(key): _plain(entry) for key, entry in value.items() if entry is not None}
    if isinstance(value, list | tuple):
        return [_plain(entry) for entry in value]
    if isinstance(value, Decimal):
        return plain(value)
    return value.isoformat() if isinstance(value, date) else value


def tariff_hash(document: Mapping[str, Any]) -> str:
    """SHA-256 of the canonical document."""
    return hashlib.sha256(canonical(as_builtins(msgspec.convert(document, Document)))).hexdigest()


def as_builtins(document: Document) -> dict[str, Any]:
    """The document as plain mappings and lists, as JSON has them; decimals and dates stay what they are."""
    fields: dict[str, Any] = msgspec.to_builtins(document, builtin_types=(Decimal, date))
    return fields
