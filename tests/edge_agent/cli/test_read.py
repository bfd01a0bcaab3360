"""`energy-edge read`: one meter, for people and machines."""

import asyncio
import contextlib
import json

import pytest

from common.profile import METERS_DIR
from tests.edge_agent.cli.meters_beside import beside, sdm630
from tests.edge_agent.drivers.test_push import p1


def test_read_shows_a_table_with_units() -> None:
    code, output, errors = beside(sdm630, "read", "PORT", "2", "--profile", "eastron_sdm630")

    assert 0 == code, errors
    assert "Eastron SDM630" in errors
    assert {"energy_import_total", "kWh", "index"} <= set(output.split())


def test_read_gives_machines_exact_values_and_raw_bytes() -> None:
    arguments = ("read", "PORT", "2", "--profile", "eastron_sdm630", "--register", "voltage_l1", "--json")
    code, output, _ = beside(sdm630, *arguments)

    document = json.loads(output)
    assert (0, "25100002") == (code, document["meter"]["serial"])
    assert ["voltage_l1"] == [value["register"] for value in document["values"]]
    assert 4 == len(bytes.fromhex(document["values"][0]["raw"]))


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
