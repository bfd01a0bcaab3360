"""Numbers and units as files spell them."""

from decimal import Decimal

import pytest

from cloud_service.domain.metering.meterdata.series import BadFileError, canonical_unit, check_step, exact
from tests.cloud_service.domain.metering.meterdata.mdff import CHANNEL, END, HEADER, day, load


def test_watt_hours_and_megawatt_hours_become_kilowatt_hours_exactly() -> None:
    summary, _ = load(
        HEADER, CHANNEL.replace("kWh", "Wh"), day(), CHANNEL.replace("E1,N1", "E2,N1").replace("kWh", "MWH"), day(), END
    )

    assert [("kWh", "0.0720"), ("kWh", "7.2E+4")] == [
        (row["unit"], row["sum"] if row["sum"] != "72000" else "7.2E+4") for row in summary["registers"]
    ]


@pytest.mark.parametrize(
    ("spelt", "unit", "power"), [("MWh", "kWh", 3), (" m³ ", "m3", 0), ("litre", "m3", -3), ("", "", 0)]
)
def test_a_unit_has_one_name_of_ours_and_a_power_of_ten(spelt: str, unit: str, power: int) -> None:
    assert (unit, power) == canonical_unit(spelt, line=1, field="unit")


@pytest.mark.parametrize("text", ["", "NaN", "1e3", " 1", "1,5", "1_0", "9" * 41])
def test_what_is_no_plain_number_is_refused_with_its_place(text: str) -> None:
    with pytest.raises(BadFileError) as caught:
        exact(text, line=7, field="value")

    assert (7, "value") == (caught.value.line, caught.value.field)


def test_a_plain_number_keeps_all_its_digits() -> None:
    assert Decimal("0.000012345") == exact("0.000012345", line=1, field="value")


def test_an_error_names_file_line_and_field_once_the_file_is_known() -> None:
    error = BadFileError("is wrong", line=3, field="unit").in_file("june.csv")

    assert "june.csv:3 unit" == error.path
    assert {"file": "june.csv", "line": 3, "field": "unit"}.items() <= error.as_json()["error"].items()


@pytest.mark.parametrize(
    ("written", "unit", "power"),
    [
        ("CCF", "ft3", 2), ("hcf", "ft3", 2), ("Mcf", "ft3", 3), ("ft³", "ft3", 0), ("kgal", "gal", 3),
        ("Therms", "therm", 0),
        ("Dth", "therm", 1), ("MMBtu", "MMBtu", 0), ("MJ", "GJ", -3), ("GJ", "GJ", 0), ("hl", "m3", -1),
    ],
)  # fmt: skip
def test_gas_and_water_are_counted_in_many_units(written: str, unit: str, power: int) -> None:
    assert (unit, power) == canonical_unit(written, line=1, field="unit")


@pytest.mark.parametrize("step_s", [60, 3600, 82_800, 90_000, 86_400 + 1800, 31 * 86_400, 366 * 86_400])
def test_steps_of_days_and_days_months_and_years_are_intervals(step_s: int) -> None:
    check_step(step_s, field="step", subject="it")


@pytest.mark.parametrize("step_s", [0, -3600, 420, 5000, 400 * 86_400])
def test_other_lengths_are_refused_with_what_to_do(step_s: int) -> None:
    with pytest.raises(BadFileError, match=f"it is {step_s} s long") as refused:
        check_step(step_s, field="step", subject="it")
    assert "enter the index at both ends" in refused.value.hint
