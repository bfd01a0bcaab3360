from decimal import Decimal

import pytest

from cloud_service.domain.tariffs.price_sheet.sheet import CounterPrice, Item
from cloud_service.domain.tariffs.price_sheet.to_document import to_document
from cloud_service.domain.tariffs.tariff import load_tariff
from common.errors import InputError
from tests.cloud_service.domain.tariffs.price_sheet.sheets import COUNTERS, DAY_AND_NIGHT, ECONOMY, HOME, sheet


def test_a_sheet_becomes_a_document_that_can_be_priced() -> None:
    document = to_document(HOME)

    assert "residential-2026" == load_tariff(document).id
    energy, fixed, fuel, levy = document["charges"]
    assert [{"up_to": "30", "price": "12.22"}, {"up_to": "100", "price": "16.3"}, {"price": "20.97"}] == energy[
        "blocks"
    ]
    assert ("standing", "150", "month") == (fixed["kind"], fixed["amount"], fixed["per"])
    assert ("energy", "3.16") == (fuel["kind"], fuel["price"])
    assert ("percentage", "5", ["energy"]) == (levy["kind"], levy["percent"], levy["of"])
    assert [{"name": "VAT", "label": "VAT 16 %", "category": "S", "percent": "16"}] == document["taxes"]


def test_hours_become_a_schedule_whose_first_row_wins() -> None:
    document = to_document(sheet(pricing="hours", hours=DAY_AND_NIGHT))

    assert {"night": "16.3", "weekend": "18", "day": "24.85"} == document["charges"][0]["prices"]
    assert ["night", "weekend", "day"] == [period["name"] for period in document["schedules"]["hours"]["periods"]]
    load_tariff(document)


def test_each_counter_becomes_a_charge_of_its_register() -> None:
    counters = (*COUNTERS, CounterPrice("Heat pump", Decimal("0.2"), "HT"))
    document = to_document(sheet(pricing="counters", counters=counters, items=()))

    assert [("Day rate", "import_day", "0.3012"), ("Night rate", "import_night", "0.1507"),
            ("Heat pump", "import_HT", "0.2")] == [
        (charge["label"], charge["register"], charge["price"]) for charge in document["charges"]
    ]  # fmt: skip
    load_tariff(document)
    load_tariff(to_document(ECONOMY))


def test_percentages_come_after_what_they_are_of() -> None:
    mixed = sheet(items=(Item("Levy", Decimal(5), "percent"), Item("Fuel", Decimal(3), "unit")))
    assert ["energy", "energy", "percentage"] == [charge["kind"] for charge in to_document(mixed)["charges"]]


def test_a_sheet_with_a_hole_is_refused_at_the_hole() -> None:
    with pytest.raises(InputError) as refused:
        to_document(sheet(steps=HOME.steps[:2]))
    assert "steps-1-end" == refused.value.path
