"""A price sheet as the tariff document that bills are made by."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from cloud_service.domain.money import plain
from cloud_service.domain.tariffs.price_sheet.holes import sheet_faults, spans_of
from cloud_service.domain.tariffs.price_sheet.sheet import (
    REGISTERS,
    CounterPrice,
    Item,
    PriceSheet,
    TaxRow,
    code_of,
    codes_of,
    register_of,
)

WINDOW_MIN = 15  # whose highest mean is the demand


def to_document(sheet: PriceSheet) -> dict[str, Any]:
    """The document; InputError with the cell of the first hole where the sheet is not whole."""
    for fault in sheet_faults(sheet):
        raise fault
    document: dict[str, Any] = {
        "id": sheet.code or code_of(sheet.name),
        "name": sheet.name.strip(),
        "currency": sheet.currency,
        "from": sheet.start,
        "until": sheet.until,
        "charges": _charges(sheet),
        "taxes": [_tax(tax) for tax in sheet.taxes],
    }
    if sheet.pricing == "hours":
        document["schedules"] = {sheet.schedule: {"periods": _periods(sheet)}}
    return {key: value for key, value in document.items() if value not in (None, [])}


def _priced_use(sheet: PriceSheet) -> list[dict[str, Any]]:
    """What is used: one charge, or one for each counter."""
    if sheet.pricing == "counters":
        return [_counter(row, sheet.utility) for row in sheet.counters]
    return [_energy(sheet)]


def _counter(row: CounterPrice, utility: str) -> dict[str, Any]:
    if row.price is None:  # sheet_faults refuses it
        raise AssertionError(row)
    head = {"label": row.label.strip()} | ({"id": row.code} if row.code else {})
    return {"kind": "energy", **head, "register": register_of(row.counter, utility), "price": plain(row.price)}


def _energy(sheet: PriceSheet) -> dict[str, Any]:
    charge: dict[str, Any] = {"kind": "energy", "label": sheet.energy_label, "register": REGISTERS[sheet.utility]}
    if sheet.energy_code:
        charge["id"] = sheet.energy_code
    if sheet.pricing == "flat" and sheet.price is not None:
        return charge | {"price": plain(sheet.price)}
    if sheet.pricing == "steps":
        return charge | {"blocks": [_bounded(step.end, step.price) for step in sheet.steps]}
    prices = {
        code: plain(row.price)
        for code, row in zip(_hour_codes(sheet), sheet.hours, strict=True)
        if row.price is not None
    }
    return charge | {"prices": prices}


def _bounded(end: Decimal | None, price: Decimal | None) -> dict[str, str]:
    if price is None:  # sheet_faults refuses it
        raise AssertionError(end)
    return {"price": plain(price)} if end is None else {"up_to": plain(end), "price": plain(price)}


def _hour_codes(sheet: PriceSheet) -> list[str]:
    """The periods' names: those they had, else made of their labels."""
    own_codes = [row.code for row in sheet.hours if row.code]
    new_codes = iter(
        codes_of([*own_codes, *(row.label for row in sheet.hours if not row.code)], "hours")[len(own_codes) :]
    )
    return [row.code or next(new_codes) for row in sheet.hours]


def _periods(sheet: PriceSheet) -> list[dict[str, Any]]:
    periods = []
    for code, row in zip(_hour_codes(sheet), sheet.hours, strict=True):
        period: dict[str, Any] = {"name": code, "label": row.label.strip()}
        if row.days != "every":
            period["days"] = row.days.split("+")
        if row.hours.strip():
            period["hours"] = list(spans_of(row.hours))
        periods.append(period)
    return periods


def _charges(sheet: PriceSheet) -> list[dict[str, Any]]:
    """First what is priced by use and time, then the percentages of what is used."""
    charges = [*_priced_use(sheet), *(_item(item, sheet.utility) for item in sheet.items if item.per != "percent")]
    names = list(dict.fromkeys(charge.get("id", "energy") for charge in charges if charge["kind"] == "energy"))
    used = names if "energy" in names else ["energy"]  # the kind means all where none is called so
    return charges + [_item(item, sheet.utility, used) for item in sheet.items if item.per == "percent"]


def _item(item: Item, utility: str, used: list[str] | None = None) -> dict[str, Any]:
    if item.price is None:  # sheet_faults refuses it
        raise AssertionError(item)
    head = {"label": item.label.strip()} | ({"id": item.code} if item.code else {})
    if item.per == "unit":
        return {"kind": "energy", **head, "register": REGISTERS[utility], "price": plain(item.price)}
    if item.per == "kw":
        return {"kind": "demand", **head, "price": plain(item.price), "window_min": WINDOW_MIN}
    if item.per == "percent":
        return {"kind": "percentage", **head, "percent": plain(item.price), "of": used, "utility": utility}
    return {"kind": "standing", **head, "amount": plain(item.price), "per": item.per, "utility": utility}


def _tax(tax: TaxRow) -> Mapping[str, str]:
    if tax.percent is None:  # sheet_faults refuses it
        raise AssertionError(tax)
    name, percent = tax.name.strip(), plain(tax.percent)
    return {"name": name, "label": f"{name} {percent} %", "category": "S" if tax.percent else "Z", "percent": percent}
