"""The installer's tools against simulated meters, as commands in a process of their own."""

import asyncio
import contextlib
import json
import sys
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from common.errors import InputError
from common.profile import METERS_DIR, load_all
from edge_agent.cli.scan import ProgressBar, parse_units, settings
from edge_agent.drivers.codecs.dlms_apdu import date_time
from edge_agent.drivers.simulation.mbus_meter_server import MBusSlaves, Slave
from edge_agent.drivers.simulation.meter import simulated_line
from edge_agent.transports.port import Port
from tests.edge_agent.drivers.dlms_twin import DlmsTwin
from tests.edge_agent.drivers.test_dlms import LOAD
from tests.edge_agent.drivers.test_dlms import meter as dlms_meter
from tests.edge_agent.drivers.test_push import p1

ENERGY = bytes.fromhex("04 06 39 30 00 00")


async def energy_edge(*arguments: str) -> tuple[int, str, str]:
    """Exit code, output and errors of one command."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "edge_agent", *arguments, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    output, errors = await asyncio.wait_for(process.communicate(), 60)
    return process.returncode or 0, output.decode(), errors.decode()


def beside(serve: Callable[[], Coroutine[Any, Any, asyncio.Server]], *arguments: str) -> tuple[int, str, str]:
    """Run a command while simulated meters are served; PORT in the arguments is theirs."""

    async def inside() -> tuple[int, str, str]:
        server = await serve()
        try:
            port = f"tcp://127.0.0.1:{server.sockets[0].getsockname()[1]}"
            return await energy_edge(*[port if argument == "PORT" else argument for argument in arguments])
        finally:
            server.close()

    return asyncio.run(inside())


def sdm630() -> Coroutine[Any, Any, asyncio.Server]:
    return simulated_line(units=3).serve()


def abb() -> Coroutine[Any, Any, asyncio.Server]:
    return simulated_line("abb_b23_b24", units=1).serve()


def bus() -> Coroutine[Any, Any, asyncio.Server]:
    slaves = [Slave("17677731", [ENERGY], "KAM", 1, primary=3), Slave("12000099", [ENERGY], "XYZ", 9, primary=4)]
    return MBusSlaves([*slaves, Slave("00000042", [ENERGY], "ELS", 10, 7, primary=4)]).serve()


def test_read_shows_a_table_with_units() -> None:
    code, output, errors = beside(sdm630, "read", "PORT", "2", "--profile", "eastron_sdm630")

    assert 0 == code, errors
    assert "Eastron SDM630" in errors
    assert {"energy_import_total", "kWh", "index"} <= set(output.split())


def test_read_gives_machines_exact_values_and_raw_bytes() -> None:
    arguments = ("read", "PORT", "2", "--profile", "eastron_sdm630", "--register", "voltage_l1", "--json")
    code, output, _ = beside(sdm630, *arguments)

    found = json.loads(output)
    assert (0, "25100002") == (code, found["meter"]["serial"])
    assert ["voltage_l1"] == [value["register"] for value in found["values"]]
    assert 4 == len(bytes.fromhex(found["values"][0]["raw"]))


def test_read_takes_a_profile_from_a_file() -> None:
    file = str(METERS_DIR / "eastron_sdm630.toml")

    assert 0 == beside(sdm630, "read", "PORT", "1", "--profile", file)[0]


def test_a_wrong_profile_is_refused_with_what_to_try() -> None:
    code, output, _ = beside(sdm630, "read", "PORT", "1", "--profile", "eltako_dsz15dzmod", "--json")

    error = json.loads(output)["error"]
    assert (1, "wrong_meter") == (code, error["code"])
    assert "identify" in error["hint"]


def test_a_meter_that_is_not_there_ends_with_code_5() -> None:
    arguments = ("read", "PORT", "77", "--profile", "eastron_sdm630", "--timeout", "0.2", "--json")
    code, output, _ = beside(sdm630, *arguments)

    assert (5, "meter_silent") == (code, json.loads(output)["error"]["code"])


@pytest.mark.parametrize(("serve", "profile"), [(sdm630, "eastron_sdm630"), (abb, "abb_b23_b24")])
def test_identify_finds_the_profile(serve: Callable[[], Any], profile: str) -> None:
    code, output, _ = beside(serve, "identify", "PORT", "1", "--json")

    found = json.loads(output)
    assert 0 == code
    assert profile == (found["profiles"] + found["possible"])[0]


def with_profile() -> DlmsTwin:
    """A DLMS meter with a password and two quarter hours in its load profile, the second disturbed."""
    twin = dlms_meter(password=b"12345678")
    columns = ((8, "0000010000ff"), (1, "0000600a01ff"), (3, "0100010800ff"))
    described = "".join(f"0204 12{kind:04x} 0906{name} 0f02 120000" for kind, name in columns)
    twin.objects[(7, LOAD, 3)] = b"\x01\x03" + bytes.fromhex(described)
    rows = [
        bytes.fromhex("02 03 09 0c") + date_time(datetime(2026, 1, 1, 0, minute, tzinfo=UTC)) + bytes((0x11, status, 6))
        for minute, status in ((15, 0), (30, 0x80))
    ]
    twin.objects[(7, LOAD, 2)] = bytes((1, 2)) + b"".join(row + (1000).to_bytes(4, "big") for row in rows)
    return twin


@pytest.mark.parametrize("as_json", [True, False])
def test_a_load_profile_is_read_with_times_and_status(as_json: bool) -> None:
    command = ["load-profile", "PORT", "1", "--since", "2026-01-01", "--until", "2026-01-02"]
    command += ["--option", "password=12345678", *(["--json"] if as_json else [])]
    code, output, errors = beside(lambda: asyncio.start_server(with_profile().wrapper, "127.0.0.1", 0), *command)

    assert 0 == code, errors
    if as_json:
        assert [
            {"at": "2026-01-01T00:15:00Z", "status": 0, "values": {"1-0:1.8.0*255": 1000}},
            {"at": "2026-01-01T00:30:00Z", "status": 128, "values": {"1-0:1.8.0*255": 1000}},
        ] == json.loads(output)["rows"]
    else:
        assert "2026-01-01 00:30:00  80               1000" in output


@pytest.mark.parametrize(
    ("option", "sentence"),
    [("frame=rtu", "modbus has no option 'frame'"), ("framing", "is no option"), ("a b=1", "is no option")],
)
def test_an_option_the_driver_lacks_is_named(option: str, sentence: str) -> None:
    arguments = ("read", "PORT", "1", "--profile", "eastron_sdm630", "--option", option, "--json")
    code, output, _ = beside(sdm630, *arguments)

    assert 1 == code
    assert sentence in json.loads(output)["error"]["message"]


def test_a_meter_that_pushes_when_it_likes_is_waited_for() -> None:
    async def push(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError), contextlib.closing(writer):
            while not writer.is_closing():
                await asyncio.sleep(1.2)
                writer.write(p1(12345.0))
                await writer.drain()

    code, output, errors = beside(
        lambda: asyncio.start_server(push, "127.0.0.1", 0), "read", "PORT", "0", "--profile", "dsmr_p1", "--json"
    )

    assert 0 == code, errors
    assert "12345.000" in output


def test_scan_finds_all_units_and_no_others() -> None:
    code, output, _ = beside(sdm630, "scan", "PORT", "--units", "1-6", "--timeout", "0.1", "--json")

    assert (0, ["1", "2", "3"]) == (code, sorted(meter["address"] for meter in json.loads(output)["meters"]))


def test_scan_that_finds_nothing_ends_with_code_3() -> None:
    assert 3 == beside(sdm630, "scan", "PORT", "--units", "100-101", "--timeout", "0.1")[0]


def test_scan_of_primary_addresses_names_meters_and_double_addresses() -> None:
    code, output, _ = beside(bus, "scan", "PORT", "--protocol", "mbus", "--last", "5", "--timeout", "0.25", "--json")

    found = {meter["address"]: meter for meter in json.loads(output)["meters"]}
    assert (0, {"3", "4"}) == (code, set(found))
    assert ["kamstrup_382"] == found["3"]["profiles"]
    assert "several meters" in found["4"]["note"]


@pytest.mark.slow
def test_scan_of_labels_finds_every_meter() -> None:
    arguments = ("scan", "PORT", "--protocol", "mbus", "--secondary", "--timeout", "0.25", "--json")
    code, output, _ = beside(bus, *arguments)

    assert (0, ["00000042", "12000099", "17677731"]) == (
        code,
        sorted(meter["address"] for meter in json.loads(output)["meters"]),
    )


def test_monitor_prints_one_object_a_poll() -> None:
    arguments = ("monitor", "PORT", "1", "--profile", "eastron_sdm630", "--register", "frequency", "--interval", "0.1")
    code, output, _ = beside(sdm630, *arguments, "--count", "2")

    assert (0, 2) == (code, output.count("frequency"))


def test_profiles_are_listed_and_checked(tmp_path: Path) -> None:
    async def inside() -> list[tuple[int, str, str]]:
        good = METERS_DIR / "abb_b21.toml"
        bad = tmp_path / "abb_b21.toml"
        bad.write_text(good.read_text().replace('value = "1234.5"', 'value = "1234.6"'))
        return [
            await energy_edge("profiles", "kamstrup_38", "--json"),
            await energy_edge("profiles", "--check", str(good)),
            await energy_edge("profiles", "--check", str(bad)),
        ]

    listed, good, bad = asyncio.run(inside())
    assert ["kamstrup_382"] == [one["id"] for one in json.loads(listed[1])["profiles"]]
    assert (0, True) == (good[0], "all right" in good[1])
    assert (1, True) == (bad[0], "gives 1234.5, not 1234.6" in bad[2])


def settings_of(**options: Any) -> list[str]:
    """The settings a scan of a serial line tries, in their order."""
    given = {"protocol": "modbus", "bauds": (), "parities": (), **options}
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

    shown = capsys.readouterr().err
    assert "10/40" in shown
    assert "90 s left" in shown
    assert len(shown.strip("\r\n")) < 90


def test_likely_units_are_tried_first() -> None:
    assert [1, 2, 3, 4, 5, 9] == parse_units("2-5,9,1")


@pytest.mark.parametrize("text", ["", "a", "1-", "300", "5-1"])
def test_what_names_no_units_is_refused(text: str) -> None:
    with pytest.raises(InputError):
        parse_units(text)
