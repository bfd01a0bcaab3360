import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from common.errors import InputError
from common.profile import find
from edge_agent.drivers.iec62056 import Iec62056Driver
from edge_agent.drivers.interface import BadAnswer, LineDown, MeterSilent
from edge_agent.drivers.modbus import ModbusDriver
from edge_agent.drivers.sms import SmsDriver
from edge_agent.transports.modem import Modem, ModemTransport
from edge_agent.transports.port import Port
from edge_agent.transports.tcp import TcpTransport
from tests.edge_agent.builders import make_profile, words_of
from tests.edge_agent.drivers.codecs.test_sms_pdu import deliver
from tests.edge_agent.drivers.line_twin import line_to
from tests.edge_agent.drivers.modem_twin import ModemTwin
from tests.edge_agent.drivers.test_push import BLOCK, mode_c

PROFILE = find("kamstrup_gsm7i")
METER = "+491701132447"  # as in the messages: 94 71 01 12 34 F7 is 49171021437
SENDER = "49171021437"


def message(text: str) -> str:
    return deliver(text, coding=4, number="947101123447"[:10] + "F7").hex().upper()


def with_modem(twin: ModemTwin, work: Callable[[SmsDriver], Awaitable[Any]], **options: Any) -> Any:
    async def inside() -> Any:
        async with line_to(twin.talk) as port, SmsDriver(port, transport=TcpTransport(port), **options) as driver:
            return await work(driver)

    return asyncio.run(inside())


async def energy(driver: SmsDriver) -> tuple[int, bool]:
    (value,) = await driver.read(SENDER, PROFILE, ["energy_import_total"])
    return value.value, value.meter_time


def test_a_reading_comes_from_a_stored_message_with_its_own_time() -> None:
    twin = ModemTwin({3: message("32432 kWh, 343 W")})

    assert (32432000, True) == with_modem(twin, energy)


def test_a_message_is_deleted_only_after_its_values_were_committed() -> None:
    twin = ModemTwin({3: message("100 kWh"), 5: message("101 kWh")})

    async def work(driver: SmsDriver) -> list[tuple[int, set[int]]]:
        found = []
        for commit in (False, True, True):
            value, _ = await energy(driver)
            if commit:
                await driver.committed(SENDER)
            found.append((value, set(twin.messages)))
        return found

    assert [(100000, {3, 5}), (100000, {5}), (101000, set())] == with_modem(twin, work)


def test_a_driver_that_died_before_the_commit_reads_the_message_again() -> None:
    twin = ModemTwin({3: message("100 kWh")})

    assert [(100000, True), (100000, True)] == [with_modem(twin, energy), with_modem(twin, energy)]


def test_messages_of_other_numbers_are_never_looked_at() -> None:
    twin = ModemTwin({3: deliver("999 kWh", coding=4, number="947101123488").hex()})

    with pytest.raises(MeterSilent, match="no message"):
        with_modem(twin, energy)
    assert {3} == set(twin.messages)


def test_a_meter_that_wants_to_be_asked_is_asked_once_an_hour() -> None:
    twin = ModemTwin()

    async def work(driver: SmsDriver) -> None:
        for _ in range(3):
            with pytest.raises(MeterSilent):
                await energy(driver)

    with_modem(twin, work)

    assert 1 == len(twin.sent)


def test_a_message_that_does_not_fit_is_a_bad_answer() -> None:
    with pytest.raises(BadAnswer, match="does not fit"):
        with_modem(ModemTwin({3: message("battery low")}), energy)


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


def test_advertisements_are_deleted_when_the_card_is_nearly_full_and_numbers_never() -> None:
    advert = bytes.fromhex("000404D0C3340000621012412000" + "4003" + "616263").hex()
    other = deliver("1 kWh", coding=4, number="947101123488").hex()
    twin = ModemTwin({1: advert, 2: other, 3: message("5 kWh")}, total=3)

    with_modem(twin, energy)

    assert {2, 3} == set(twin.messages)


@pytest.mark.parametrize("address", ["", "abc", "12"])
def test_what_is_no_number_is_refused(address: str) -> None:
    with pytest.raises(InputError):
        with_modem(ModemTwin(), lambda driver: driver.read(address, PROFILE))


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
    assert ["ATD+491701234567", "ATH"] == [one for one in twin.commands if one.startswith(("ATD", "ATH"))]
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
    assert 2 == sum(one.startswith("ATD") for one in twin.commands)
    assert 2 <= sum(one == "ATH" for one in twin.commands)


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
