"""A GSM modem: its card, its network, its data calls."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from common.profile import find
from edge_agent.drivers.iec62056 import Iec62056Driver
from edge_agent.drivers.interface import LineDown
from edge_agent.drivers.modbus import ModbusDriver
from edge_agent.drivers.sms import SmsDriver
from edge_agent.transports.modem import Modem, ModemTransport
from edge_agent.transports.port import Port
from edge_agent.transports.tcp import TcpTransport
from tests.edge_agent.builders import make_profile, words_of
from tests.edge_agent.drivers.line_twin import line_to
from tests.edge_agent.drivers.modem_twin import ModemTwin
from tests.edge_agent.drivers.readout_lines import BLOCK, mode_c
from tests.edge_agent.drivers.sms_readings import energy, message, with_modem


def test_a_card_that_wants_its_pin_gets_it() -> None:
    twin = ModemTwin({3: message("5 kWh")}, pin="1234")

    assert (5000, True) == with_modem(twin, energy, pin="1234")
    assert 'AT+CPIN="1234"' in twin.commands


@pytest.mark.parametrize(("twin", "sentence"), [(ModemTwin(registered=False), "network"), (ModemTwin(pin="1"), "PIN")])
def test_a_modem_without_network_or_pin_is_a_line_down(twin: ModemTwin, sentence: str) -> None:
    with pytest.raises(LineDown, match=sentence):
        with_modem(twin, energy)


def test_the_field_strength_is_read() -> None:
    async def work(driver: SmsDriver) -> int | None:
        return await driver.modem.signal()

    assert -79 == with_modem(ModemTwin(), work)


def call(twin: ModemTwin, work: Callable[[Port, ModemTransport], Awaitable[Any]]) -> Any:
    async def inside() -> Any:
        async with line_to(twin.talk) as port:
            where = Port.parse("modem:///dev/ttyS1?dial=+491701234567&baud=9600")
            return await work(where, ModemTransport(where, line=TcpTransport(port)))

    return asyncio.run(inside())


def test_a_meter_is_read_out_over_a_data_call_with_parity_made_here() -> None:
    talk, heard = mode_c(b"/LGZ5ZMD120\r\n", BLOCK)

    async def seven_bits(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        plain = asyncio.StreamReader()
        meter = asyncio.ensure_future(talk(plain, writer))
        try:
            while data := await reader.read(100):
                assert not any(byte.bit_count() & 1 for byte in data)
                plain.feed_data(bytes(byte & 0x7F for byte in data))
        finally:
            meter.cancel()

    async def work(port: Port, transport: ModemTransport) -> int:
        async with Iec62056Driver(port, transport=transport) as driver:
            (value,) = await driver.read("0", find("iec62056_electricity"), ["energy_import_total"])
            return value.value

    twin = ModemTwin(behind=seven_bits)
    assert 12345670 == call(twin, work)
    assert ["ATD+491701234567", "ATH"] == [command for command in twin.commands if command.startswith(("ATD", "ATH"))]
    assert b"/?!\r\n" == heard[0]


def test_modbus_works_over_the_same_call() -> None:
    from edge_agent.drivers.simulation.modbus_meter_server import SimulatedLine

    profile = make_profile('energy = { address = 0, type = "u16", unit = "kWh", kind = "index" }')

    async def work(port: Port, transport: ModemTransport) -> int:
        async with ModbusDriver(port, transport=transport) as driver:
            (value,) = await driver.read("1", profile)
            return value.value

    assert 42000 == call(ModemTwin(behind=SimulatedLine({1: words_of({0: 42})}, framing="rtu").talk), work)


@pytest.mark.slow
def test_a_call_without_traffic_is_ended_and_dialled_again_for_the_next_read() -> None:
    from edge_agent.drivers.simulation.modbus_meter_server import SimulatedLine

    profile = make_profile('energy = { address = 0, type = "u16", unit = "kWh", kind = "index" }')
    twin = ModemTwin(behind=SimulatedLine({1: words_of({0: 42})}, framing="rtu").talk)

    async def work(port: Port, transport: ModemTransport) -> tuple[bool, int]:
        transport.idle_s = 0.1
        async with ModbusDriver(port, transport=transport) as driver:
            await driver.read("1", profile)
            await asyncio.sleep(3)
            ended = not transport.is_open
            (value,) = await driver.read("1", profile)
            return ended, value.value

    assert (True, 42000) == call(twin, work)
    assert 2 == sum(command.startswith("ATD") for command in twin.commands)
    assert 2 <= sum(command == "ATH" for command in twin.commands)


@pytest.mark.parametrize(("answer", "reason"), [("BUSY", "busy"), ("NO CARRIER", "take the call"), ("ERROR", "ERROR")])
def test_a_call_that_fails_says_why(answer: str, reason: str) -> None:
    async def work(port: Port, transport: ModemTransport) -> None:
        async with Iec62056Driver(port, transport=transport):
            pass

    with pytest.raises(LineDown, match=reason):
        call(ModemTwin(dial_answer=answer), work)


def test_a_line_without_modem_says_so() -> None:
    async def mute(reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
        await reader.read(1000)

    async def inside() -> None:
        async with line_to(mute) as port:
            modem = Modem(TcpTransport(port))
            try:
                await modem.start()
            finally:
                await modem.transport.close()

    with pytest.raises(ConnectionError):
        asyncio.run(inside())
