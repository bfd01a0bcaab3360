import asyncio
from typing import Any

import pytest

from common.errors import InputError
from edge_agent.drivers.interface import MeterRefused, MeterSilent, WrongMeter
from edge_agent.drivers.wmbus import WirelessDriver
from edge_agent.transports.port import Port
from tests.edge_agent.builders import make_profile
from tests.edge_agent.drivers.codecs.test_wmbus_telegram import ELL, KEY_ELL, MODE_5_CRC, PLAIN
from tests.edge_agent.drivers.line_twin import line_to
from tests.edge_agent.drivers.test_push import pushing

PROFILE = make_profile(
    'volume = { record = { quantity = "Volume" }, unit = "m3", kind = "index" }',
    protocol="wmbus",
    more='[[identify]]\nmanufacturer = "ELS"\nversions = [51]\n',
)
WATER = make_profile('volume = { record = { quantity = "Volume" }, unit = "m3", kind = "index" }', protocol="wmbus")
KEYS = {"12345678": "0102030405060708090A0B0C0D0E0F11", "76348799": KEY_ELL.hex()}
RTL = b"T1;1;1;2026-01-01 12:00:00.000;76;85;12345678;0x" + MODE_5_CRC.lower().encode() + b"\n"


def read(address: str, *lines: bytes, profile: Any = PROFILE, keys: dict[str, str] | None = None) -> Any:
    async def work() -> list[int]:
        key_ring = KEYS if keys is None else keys
        async with (
            line_to(pushing(*lines, pause_s=0.05)) as port,
            WirelessDriver(port, keys=key_ring, timeout_s=1.0) as driver,
        ):
            return [value.value for value in await driver.read(address, profile)]

    return asyncio.run(work())


@pytest.mark.parametrize("line", [RTL, PLAIN.encode() + b"\r\n", b"|" + PLAIN.encode() + b"|\n"])
def test_a_radio_meter_is_read_from_a_receivers_lines(line: bytes) -> None:
    assert [28504270] == read("12345678", b"noise\n", line)


def test_meters_are_told_apart_by_their_numbers_and_keys() -> None:
    assert [6408] == read("76348799", RTL, ELL.encode() + b"\n", profile=WATER)


def test_an_encrypted_meter_without_key_says_so() -> None:
    with pytest.raises(MeterRefused) as caught:
        read("12345678", RTL, keys={})

    assert ("encrypted", True) == (caught.value.code, "key" in caught.value.hint)


def test_a_meter_that_is_not_heard_is_silent() -> None:
    with pytest.raises(MeterSilent, match="no new telegram"):
        read("11111111", RTL)


def test_a_meter_of_another_model_is_refused() -> None:
    with pytest.raises(WrongMeter, match="KAM, not ELS"):
        read("76348799", ELL.encode() + b"\n")


def test_a_telegram_is_given_until_it_is_committed() -> None:
    async def work() -> list[int]:
        line = line_to(pushing(PLAIN.encode() + b"\n", pause_s=60))
        async with line as port, WirelessDriver(port, timeout_s=1.0) as driver:
            counts = [len(await driver.read("12345678", PROFILE)) for _ in range(2)]
            await driver.committed("12345678")
            driver.wait_s = 0
            with pytest.raises(MeterSilent):
                await driver.read("12345678", PROFILE)
            return counts

    assert [1, 1] == asyncio.run(work())


@pytest.mark.parametrize("address", ["", "1234", "1234567X"])
def test_what_is_no_number_is_refused(address: str) -> None:
    with pytest.raises(InputError):
        read(address, RTL)


def test_a_key_that_is_none_is_refused() -> None:
    with pytest.raises(InputError, match="32"):
        WirelessDriver(Port.parse("tcp://127.0.0.1:1"), keys={"12345678": "00"})
