"""A tariff document of ours in the making, from the fields of a record of the URDB."""

import re
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from cloud_service.domain.money import exact, plain
from common.errors import InputError

ID_LENGTH = 80
FEE_UNITS = {"$/month": "month", "$/day": "day", "$/year": "year"}  # units of fixed and minimum charges


@dataclass(frozen=True, slots=True)
class ImportedTariff:
    """A document of ours, as JSON has it, and what the reader of the import should know."""

    document: dict[str, Any]
    notes: tuple[str, ...]


@dataclass(slots=True)
class DocumentDraft:
    """A document in the making: its charges and schedules are objects of the document's JSON."""

    id: str
    name: str
    source: str = ""
    charges: list[dict[str, Any]] = field(default_factory=list)
    schedules: dict[str, dict[str, Any]] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    validity: dict[str, str] = field(default_factory=dict)  # `from` and `until`, as ISO dates

    def finish(self) -> ImportedTariff:
        """The document."""
        document = {
            "format": 1,
            "id": self.id,
            "name": self.name,
            "currency": "USD",
            **self.validity,
            **({"source": self.source} if self.source else {}),
            "schedules": self.schedules,
            "charges": self.charges,
        }
        return ImportedTariff(document, tuple(self.notes))


def names_of(charges: list[dict[str, Any]]) -> list[str]:
    """What charges are called: a kind would mean the one without an id, where there is one."""
    return list(dict.fromkeys(str(charge.get("id") or charge["kind"]) for charge in charges))


def machine_name(*texts: str) -> str:
    """An id from names for people."""
    joined = "-".join(text for text in texts if text)
    return re.sub(r"[^a-z0-9]+", "-", joined.lower()).strip("-")[:ID_LENGTH] or "urdb"


def number(value: Any, path: str) -> Decimal:
    """An exact number of a record; a float that JSON gave is read by its shortest text."""
    if isinstance(value, bool) or value is None:
        raise InputError(f"{value!r} is not a number", path=path)
    return exact(repr(value) if isinstance(value, float) else value, path)


def add_fixed(draft: DocumentDraft, amount: Decimal, unit: str, path: str) -> None:
    """A standing charge in one of the record's units."""
    per = _fee_period(unit, "fixed", path)
    if amount:
        draft.charges.append({"kind": "standing", "label": "Fixed charge", "amount": plain(amount), "per": per})


def add_minimum(draft: DocumentDraft, amount: Decimal, unit: str, path: str) -> None:
    """A minimum charge over all lines."""
    per = _fee_period(unit, "minimum", path)
    if not amount:
        return
    names = names_of([charge for charge in draft.charges if charge["kind"] != "export"])
    all_sold = any(charge["kind"] == "export" and charge["register"] == "export" for charge in draft.charges)
    minimum = {"kind": "minimum", "amount": plain(amount), "per": per, "credits": "ignore"}
    # what is sold through a meter of its own does not count against the minimum of what is bought
    draft.charges.append({**minimum, "of": names if all_sold else ["*"]})


def _fee_period(unit: str, kind: str, path: str) -> str:
    """Month, day or year of a unit that the record names."""
    if unit not in FEE_UNITS:
        raise InputError(
            f"the unit {unit!r} of a {kind} charge is not supported",
            path=path,
            hint=", ".join(FEE_UNITS),
            code="unsupported",
        )
    return FEE_UNITS[unit]
