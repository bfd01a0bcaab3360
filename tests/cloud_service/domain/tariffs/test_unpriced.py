"""Counted energy that a tariff does not price is refused, never silently worth nothing."""

from typing import Any

import pytest

from cloud_service.domain.tariffs.unpriced import check_priced, check_rates, priced_registers
from common.errors import InputError
from tests.cloud_service.domain.builders import energy, make_tariff

EXPORT = {"kind": "export", "price": "0.08"}
NET_EXPORT = {"kind": "export", "register": "net_export", "price": "0.08"}
RATES = {"import": ["import_t1", "import_t2", "import_total"]}


@pytest.mark.parametrize(
    "charges",
    [
        pytest.param([energy(), EXPORT], id="an export charge"),
        pytest.param([energy(), NET_EXPORT], id="net export of each step"),
        pytest.param([energy(price="1", netting={"against": "export"})], id="netting"),
    ],
)
def test_export_has_a_price_where_a_charge_counts_it(charges: list[dict[str, Any]]) -> None:
    check_priced(make_tariff(*charges).versions, ["import", "export"])


def test_a_register_that_no_charge_counts_is_refused() -> None:
    with pytest.raises(InputError, match="does not say what export is worth") as refused:
        check_priced(make_tariff(energy()).versions, ["import", "export"])
    assert "unpriced_register" == refused.value.code


def test_a_register_behind_a_converted_quantity_has_a_price() -> None:
    quantities = {"gas_kwh": {"register": "gas", "factors": [{"calorific_value": "39.6"}]}}

    check_priced(make_tariff(energy(register="gas_kwh", price="1"), quantities=quantities).versions, ["gas"])


def test_import_needs_no_price_of_its_own() -> None:
    check_priced(make_tariff({"kind": "standing", "amount": "5", "per": "month"}).versions, ["import"])


def test_all_rates_of_a_meter_have_a_price_or_none_has() -> None:
    both = [energy(register=f"import_t{number}", price="1") for number in (1, 2)]

    check_rates(make_tariff(*both).versions, RATES)
    check_rates(make_tariff(energy()).versions, RATES)
    with pytest.raises(InputError, match="what import_t2 is worth, but prices import_t1"):
        check_rates(make_tariff(both[0]).versions, RATES)


def test_what_some_version_prices_is_priced() -> None:
    with_export, without = make_tariff(energy(), EXPORT).versions, make_tariff(energy()).versions

    assert {"export", "import"} <= priced_registers([*with_export, *without])
    assert "export" not in priced_registers(without)
