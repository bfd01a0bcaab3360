"""What an invoice is frozen from."""

import pytest

from cloud_service.domain.invoicing.invoice import rated_facts
from tests.cloud_service.domain.builders import JANUARY, bill, energy, make_tariff, total

VAT = {"name": "vat", "percent": "19"}
LEVY = {"name": "levy", "percent": "5"}


@pytest.mark.parametrize(
    ("taxes", "expected"),
    [
        pytest.param([], ["O", "0"], id="without any"),
        pytest.param([VAT], ["S", "19"], id="VAT alone"),
        pytest.param([LEVY, VAT | {"also_on": ["levy"]}], ["S", "19"], id="VAT on a levy"),
        pytest.param([{"name": "moved", "category": "AE"}], ["AE", "0"], id="reverse charge"),
    ],
)
def test_the_vat_of_a_line_is_the_tax_that_is_in_no_other_base(taxes: list[object], expected: list[str]) -> None:
    tariff = make_tariff(energy(price="0.10"), taxes=taxes)

    (line,) = rated_facts(bill(tariff, total("100", JANUARY), JANUARY), tariff)["lines"]

    assert expected == line["vat"]


def test_there_is_no_vat_on_the_coin_that_a_total_is_rounded_to() -> None:
    tariff = make_tariff(energy(price="0.1234"), taxes=[VAT], rounding={"cash": "0.05"})

    supply, coin = rated_facts(bill(tariff, total("101", JANUARY), JANUARY), tariff)["lines"]

    assert (["S", "19"], ["O", "0"]) == (supply["vat"], coin["vat"])
