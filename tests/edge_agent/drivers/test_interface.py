"""What drivers promise, and what the poller makes of those that promise more."""

import asyncio
from collections.abc import Sequence
from typing import Self

import pytest

from common.errors import NotFoundError
from common.profile import MeterProfile, find
from edge_agent.drivers import DRIVERS, open_driver
from edge_agent.drivers.interface import RegisterValue, acknowledged, fetch_of, register_names
from edge_agent.drivers.modbus import ModbusDriver
from edge_agent.drivers.sms import SmsDriver
from edge_agent.transports.port import Port

PROFILE = find("eastron_sdm630")
MQTT = open_driver("mqtt", Port.parse("tcp://127.0.0.1:1883"))


class PlainDriver:
    """Reads at once; a file or message it has not."""

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *exc: object) -> None:
        return None

    async def read(self, address: str, profile: MeterProfile, registers: Sequence[str] = ()) -> list[RegisterValue]:
        name = registers[0]
        return [RegisterValue(name, "kWh", "index", int(address), 0, b"", profile.id, profile.hash)]

    async def identify(self, address: str, profile: MeterProfile) -> str:
        return address + profile.id


def test_a_driver_that_reads_at_once_can_be_fetched_from_like_the_others() -> None:
    async def fetch() -> list[int]:
        values = await fetch_of(PlainDriver())("7", PROFILE, ["energy_import_total"])
        return [value.value for value in values()]

    assert [7] == asyncio.run(fetch())


def test_a_driver_that_decodes_later_is_fetched_from_directly() -> None:
    driver = ModbusDriver(Port.parse("tcp://127.0.0.1:1"))
    assert driver.fetch == fetch_of(driver)


def test_only_drivers_of_messages_and_files_are_told_what_was_committed() -> None:
    sms = SmsDriver(Port.parse("modem:///dev/null"))
    listeners = [acknowledged(driver) for driver in (PlainDriver(), sms, MQTT)]
    assert [type(None), SmsDriver, type(MQTT)] == [type(driver) for driver in listeners]


def test_no_names_are_all_names_and_an_unknown_one_is_refused() -> None:
    assert tuple(PROFILE.registers) == register_names(PROFILE, [])
    assert ("energy_import_total",) == register_names(PROFILE, ["energy_import_total"])
    with pytest.raises(NotFoundError, match="no register 'nonsense'"):
        register_names(PROFILE, ["nonsense"])


def test_an_unknown_protocol_names_those_that_there_are() -> None:
    with pytest.raises(NotFoundError) as caught:
        open_driver("smoke", Port.parse("tcp://127.0.0.1:1"))
    assert all(protocol in caught.value.hint for protocol in DRIVERS)
