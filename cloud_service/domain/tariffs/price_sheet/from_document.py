"""A tariff document as a price sheet where a sheet says all of it: made into a document again, its hash is the same."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import takewhile
from typing import Any

from cloud_service.domain.calendar.tou_schedule import Period
from cloud_service.domain.charges.demand import Demand
from cloud_service.domain.charges.energy import Energy
from cloud_service.domain.charges.percentage import Percentage
from cloud_service.domain.charges.standing import Standing
from cloud_service.domain.tariffs.document import Document
from cloud_service.domain.tariffs.price_sheet.sheet import (
    REGISTERS,
    CounterPrice,
    HourPrice,
    Item,
    PriceSheet,
    Step,
    TaxRow,
)
from cloud_service.domain.tariffs.price_sheet.to_document import to_document
from cloud_service.domain.tariffs.tariff import load_tariff
from common.errors import InputError

UTILITIES = {register: utility for utility, register in REGISTERS.items()}


def from_document(document: Mapping[str, Any]) -> PriceSheet | None:
    """The sheet of a document of one version, or None where a sheet could not say all of it."""
    try:
        tariff = load_tariff(document)
        sheet = _read(tariff.versions[0].document) if len(tariff.versions) == 1 else None
        return sheet if sheet is not None and load_tariff(to_document(sheet)).hash == tariff.hash else None
    except InputError:
        return None


def _read(document: Document) -> PriceSheet | None:
    """What a sheet can take of a document; the hash tells whether that was all."""
    energy, *others = document.charges
    if not isinstance(energy, Energy):
        return None
    if energy.register in UTILITIES:
        sheet = _sheet(document, UTILITIES[energy.register], others)
        return sheet and _with_energy(
            replace(sheet, energy_label=energy.label, energy_code=energy.id), energy, document
        )
    quantity = energy.register.partition("_")[0]
    return _with_counters(document, quantity) if quantity in UTILITIES else None


def _sheet(document: Document, utility: str, others: Sequence[object]) -> PriceSheet | None:
    """All but what is used; None where a charge is of a kind that a sheet does not know."""
    items = [_item(charge) for charge in others]
    sheet = PriceSheet(
        name=document.name, currency=document.currency, start=document.start, until=document.until, code=document.id,
        utility=utility, items=tuple(item for item in items if item is not None),
        taxes=tuple(TaxRow(tax.name, tax.percent) for tax in document.taxes),
    )  # fmt: skip
    return None if None in items else sheet


def _with_counters(document: Document, quantity: str) -> PriceSheet | None:
    """The first charges, each of a counter of its own, as rows."""
    rows = tuple(
        CounterPrice(charge.label, charge.price, charge.register, charge.id)
        for charge in takewhile(lambda charge: isinstance(charge, Energy), document.charges)
        if isinstance(charge, Energy)
    )
    sheet = _sheet(document, UTILITIES[quantity], document.charges[len(rows) :])
    return sheet and replace(sheet, pricing="counters", counters=rows)


def _with_energy(sheet: PriceSheet, energy: Energy, document: Document) -> PriceSheet:
    if energy.blocks is not None:
        starts = (None, *(block.up_to for block in energy.blocks))
        steps = tuple(
            Step(start, block.up_to, block.price) for start, block in zip(starts, energy.blocks, strict=False)
        )
        return replace(sheet, pricing="steps", steps=steps)
    if energy.prices is not None and len(document.schedules) == 1:
        ((name, schedule),) = document.schedules.items()
        rows = tuple(_hour_price(period, energy.prices) for period in schedule.periods)
        return replace(sheet, pricing="hours", hours=rows, schedule=name)
    return replace(sheet, price=energy.price)


def _hour_price(period: Period, prices: Mapping[str, Any]) -> HourPrice:
    days = "+".join(period.days) or "every"
    return HourPrice(period.label, prices.get(period.name), days, ", ".join(period.hours), period.name)


def _item(charge: object) -> Item | None:
    """A charge as a row; None where it is of a kind that a sheet does not know."""
    match charge:
        case Energy():
            return Item(charge.label, charge.price, "unit", charge.id)
        case Demand():
            return Item(charge.label, charge.price, "kw", charge.id)
        case Percentage():
            return Item(charge.label, charge.percent, "percent", charge.id)
        case Standing() if charge.per != "span":
            return Item(charge.label, charge.amount, charge.per, charge.id)
        case _:
            return None
