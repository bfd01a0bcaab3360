"""An advance has the tax of energy; one that has several, or several rates, is refused by their names."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from cloud_service.domain.invoicing.advances.vat import NetAndTax, parts, tax_of_supply
from cloud_service.domain.invoicing.pending_lines import WaitingTax
from cloud_service.domain.tariffs.tariff import Tariff, load_tariff
from common.errors import ConflictError
from tests.books.world import FLAT

D = Decimal
DAY = date(2026, 1, 1)
VAT = {"name": "VAT", "category": "S", "percent": "19"}


def tariff(*taxes: dict[str, Any], **changes: Any) -> Tariff:
    return load_tariff(FLAT | {"taxes": list(taxes)} | changes)


def percent(*tariffs: Tariff, day: date = DAY) -> Decimal | None:
    tax = tax_of_supply(tariffs, day)
    return None if tax is None else tax.percent


def test_the_rate_is_that_of_the_day() -> None:
    rates = [{"percent": "19", "until": "2026-07-01"}, {"percent": "16", "from": "2026-07-01"}]
    dated = tariff({"name": "VAT", "rates": rates})

    assert [D(19), D(16)] == [percent(dated, day=day) for day in (DAY, date(2026, 7, 1))]


def test_a_levy_under_the_tax_is_part_of_its_base() -> None:
    assert D(19) == percent(tariff({"name": "power", "percent": "2", "on": ["energy"]}, VAT | {"also_on": ["power"]}))


def test_of_several_rates_the_one_of_energy_counts() -> None:
    low = VAT | {"name": "low", "percent": "7", "default": False}
    energy, standing = FLAT["charges"]

    assert D(19) == percent(tariff(VAT, low, charges=[energy, standing | {"tax": "low"}]))
    with pytest.raises(ConflictError, match=r"several taxes on 2026-01-01: VAT \(19 %\), low \(7 %\)"):
        percent(tariff(VAT, low, charges=[energy, energy | {"id": "night", "tax": "low"}]))


def test_two_taxes_on_one_line_are_refused() -> None:
    with pytest.raises(ConflictError, match="several taxes"):
        percent(tariff(VAT, {"name": "city", "percent": "2"}))


def test_tariffs_that_price_together_have_one_tax_or_are_refused() -> None:
    assert D(19) == percent(tariff(VAT), tariff(VAT))
    with pytest.raises(ConflictError, match="none"):
        percent(tariff(VAT), tariff())


def test_without_a_tax_there_is_none() -> None:
    assert percent(tariff()) is None


def test_the_reason_of_an_exemption_goes_along() -> None:
    tax = tax_of_supply([tariff({"name": "RC", "category": "AE", "reason": "§ 13b UStG"})], DAY)

    assert tax is not None
    assert "§ 13b UStG" == tax.reason


@pytest.mark.parametrize(("gross", "net"), [("100.00", "84.03"), ("0.03", "0.03"), ("33.33", "28.01")])
def test_net_and_tax_sum_to_the_amount(gross: str, net: str) -> None:
    tax = WaitingTax(name="VAT", label="VAT", category="S", percent=D(19))

    assert NetAndTax(D(net), D(gross) - D(net)) == parts(D(gross), tax, "EUR")
    assert NetAndTax(D(gross), D(0)) == parts(D(gross), None, "EUR")
