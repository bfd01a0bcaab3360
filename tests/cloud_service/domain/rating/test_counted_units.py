"""A register is priced in the unit in which it counts, or not at all."""

from decimal import Decimal
from typing import Any

import pytest

from cloud_service.domain.rating.counted_units import check_units, priced_units
from cloud_service.domain.rating.register_source import RegisterSource
from common.errors import InputError
from tests.cloud_service.domain.builders import energy, make_tariff


def source(register: str, unit: str) -> RegisterSource:
    return RegisterSource(register_id=1, register=register, name=register, meter="M1", unit=unit, multiplier=Decimal(1))


@pytest.mark.parametrize(
    ("register", "said", "unit"),
    [
        ("import", {}, "kWh"), ("water", {}, "m3"), ("gas", {}, "m3"), ("gas", {"gas": {"unit": "m³"}}, "m3"),
        ("gas", {"gas": {"unit": "therm", "utility": "gas"}}, "therm"),
    ],
)  # fmt: skip
def test_a_register_that_counts_what_is_priced_passes(register: str, said: dict[str, Any], unit: str) -> None:
    versions = make_tariff(energy(register=register, price="1"), registers=said).versions

    check_units(priced_units(versions), [source(register, unit), source("unpriced", "kvarh")])


@pytest.mark.parametrize(("register", "unit"), [("import", "m3"), ("gas", "kWh"), ("gas", "ft3"), ("water", "gal")])
def test_a_register_that_counts_something_else_is_refused_with_how_to_say_it(register: str, unit: str) -> None:
    versions = make_tariff(energy(register=register, price="1")).versions

    with pytest.raises(InputError, match=f"of meter M1 counts {unit}, and the tariff prices") as refused:
        check_units(priced_units(versions), [source(register, unit)])
    assert ("other_unit", f'registers = {{ {register} = {{ unit = "{unit}" }} }}') == (
        refused.value.code, refused.value.hint.partition(": ")[2],
    )  # fmt: skip


def test_a_converted_quantity_is_made_of_a_register_in_its_own_unit() -> None:
    quantities = {"gas_kwh": {"register": "gas", "factors": [{"calorific_value": "39.6"}]}}
    versions = make_tariff(energy(register="gas_kwh", price="1"), quantities=quantities).versions

    check_units(priced_units(versions), [source("gas", "m3")])
    with pytest.raises(InputError, match="counts ft3, and the tariff prices m3"):
        check_units(priced_units(versions), [source("gas", "ft3")])
