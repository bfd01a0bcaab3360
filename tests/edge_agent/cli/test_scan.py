"""`energy-edge scan`: meters on a line whose settings nobody remembers."""

import asyncio
import json
from collections.abc import Coroutine
from typing import Any

import pytest

from common.errors import InputError
from common.profile import load_all
from edge_agent.cli.scan import ProgressBar, ScanOptions, parse_units, settings
from edge_agent.drivers.simulation.mbus_meter_server import MBusSlaves, Slave
from edge_agent.transports.port import Port
from tests.edge_agent.cli.meters_beside import beside, sdm630

ENERGY = bytes.fromhex("04 06 39 30 00 00")


def bus() -> Coroutine[Any, Any, asyncio.Server]:
    slaves = [Slave("17677731", [ENERGY], "KAM", 1, primary=3), Slave("12000099", [ENERGY], "XYZ", 9, primary=4)]
    return MBusSlaves([*slaves, Slave("00000042", [ENERGY], "ELS", 10, 7, primary=4)]).serve()


def test_scan_finds_all_units_and_no_others() -> None:
    code, output, _ = beside(sdm630, "scan", "PORT", "--units", "1-6", "--timeout", "0.1", "--json")

    assert (0, ["1", "2", "3"]) == (code, sorted(meter["address"] for meter in json.loads(output)["meters"]))


def test_scan_that_finds_nothing_ends_with_code_3() -> None:
    assert 3 == beside(sdm630, "scan", "PORT", "--units", "100-101", "--timeout", "0.1")[0]


def test_scan_of_primary_addresses_names_meters_and_double_addresses() -> None:
    code, output, _ = beside(bus, "scan", "PORT", "--protocol", "mbus", "--last", "5", "--timeout", "0.25", "--json")

    meters = {meter["address"]: meter for meter in json.loads(output)["meters"]}
    assert (0, {"3", "4"}) == (code, set(meters))
    assert ["kamstrup_382"] == meters["3"]["profiles"]
    assert "several meters" in meters["4"]["note"]


@pytest.mark.slow
def test_scan_of_labels_finds_every_meter() -> None:
    arguments = ("scan", "PORT", "--protocol", "mbus", "--secondary", "--timeout", "0.25", "--json")
    code, output, _ = beside(bus, *arguments)

    assert (0, ["00000042", "12000099", "17677731"]) == (
        code,
        sorted(meter["address"] for meter in json.loads(output)["meters"]),
    )


def settings_of(**options: Any) -> list[str]:
    """The settings a scan of a serial line tries, in their order."""
    given = ScanOptions(**options)
    tried = settings(Port.parse("serial:///dev/ttyUSB0"), given, load_all())
    return [f"{port.baud} {port.data_bits}{port.parity}{port.stop_bits}" for port in tried]


def test_the_settings_most_meters_leave_the_factory_with_are_tried_first_and_each_once() -> None:
    tried = settings_of()

    assert {"9600 8N1", "9600 8E1"} == set(tried[:2])
    assert {"19200 8E1", "19200 8N1", "38400 8N1", "2400 8N1"} < set(tried)
    assert len(tried) == len(set(tried))


def test_named_speeds_and_parities_are_tried_in_all_combinations() -> None:
    assert ["4800 8N1", "4800 8O1"] == settings_of(bauds=(4800,), parities=("N", "O"))
    assert "2400 8E1" == settings_of(protocol="mbus")[0]


def test_the_bar_says_how_far_it_is_and_how_long_it_takes_yet(capsys: pytest.CaptureFixture[str]) -> None:
    bar = ProgressBar("9600 8N1")
    bar.shown = True
    bar.started -= 30
    bar(10, 40)

    bar_text = capsys.readouterr().err
    assert "10/40" in bar_text
    assert "90 s left" in bar_text
    assert len(bar_text.strip("\r\n")) < 90


def test_likely_units_are_tried_first() -> None:
    assert [1, 2, 3, 4, 5, 9] == parse_units("2-5,9,1")


@pytest.mark.parametrize("text", ["", "a", "1-", "300", "5-1"])
def test_what_names_no_units_is_refused(text: str) -> None:
    with pytest.raises(InputError):
        parse_units(text)
