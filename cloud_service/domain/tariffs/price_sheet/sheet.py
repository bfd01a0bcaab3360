"""The rows of a price sheet: energy at one price, in steps, by hours or by counters; further items; taxes."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

EnergyPricing = Literal["flat", "steps", "hours", "counters"]
PRICINGS: tuple[EnergyPricing, ...] = ("flat", "steps", "hours", "counters")
ItemPer = Literal["unit", "kw", "day", "month", "year", "percent"]
REGISTERS = {"electricity": "import", "water": "water", "gas": "gas", "heat": "heat", "cooling": "cooling"}
"""Which register counts what a sheet prices, by utility."""
ITEM_PERS: tuple[ItemPer, ...] = ("month", "day", "year", "unit", "kw", "percent")
DAYS = ("every", "weekday", "weekday+saturday", "weekend", "saturday", "sunday")
"""Kinds of days that a row of hours may be for; the document lists those that a plus joins."""


@dataclass(frozen=True, slots=True)
class Step:
    """A price of the units above `start`, up to `end`; the last step has no end."""

    start: Decimal | None
    end: Decimal | None
    price: Decimal | None


@dataclass(frozen=True, slots=True)
class HourPrice:
    """A price of some hours of some days. The first row that fits an hour has it; no hours mean all that are left."""

    label: str
    price: Decimal | None
    days: str = "every"
    hours: str = ""  # 22:00-06:00, several with commas
    code: str = ""  # the period's name in the document, kept from version to version


@dataclass(frozen=True, slots=True)
class CounterPrice:
    """A price of what one of a meter's counters counts; `day` of electricity is its register `import_day`."""

    label: str
    price: Decimal | None
    counter: str = ""  # as sheets and readings name it
    code: str = ""  # the charge's id in the document


@dataclass(frozen=True, slots=True)
class Item:
    """Something else on the bill: a standing charge, a levy a unit, a price of demand, a percentage of the energy."""

    label: str
    price: Decimal | None
    per: ItemPer = "month"
    code: str = ""  # the charge's id in the document


@dataclass(frozen=True, slots=True)
class TaxRow:
    """A tax on everything above it."""

    name: str
    percent: Decimal | None


@dataclass(frozen=True, slots=True)
class PriceSheet:
    """One version of a simple tariff."""

    name: str
    currency: str
    start: date | None
    until: date | None = None
    code: str = ""  # the tariff's id; made of the name where it is empty
    utility: str = "electricity"
    energy_label: str = "Energy"
    energy_code: str = ""
    pricing: EnergyPricing = "flat"
    price: Decimal | None = None
    steps: tuple[Step, ...] = ()
    hours: tuple[HourPrice, ...] = ()
    counters: tuple[CounterPrice, ...] = ()
    schedule: str = "hours"  # what the document calls the hours
    items: tuple[Item, ...] = ()
    taxes: tuple[TaxRow, ...] = ()


def register_of(counter: str, utility: str) -> str:
    """How a tariff names a counter: `night` and `import_night` of electricity are both import_night, `HT` import_HT."""
    register = REGISTERS[utility]
    name = counter.strip()
    return name if name == register or name.startswith(f"{register}_") else f"{register}_{name}"


def code_of(text: str, fallback: str = "tariff") -> str:
    """A name for machines: `Residential 2026` becomes residential-2026."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-") or fallback


def codes_of(labels: list[str], fallback: str) -> list[str]:
    """A code for each label; what is there twice gets a number."""
    codes: list[str] = []
    for label in labels:
        first = code = code_of(label, fallback)
        number = 2
        while code in codes:
            code, number = f"{first}-{number}", number + 1
        codes.append(code)
    return codes
