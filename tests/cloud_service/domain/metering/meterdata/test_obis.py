"""OBIS codes decide quantity, unit and direction; what nobody knows or nothing counts up is refused by its name."""

import pytest

from cloud_service.domain.metering.meterdata import BadFileError
from cloud_service.domain.metering.meterdata.obis import check_unit, obis_meaning


@pytest.mark.parametrize(
    ("code", "quantity", "unit", "direction"),
    [
        ("1-1:1.29.0", "active_energy", "kWh", "import"),
        ("1-65:2.8.0*255", "active_energy", "kWh", "export"),
        ("1-1:3.29.0", "reactive_energy", "kvarh", "import"),
        ("1-1:4.29.0", "reactive_energy", "kvarh", "export"),
        ("1-1:5.29.0", "reactive_energy", "kvarh", "import"),
        ("1-1:6.29.0", "reactive_energy", "kvarh", "import"),
        ("1-1:7.29.0", "reactive_energy", "kvarh", "export"),
        ("1-1:8.29.0", "reactive_energy", "kvarh", "export"),
        ("1-0:9.8.0", "apparent_energy", "kVAh", "import"),
        ("2.8.1", "active_energy", "kWh", "export"),
        ("7-0:3.0.0", "volume", "m3", "import"),
        ("7-20:99.33.17", "active_energy", "kWh", "import"),
        ("6-0:1.0.0", "active_energy", "kWh", "import"),
        ("8-0:1.0.0", "volume", "m3", "import"),
    ],
)
def test_a_code_says_what_is_counted(code: str, quantity: str, unit: str, direction: str) -> None:
    meaning = obis_meaning(code, line=1, field="PIA")

    assert meaning is not None
    assert (quantity, unit, direction) == (meaning.quantity, meaning.unit, meaning.direction)


@pytest.mark.parametrize("name", ["import", "Active Import", "E1", "0-1:24.2.1", "3.0.0", "1.6.1", ""])
def test_what_is_no_code_of_a_counter_is_a_name(name: str) -> None:
    assert obis_meaning(name, line=1, field="register") is None


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("1-1:13.29.0", "group 13 of medium 1 is not one we know"),
        ("1-1:32.7.0", "group 32 of medium 1 is not one we know"),
        ("7-0:54.0.16", "group 54 of medium 7 is not one we know"),
        ("3-0:1.0.0", "group 1 of medium 3 is not one we know"),
        ("1-1:1.6.0", "a highest demand is not counted up"),
        ("1-1:1.7.0", "a momentary value is not counted up"),
        ("1-1:1.99.0", "a value of kind 99 is not counted up"),
        ("8-0:1.6.0", "a highest demand is not counted up"),
    ],
)
def test_other_groups_are_refused_by_their_name(code: str, reason: str) -> None:
    with pytest.raises(BadFileError) as refused:
        obis_meaning(code, line=7, field="PIA")

    assert f"OBIS code {code}: {reason}" == refused.value.message
    assert (7, "PIA") == (refused.value.line, refused.value.field)


def test_a_unit_of_another_quantity_is_refused() -> None:
    meaning = obis_meaning("1-1:5.29.0", line=1, field="PIA")
    assert meaning is not None

    assert ("kvarh", "kvarh") == (
        check_unit(meaning, "", line=1, field="QTY"),
        check_unit(meaning, "kvarh", line=1, field="QTY"),
    )
    with pytest.raises(BadFileError, match="says kWh, and the OBIS code of its register is of reactive energy in kvar"):
        check_unit(meaning, "kWh", line=1, field="QTY")
