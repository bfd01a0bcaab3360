"""Every Modbus profile against the collected facts about its meter: address, type, scale, function, order, line."""

import tomllib
from decimal import Decimal
from typing import Any

import pytest
import yaml

from common.profile import METERS_DIR
from tests.shared import SHARED, need_shared

NAMES = {
    "import_kwh": "energy_import_total",
    "export_kwh": "energy_export_total",
    "total_kwh": "energy_total",
    "import_t1_kwh": "energy_import_t1",
    "import_t2_kwh": "energy_import_t2",
    "export_t1_kwh": "energy_export_t1",
    "export_t2_kwh": "energy_export_t2",
    "power_w": "power_total",
    "import_power_w": "power_import",
    "export_power_w": "power_export",
    "voltage_l1": "voltage_l1",
    "current_l1": "current_l1",
}
FACTS = SHARED / "facts" / "meter_registers.yaml"
METERS = {one["id"]: one for one in yaml.safe_load(FACTS.read_text())["meters"]} if FACTS.exists() else {}


def test_the_facts_are_there_to_be_compared() -> None:
    assert need_shared("facts", "meter_registers.yaml")
    assert 45 <= len(METERS)


@pytest.mark.parametrize("meter_id", METERS)
def test_a_profile_says_what_the_facts_say(meter_id: str) -> None:
    facts = METERS[meter_id]
    text = (METERS_DIR / f"{meter_id}.toml").read_text()
    profile: dict[str, Any] = tomllib.loads(text, parse_float=Decimal)

    assert (facts["fc"], facts["word_order"]) == (
        profile["read"]["function"],
        profile["read"].get("word_order", "big"),
    )
    expected = {NAMES[name]: _expected(name, fact) for name, fact in facts["regs"].items() if name in NAMES}
    assert expected == {name: _found(profile["registers"][name]) for name in expected}
    if "serial_default" in facts:
        default = facts["serial_default"]
        assert (default["baud"], default["fmt"][1]) == (profile["serial"]["baud"], profile["serial"]["parity"])
    if "serial" in facts["regs"]:
        fact, place = facts["regs"]["serial"], profile["serial_number"]
        assert (fact.get("addr", fact.get("offset")), fact["type"]) == (place["address"], place.get("type", "u32"))


def _expected(name: str, fact: dict[str, Any]) -> tuple[Any, ...]:
    factor = Decimal("0.001") if name.endswith("_w") else Decimal(1)  # facts count power in W, profiles in kW
    scale = Decimal(str(fact.get("scale", 1))) * factor
    return fact.get("addr", fact.get("offset")), fact["type"], scale, fact.get("sf_offset")


def _found(register: dict[str, Any]) -> tuple[Any, ...]:
    return register["address"], register["type"], Decimal(register.get("scale", 1)), register.get("scale_address")
