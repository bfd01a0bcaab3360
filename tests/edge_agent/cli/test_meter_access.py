"""What the tools that talk to a meter have in common."""

from decimal import Decimal
from typing import Any

import pytest

from common.errors import InputError
from common.profile import find
from edge_agent.cli.meter_access import grouped, options_for, port_for, unit_shown, value_json
from edge_agent.drivers.interface import RegisterValue


def test_a_serial_port_without_settings_gets_those_of_the_profile() -> None:
    profile = find("eastron_sdm630")
    port = port_for("serial:///dev/ttyUSB0", profile)
    assert (profile.serial.baud, profile.serial.parity) == (port.baud, port.parity)
    assert 300 == port_for("serial:///dev/ttyUSB0?baud=300", profile).baud


@pytest.mark.parametrize(
    ("text", "name", "value"),
    [
        ("client=1", "client", 1),
        ("password=secret", "password", "secret"),
        ("password=0123", "password", "0123"),
        ("crc=false", "crc", False),
        ('keys={12345678 = "00"}', "keys", {"12345678": "00"}),
        ("token=a=b", "token", "a=b"),
    ],
)
def test_an_option_is_a_number_true_false_a_table_or_text(text: str, name: str, value: Any) -> None:
    assert {name: value} == options_for("dlms", framing="", timeout_s=0.0, given=[text])


@pytest.mark.parametrize("text", ["client", "=1", "two words=1", "keys={12345678 = }"])
def test_what_is_no_option_is_refused(text: str) -> None:
    with pytest.raises(InputError):
        options_for("dlms", framing="", timeout_s=0.0, given=[text])


def test_a_timeout_of_zero_leaves_the_drivers_own() -> None:
    assert {} == options_for("modbus", framing="", timeout_s=0.0)
    assert {"timeout_s": 2.0, "framing": "rtu"} == options_for("modbus", framing="rtu", timeout_s=2.0)


def test_framing_is_for_modbus_only() -> None:
    with pytest.raises(InputError, match="--framing is for Modbus"):
        options_for("mbus", framing="rtu", timeout_s=0.0)


def test_values_are_exact_for_machines_and_grouped_for_people() -> None:
    value = RegisterValue("energy", "m3", "index", 1_234_567_891, 5, b"\1", "profile", "hash", quality=3)
    fields = value_json(value)
    assert ("1234567.891", "suspect", "01") == (fields["value"], fields["quality"], fields["raw"])
    assert ("1 234 567.891", "m³", "") == (grouped(Decimal("1234567.891")), unit_shown("m3"), unit_shown("1"))
