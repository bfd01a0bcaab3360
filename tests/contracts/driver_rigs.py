"""One rig a protocol: a meter that a driver can read, and one that is not there."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from common.profile import MeterProfile, find
from deploy.bench.free_port import free_port
from edge_agent.drivers import open_driver
from edge_agent.drivers.interface import Driver
from edge_agent.drivers.simulation.mbus_meter_server import MBusSlaves, Slave
from edge_agent.drivers.simulation.modbus_meter_server import SimulatedLine
from edge_agent.drivers.sms import SmsDriver
from edge_agent.transports.listen import stop_listening
from edge_agent.transports.modem import ModemTransport
from edge_agent.transports.port import Port
from edge_agent.transports.tcp import TcpTransport
from tests.edge_agent.builders import make_profile, served, words_of
from tests.edge_agent.drivers.codecs.test_wmbus_telegram import PLAIN as RADIO_PLAIN
from tests.edge_agent.drivers.dlms_readings import meter as dlms_meter
from tests.edge_agent.drivers.line_twin import line_to
from tests.edge_agent.drivers.modem_twin import ModemTwin
from tests.edge_agent.drivers.readout_lines import BLOCK, mode_c
from tests.edge_agent.drivers.sml_builder import entry, telegram, unsigned
from tests.edge_agent.drivers.sms_readings import SENDER, message
from tests.edge_agent.drivers.test_csv_drop import FILE, drop
from tests.edge_agent.drivers.test_iot_http import TOKEN, post
from tests.edge_agent.drivers.test_iot_mqtt import broker, publish
from tests.edge_agent.drivers.test_push import D0, p1, pushing
from tests.edge_agent.transports.test_listen import IMEI, DataUnit, dialling

ENERGY = "energy_import_total"
MODBUS = make_profile(
    f'{ENERGY} = {{ address = 0, type = "u32", unit = "kWh", kind = "index" }}\n'
    'power_total = { address = 2, type = "s16", unit = "kW", kind = "instant", scale = 0.001 }'
)
RADIO = make_profile(
    f'{ENERGY} = {{ record = {{ quantity = "Volume" }}, unit = "kWh", kind = "index" }}', protocol="wmbus"
)
WORDS = words_of({0: 0, 1: 12345, 2: 1500})
RECORDS = bytes.fromhex("04 06 39 30 00 00 02 2B DC 05")
SML = telegram(
    entry(bytes.fromhex("0100010800ff"), unsigned(12345, 8), 30, 3),
    entry(bytes.fromhex("0100100700ff"), unsigned(1500, 4), 27, 0),
)


@dataclass(frozen=True, slots=True)
class Rig:
    """A driver with a meter at `address` and nobody at `nobody` ("" where the line has one meter only)."""

    driver: Driver
    profile: MeterProfile
    address: str
    nobody: str = ""


Rigging = Callable[[Path], AbstractAsyncContextManager[Rig]]


def modbus(framing: str) -> Rigging:
    @asynccontextmanager
    async def rig(_: Path) -> AsyncIterator[Rig]:
        async with (
            served(SimulatedLine({1: WORDS}, framing=framing)) as port,
            open_driver("modbus", port, framing=framing, timeout_s=0.2) as driver,
        ):
            yield Rig(driver, MODBUS, "1", "2")

    return rig


@asynccontextmanager
async def dial_in(_: Path) -> AsyncIterator[Rig]:
    number = free_port()
    try:
        async with dialling(DataUnit(number, IMEI.encode(), SimulatedLine({1: WORDS}, framing="rtu"))):
            port = Port.parse(f"listen://127.0.0.1:{number}/{IMEI}")
            async with open_driver("modbus", port, timeout_s=0.2) as driver:
                yield Rig(driver, MODBUS, "1", "2")
    finally:
        stop_listening()


@asynccontextmanager
async def data_call(_: Path) -> AsyncIterator[Rig]:
    async with line_to(ModemTwin(behind=SimulatedLine({1: WORDS}, framing="rtu").talk).talk) as port:
        where = Port.parse("modem:///dev/ttyS1?dial=+491701234567")
        options = {"transport": ModemTransport(where, line=TcpTransport(port)), "timeout_s": 0.3}
        async with open_driver("modbus", where, **options) as driver:
            yield Rig(driver, MODBUS, "1", "2")


@asynccontextmanager
async def mbus(_: Path) -> AsyncIterator[Rig]:
    server = await MBusSlaves([Slave("12345678", [RECORDS], "KAM", 1, primary=1)]).serve()
    try:
        port = Port.parse(f"tcp://127.0.0.1:{server.sockets[0].getsockname()[1]}")
        async with open_driver("mbus", port, timeout_s=0.2, retries=0) as driver:
            yield Rig(driver, find("kamstrup_382"), "12345678", "87654321")
    finally:
        server.close()


@asynccontextmanager
async def radio(_: Path) -> AsyncIterator[Rig]:
    gas = RADIO_PLAIN.encode() + b"\n"
    async with line_to(pushing(gas)) as port, open_driver("wmbus", port, timeout_s=1.0) as driver:
        yield Rig(driver, RADIO, "12345678", "11111111")


def asked(protocol: str, profile: str, talk: Any, *, address: str = "0", nobody: str = "") -> Rigging:
    @asynccontextmanager
    async def rig(_: Path) -> AsyncIterator[Rig]:
        async with line_to(talk) as port, open_driver(protocol, port, retries=0) as driver:
            yield Rig(driver, find(profile), address, nobody)

    return rig


def dlms(framing: str) -> Rigging:
    @asynccontextmanager
    async def rig(_: Path) -> AsyncIterator[Rig]:
        twin = dlms_meter()
        talk = twin.wrapper if framing == "tcp" else twin.hdlc
        async with (
            line_to(talk) as port,
            open_driver("dlms", port, framing=framing, timeout_s=0.3, retries=0) as driver,
        ):
            yield Rig(driver, find("dlms_electricity"), "1", "2")

    return rig


@asynccontextmanager
async def sms(_: Path) -> AsyncIterator[Rig]:
    twin = ModemTwin({3: message("12345 kWh, 1500 W")})
    async with line_to(twin.talk) as port, SmsDriver(port, transport=TcpTransport(port)) as driver:
        yield Rig(driver, find("kamstrup_gsm7i"), SENDER, "+4917099999999")


@asynccontextmanager
async def mqtt(folder: Path) -> AsyncIterator[Rig]:
    async with broker(folder) as port, open_driver("mqtt", port, timeout_s=0.3) as driver:
        profile = find("tasmota_energy")
        await driver.identify("plug", profile)
        await publish(port, "tele/plug/SENSOR", '{"ENERGY":{"Total":12345,"Power":1500}}')
        await asyncio.sleep(0.2)
        yield Rig(driver, profile, "plug", "other")


@asynccontextmanager
async def http(_: Path) -> AsyncIterator[Rig]:
    number = free_port()
    async with open_driver("http", Port.parse(f"listen://127.0.0.1:{number}"), token=TOKEN) as driver:
        await post(number, body='{"energy_kwh":12345,"power_w":1500}')
        yield Rig(driver, find("json_push"), "m1", "m2")


@asynccontextmanager
async def csv(folder: Path) -> AsyncIterator[Rig]:
    drop(folder, FILE.replace("100.5", "12345"))
    async with open_driver("csv", Port.parse(f"folder://{folder}")) as driver:
        yield Rig(driver, find("csv_handheld"), "A1", "Z9")


@asynccontextmanager
async def simulated(_: Path) -> AsyncIterator[Rig]:
    async with open_driver("simulated", Port("tcp"), silent=["9"], timeout_s=0.05) as driver:
        yield Rig(driver, find("eastron_sdm630"), "1", "9")


RIGS: dict[str, tuple[str, Rigging]] = {
    "Modbus TCP": ("modbus", modbus("tcp")),
    "Modbus RTU over TCP": ("modbus", modbus("rtu")),
    "Modbus ASCII over TCP": ("modbus", modbus("ascii")),
    "Modbus over a data unit that dials in": ("modbus", dial_in),
    "Modbus over a data call": ("modbus", data_call),
    "M-Bus": ("mbus", mbus),
    "wireless M-Bus": ("wmbus", radio),
    "IEC 62056-21": (
        "iec62056",
        asked("iec62056", "iec62056_electricity", mode_c(b"/LGZ5X\r\n", BLOCK)[0], nobody="99"),
    ),
    "DLMS over TCP": ("dlms", dlms("tcp")),
    "DLMS over HDLC": ("dlms", dlms("hdlc")),
    "mode D": ("d0", asked("d0", "easymeter_q3d", pushing(D0))),
    "P1": ("p1", asked("p1", "dsmr_p1", pushing(p1(12345.0)))),
    "SML": ("sml", asked("sml", "sml_electricity", pushing(SML))),
    "SMS": ("sms", sms),
    "MQTT": ("mqtt", mqtt),
    "HTTP push": ("http", http),
    "CSV": ("csv", csv),
    "simulated": ("simulated", simulated),
}
EACH = pytest.mark.parametrize("name", RIGS)


def with_rig(name: str, folder: Path, work: Callable[[Rig], Awaitable[Any]]) -> Any:
    async def inside() -> Any:
        async with RIGS[name][1](folder) as rig:
            return await work(rig)

    return asyncio.run(inside())
