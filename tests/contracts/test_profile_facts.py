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
# The facts of three meters typed anew, so that they are asked where the collection is not: addresses from 0, decimal.
TYPED: dict[str, dict[str, Any]] = {
    "eastron_sdm630": {  # volkszaehler/mbmd sdm.go, nmakel/sdm_modbus sdm.py
        "fc": 4,
        "word_order": "big",
        "regs": {
            "import_kwh": {"addr": 72, "type": "f32"},
            "export_kwh": {"addr": 74, "type": "f32"},
            "total_kwh": {"addr": 342, "type": "f32"},
            "power_w": {"addr": 52, "type": "f32"},
            "serial": {"addr": 64512, "type": "u32"},
        },
    },
    "carlo_gavazzi_em24_rs485": {  # volkszaehler/mbmd carlogavazzi-em24.go
        "fc": 4,
        "word_order": "little",
        "regs": {
            "import_kwh": {"addr": 66, "type": "s32", "scale": 0.1},
            "export_kwh": {"addr": 92, "type": "s32", "scale": 0.1},
            "power_w": {"addr": 40, "type": "s32", "scale": 0.1},
            "current_l1": {"addr": 12, "type": "s32", "scale": 0.001},
        },
    },
    "carlo_gavazzi_em24_e1": {  # volkszaehler/mbmd carlogavazzi-em24_e1.go, victronenergy/dbus-modbus-client
        "fc": 4,
        "word_order": "little",
        "regs": {
            "import_kwh": {"addr": 52, "type": "s32", "scale": 0.1},
            "serial": {"addr": 20480, "type": "str"},
        },
    },
}
FACTS = SHARED / "facts" / "meter_registers.yaml"
COLLECTED = {meter["id"]: meter for meter in yaml.safe_load(FACTS.read_text())["meters"]} if FACTS.exists() else {}
METERS = TYPED | COLLECTED


def test_the_facts_are_there_to_be_compared() -> None:
    assert need_shared("facts", "meter_registers.yaml")
    assert 45 <= len(COLLECTED)


@pytest.mark.parametrize("meter_id", TYPED)
def test_the_typed_facts_are_those_that_were_collected(meter_id: str) -> None:
    need_shared("facts", "meter_registers.yaml")
    typed, collected = TYPED[meter_id], COLLECTED[meter_id]

    assert (collected["fc"], collected["word_order"]) == (typed["fc"], typed["word_order"])
    for name, fact in typed["regs"].items():
        assert fact.items() <= collected["regs"][name].items() | {"scale": 1}.items(), name


@pytest.mark.parametrize("meter_id", METERS)
def test_a_profile_says_what_the_facts_say(meter_id: str) -> None:
    published = METERS[meter_id]
    text = (METERS_DIR / f"{meter_id}.toml").read_text()
    profile: dict[str, Any] = tomllib.loads(text, parse_float=Decimal)

    assert (published["fc"], published["word_order"]) == (
        profile["read"]["function"],
        profile["read"].get("word_order", "big"),
    )
    expected = {NAMES[name]: _expected(name, fact) for name, fact in published["regs"].items() if name in NAMES}
    assert expected == {name: _found(profile["registers"][name]) for name in expected}
    if "serial_default" in published:
        default = published["serial_default"]
        assert (default["baud"], default["fmt"][1]) == (profile["serial"]["baud"], profile["serial"]["parity"])
    if "serial" in published["regs"]:
        fact, place = published["regs"]["serial"], profile["serial_number"]
        assert (fact.get("addr", fact.get("offset")), fact["type"]) == (place["address"], place.get("type", "u32"))


def _expected(name: str, fact: dict[str, Any]) -> tuple[Any, ...]:
    factor = Decimal("0.001") if name.endswith("_w") else Decimal(1)  # facts count power in W, profiles in kW
    scale = Decimal(str(fact.get("scale", 1))) * factor
    return fact.get("addr", fact.get("offset")), fact["type"], scale, fact.get("sf_offset")


def _found(register: dict[str, Any]) -> tuple[Any, ...]:
    return register["address"], register["type"], Decimal(register.get("scale", 1)), register.get("scale_address")
