"""The engine's result as a record: each line with the VAT that applies to it."""

from datetime import date
from decimal import Decimal

import pytest

from cloud_service.domain.pricing.rated_line import OUTSIDE_VAT, VatRate
from cloud_service.domain.pricing.record_json import to_json
from cloud_service.domain.pricing.usage import History
from cloud_service.domain.rating.rated_contract import rating_of
from tests.cloud_service.domain.builders import JANUARY, PEAK, bill, energy, make_tariff, steady, total
from tests.cloud_service.domain.invoicing.stored import STORED

VAT = {"name": "vat", "percent": "19"}
LEVY = {"name": "levy", "percent": "5"}
NINETEEN = VatRate("S", Decimal(19))


@pytest.mark.parametrize(
    ("taxes", "expected"),
    [
        pytest.param([], OUTSIDE_VAT, id="without any"),
        pytest.param([VAT], NINETEEN, id="VAT alone"),
        pytest.param([LEVY, VAT | {"also_on": ["levy"]}], NINETEEN, id="VAT on a levy"),
        pytest.param([{"name": "moved", "category": "AE"}], VatRate("AE", Decimal(0)), id="reverse charge"),
    ],
)
def test_the_vat_of_a_line_is_the_tax_that_is_in_no_other_base(taxes: list[object], expected: VatRate) -> None:
    tariff = make_tariff(energy(price="0.10"), taxes=taxes)

    (line,) = rating_of(bill(tariff, total("100", JANUARY), JANUARY), tariff).lines

    assert expected == line.vat


def test_there_is_no_vat_on_the_coin_that_a_total_is_rounded_to() -> None:
    tariff = make_tariff(energy(price="0.1234"), taxes=[VAT], rounding={"cash": "0.05"})

    supply, coin = rating_of(bill(tariff, total("101", JANUARY), JANUARY), tariff).lines

    assert (NINETEEN, OUTSIDE_VAT) == (supply.vat, coin.vat)


def test_a_rating_is_written_as_it_was_when_lines_were_dictionaries() -> None:
    """Time of use, blocks, demand, a price with an exponent, a levy below the VAT, a coin, and credits of before."""
    tariff = make_tariff(
        energy(label="Energy", schedule="tou", prices={"peak": "0.3125", "off_peak": "0.26480"}),
        {
            "kind": "energy", "id": "grid", "label": "Grid",
            "blocks": [{"up_to": "100", "price": "0.0500"}, {"price": "0.0733333"}],
        },
        {"kind": "demand", "label": "Demand", "price": "4.50"},
        {"kind": "standing", "label": "Standing charge", "amount": "9.50", "per": "month"},
        {"kind": "energy", "id": "tiny", "label": "Tiny", "price": "0.0000005"},
        schedules={"tou": PEAK},
        taxes=[
            {"name": "levy", "label": "Levy", "percent": "2.05", "on": ["energy", "grid", "tiny"]},
            {"name": "vat", "label": "VAT 19 %", "percent": "19", "also_on": ["levy"]},
        ],
        rounding={"cash": "0.05"},
    )  # fmt: skip
    before = History(money_credit={"x": Decimal("12.50")}, peaks={"demand": ((date(2026, 2, 1), Decimal("2.500")),)})

    rating = to_json(rating_of(bill(tariff, steady("1.37"), history=before), tariff, 21))

    stored = STORED["rated"]["of one tariff"]
    assert {key: stored[key] for key in rating} == rating
    assert {"contract", "rated_at", "sources", "usage"} == set(stored) - set(rating)
