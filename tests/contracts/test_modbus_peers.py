"""Our Modbus against other people's: libmodbus and pymodbus as servers, mbpoll as a client of our simulated meters."""

import asyncio
import contextlib
import os
import struct
import subprocess
import time
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from common.profile import MeterProfile, find
from common.reading import as_decimal
from deploy.bench.free_port import free_port
from edge_agent.drivers.interface import MeterRefused, MeterSilent
from edge_agent.drivers.modbus import ModbusDriver
from edge_agent.drivers.simulation.meter import simulated_line
from edge_agent.transports.port import Port
from tests.edge_agent.builders import make_profile, served
from tests.programs import need_program

ROOT = Path(__file__).parents[2]
SOURCE = Path(__file__).with_name("libmodbus_server.c")
MODBUS_SERIAL = "modbus-serial@8.0.25"
KWH = 'unit = "kWh", kind = "index"'
PEER = make_profile(
    f"""
plain = {{ address = 0, type = "u16", {KWH} }}
negative = {{ address = 1, type = "s16", {KWH} }}
long = {{ address = 2, type = "u32", {KWH} }}
huge = {{ address = 20, type = "u64", {KWH}, scale = 0.001 }}
nothing = {{ address = 30, type = "f32", {KWH} }}
bcd = {{ address = 40, type = "bcd32", {KWH} }}
"""
)
EXPECTED = {"plain": "12345", "negative": "-2", "long": "305419896", "huge": "320255973501.901", "bcd": "12345678"}
ORDERS = [(word, byte) for word in ("big", "little") for byte in ("big", "little")]


@pytest.fixture(scope="session")
def libmodbus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The peer, compiled once."""
    need_program("/usr/include/modbus/modbus.h")
    compiler = need_program("gcc")
    program = tmp_path_factory.mktemp("libmodbus") / "server"
    subprocess.run(
        [compiler, "-O1", "-Wall", str(SOURCE), "-I/usr/include/modbus", "-lmodbus", "-o", str(program)], check=True
    )
    return program


@pytest.fixture(scope="session")
def modbus_serial() -> Path:
    """npm's modbus-serial (MIT), fetched once into .peers/."""
    folder = ROOT / ".peers"
    need_program("node")
    need_program("npm")
    if not (folder / "node_modules" / "modbus-serial").exists():
        command = ["npm", "install", "--prefix", str(folder), "--omit=optional", "--ignore-scripts", MODBUS_SERIAL]
        fetched = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
        if fetched.returncode:
            pytest.skip(f"npm does not get {MODBUS_SERIAL}: {fetched.stderr.strip()[-200:]}")
    return folder / "node_modules"


@contextlib.contextmanager
def running(*command: str) -> Iterator[subprocess.Popen[str]]:
    """A peer that has said "ready"."""
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            assert "ready\n" == process.stdout.readline()
            yield process
        finally:
            process.kill()


@contextlib.contextmanager
def pty_pair(folder: Path) -> Iterator[tuple[Path, Path]]:
    """Two serial ports joined by a cable (parity N: this kernel's ptys know no other)."""
    need_program("socat")
    ends = folder / "a", folder / "b"
    with subprocess.Popen(["socat", *[f"pty,raw,echo=0,link={end}" for end in ends]]) as process:
        for _ in range(100):
            if all(end.exists() for end in ends):
                break
            time.sleep(0.02)
        try:
            yield ends
        finally:
            process.kill()


async def values(driver: ModbusDriver, unit: str, profile: MeterProfile) -> dict[str, Decimal]:
    return {value.register: as_decimal(value.value) for value in await driver.read(unit, profile)}


def test_libmodbus_over_tcp_gives_every_type_right(libmodbus: Path) -> None:
    async def read(port: int) -> dict[str, Decimal]:
        async with ModbusDriver(Port.parse(f"tcp://127.0.0.1:{port}")) as driver:
            return await values(driver, "1", PEER)

    port = free_port()
    with running(str(libmodbus), "tcp", str(port)):
        assert {name: Decimal(text) for name, text in EXPECTED.items()} == asyncio.run(read(port))


def test_each_of_libmodbus_four_float_orders_is_one_of_ours(libmodbus: Path) -> None:
    async def read(port: int) -> dict[int, set[tuple[str, str]]]:
        orders: dict[int, set[tuple[str, str]]] = {}
        async with ModbusDriver(Port.parse(f"tcp://127.0.0.1:{port}")) as driver:
            for word, byte in ORDERS:
                for address in (10, 12, 14, 16):
                    profile = make_profile(
                        f'pi = {{ address = {address}, type = "f32", {KWH} }}',
                        more=f'[read]\nword_order = "{word}"\nbyte_order = "{byte}"\n',
                    )
                    if (await values(driver, "1", profile)).get("pi") == Decimal("3.142"):
                        orders.setdefault(address, set()).add((word, byte))
        return orders

    port = free_port()
    with running(str(libmodbus), "tcp", str(port)):
        orders = asyncio.run(read(port))

    assert [1, 1, 1, 1] == [len(orders[address]) for address in (10, 12, 14, 16)]
    assert set(ORDERS) == set().union(*orders.values())


def test_libmodbus_on_a_serial_line_gives_every_type_right(libmodbus: Path, tmp_path: Path) -> None:
    async def read(device: Path) -> dict[str, Decimal]:
        async with ModbusDriver(Port.parse(f"serial://{device}?baud=115200&format=8N1")) as driver:
            with pytest.raises(MeterSilent):
                await driver.words("18", 3, 0, 1)
            numbers = await values(driver, "17", PEER)
            with pytest.raises(MeterRefused):
                await driver.words("17", 3, 99, 5)
            return numbers

    with pty_pair(tmp_path) as (ours, theirs), running(str(libmodbus), "rtu", str(theirs), "115200"):
        assert {name: Decimal(text) for name, text in EXPECTED.items()} == asyncio.run(read(ours))


def test_libmodbus_behind_a_serial_device_server_is_read_as_rtu_over_tcp(libmodbus: Path, tmp_path: Path) -> None:
    async def read(port: int) -> dict[str, Decimal]:
        async with ModbusDriver(Port.parse(f"tcp://127.0.0.1:{port}"), framing="rtu") as driver:
            return await values(driver, "17", PEER)

    port = free_port()
    with pty_pair(tmp_path) as (ours, theirs), running(str(libmodbus), "rtu", str(theirs), "115200"):
        converter = ["socat", f"tcp-listen:{port},bind=127.0.0.1,reuseaddr,fork", f"{ours},raw,echo=0"]
        with subprocess.Popen(converter) as process:
            try:
                time.sleep(0.3)
                assert {name: Decimal(text) for name, text in EXPECTED.items()} == asyncio.run(read(port))
            finally:
                process.kill()


def test_npms_modbus_serial_gives_every_type_right(modbus_serial: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def read(port: int) -> dict[str, Decimal]:
        async with ModbusDriver(Port.parse(f"tcp://127.0.0.1:{port}")) as driver:
            with pytest.raises(MeterRefused):
                await driver.words("17", 3, 99, 5)
            return await values(driver, "17", PEER)

    monkeypatch.setenv("NODE_PATH", str(modbus_serial))
    port = free_port()
    with running("node", str(SOURCE.with_name("modbus_serial_server.js")), str(port)):
        assert {name: Decimal(text) for name, text in EXPECTED.items()} == asyncio.run(read(port))


def test_a_pymodbus_server_gives_the_same() -> None:
    from pymodbus.server import ModbusTcpServer
    from pymodbus.simulator import DataType, SimData, SimDevice

    async def read() -> Decimal:
        registers = list(struct.unpack(">2H", struct.pack(">f", 1234.5)))
        device = SimDevice(1, simdata=[SimData(72, values=registers, datatype=DataType.REGISTERS)])
        port = free_port()
        server = ModbusTcpServer(device, address=("127.0.0.1", port))
        await server.serve_forever(background=True)
        try:
            async with ModbusDriver(Port.parse(f"tcp://127.0.0.1:{port}")) as driver:
                profile = make_profile(f'energy = {{ address = 72, type = "f32", {KWH} }}')
                return (await values(driver, "1", profile))["energy"]
        finally:
            await server.shutdown()  # type: ignore[no-untyped-call]  # pymodbus types it not

    assert Decimal("1234.5") == asyncio.run(read())


def test_mbpoll_reads_our_simulated_meter() -> None:
    need_program("mbpoll")

    async def poll() -> tuple[str, list[Decimal]]:
        async with served(simulated_line(units=2, clock=lambda: 1_800_000_000.0)) as port:
            command = f"mbpoll -m tcp -p {port.port} -a 2 -t 3:float -B -0 -r 72 -c 1 -1 {port.host}".split()
            process = await asyncio.create_subprocess_exec(*command, stdout=subprocess.PIPE)
            output, _ = await process.communicate()
            async with ModbusDriver(port) as driver:
                profile = find("eastron_sdm630")
                (value,) = await driver.read("2", profile, ["energy_import_total"])
            return output.decode(), [as_decimal(value.value)]

    output, (ours,) = asyncio.run(poll())

    (theirs,) = [line.split()[-1] for line in output.splitlines() if line.startswith("[72]")]
    assert abs(Decimal(theirs) - ours) < 1, os.linesep.join((output, str(ours)))
