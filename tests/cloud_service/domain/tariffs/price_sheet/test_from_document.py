from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cloud_service.domain.tariffs.document_file import read_document
from cloud_service.domain.tariffs.price_sheet.from_document import from_document
from cloud_service.domain.tariffs.price_sheet.sheet import (
    ITEM_PERS,
    PRICINGS,
    HourPrice,
    Item,
    PriceSheet,
    Step,
    TaxRow,
)
from cloud_service.domain.tariffs.price_sheet.to_document import to_document
from tests.cloud_service.domain.tariffs.price_sheet.sheets import COUNTERS, DAY_AND_NIGHT, ECONOMY, HOME, sheet

EXAMPLES = Path("cloud_service/example/files/tariffs")
PRICES = st.decimals(min_value=0, max_value=1000, places=4)


@st.composite
def sheets(draw: st.DrawFn) -> PriceSheet:
    ends = sorted(draw(st.sets(st.integers(1, 10_000), max_size=4)))
    bounds = [None, *(Decimal(end) for end in ends), None]
    steps = tuple(Step(bounds[n], bounds[n + 1], draw(PRICES)) for n in range(len(ends) + 1))
    pricing = draw(st.sampled_from(PRICINGS))
    pers = ("month", "day", "year", "percent") if pricing == "counters" else ITEM_PERS
    labels = draw(st.lists(st.text("abcd e", min_size=1).filter(str.strip), min_size=1, max_size=4))
    return PriceSheet(
        name=draw(st.text("abc 12", min_size=1).filter(str.strip)),
        currency=draw(st.sampled_from(["EUR", "KES", "JPY"])), start=date(2026, 1, 1),
        pricing=pricing, price=draw(PRICES), steps=steps,
        hours=tuple(replace(row, price=draw(PRICES)) for row in DAY_AND_NIGHT),
        counters=tuple(replace(row, price=draw(PRICES)) for row in COUNTERS),
        items=tuple(Item(label, draw(PRICES), draw(st.sampled_from(pers))) for label in labels),
        taxes=tuple(TaxRow(name, draw(PRICES)) for name in draw(st.sets(st.sampled_from(["VAT", "Levy"])))),
    )  # fmt: skip


@settings(deadline=None)
@given(sheets())
def test_a_document_of_a_sheet_gives_a_sheet_of_the_same_document(made: PriceSheet) -> None:
    document = to_document(made)
    read = from_document(document)
    assert read is not None
    assert document == to_document(read)


def test_steps_come_back_as_they_were_typed() -> None:
    read = from_document(to_document(HOME))
    assert read is not None
    assert (HOME.steps, HOME.items, HOME.taxes) == (read.steps, read.items, read.taxes)


def test_the_names_of_hours_stay_when_only_their_labels_change() -> None:
    read = from_document(to_document(sheet(pricing="hours", hours=DAY_AND_NIGHT)))
    assert read is not None
    night = replace(read.hours[0], label="Off-peak")
    assert (
        "night"
        == to_document(replace(read, hours=(night, *read.hours[1:])))["schedules"]["hours"]["periods"][0]["name"]
    )


def test_the_prices_of_counters_come_back_as_they_were_typed() -> None:
    read = from_document(to_document(ECONOMY))
    assert read is not None
    assert ("counters", COUNTERS, ECONOMY.items) == (read.pricing, read.counters, read.items)


def test_the_names_of_charges_of_counters_are_kept() -> None:
    document = to_document(ECONOMY)
    document["charges"][1]["id"] = "night"
    read = from_document(document)
    assert read is not None
    assert document == to_document(read)


@pytest.mark.parametrize(
    "charge",
    [
        {"kind": "energy", "register": "import_night", "blocks": [{"up_to": "5", "price": "1"}, {"price": "2"}]},
        {"kind": "energy", "register": "import", "price": "0.01"},
        {"kind": "energy", "register": "export_day", "price": "-0.1"},
        {"kind": "energy", "register": "water_garden", "price": "2"},
    ],
)
def test_counters_that_a_sheet_cannot_say_stay_a_document(charge: dict[str, object]) -> None:
    first, *_others = to_document(ECONOMY)["charges"]
    assert from_document(to_document(ECONOMY) | {"charges": [first, charge]}) is None


@pytest.mark.parametrize("name", ["business-ke", "gewerbe-de"])
def test_tariffs_of_the_example_operator_are_sheets(name: str) -> None:
    read = from_document(read_document(EXAMPLES / f"{name}.toml"))
    assert read is not None
    assert "hours" == read.pricing
    assert isinstance(read.hours[0], HourPrice)


@pytest.mark.parametrize(
    "more",
    [
        {"rounding": {"policy": "tax"}},
        {"charges": [{"kind": "energy", "price": "1", "netting": {}}]},
        {"charges": [{"kind": "standing", "amount": "1", "per": "month"}]},
        {
            "charges": [
                {"kind": "energy", "price": "1"},
                {"kind": "minimum", "amount": "5", "per": "month", "of": ["energy"]},
            ]
        },
        {"taxes": [{"name": "VAT", "label": "VAT", "percent": "19"}]},
    ],
)  # fmt: skip
def test_what_a_sheet_cannot_say_stays_a_document(more: dict[str, object]) -> None:
    assert from_document(to_document(HOME) | more) is None


def test_a_document_that_cannot_be_priced_is_no_sheet() -> None:
    assert from_document({"id": "x", "currency": "EUR", "charges": []}) is None
