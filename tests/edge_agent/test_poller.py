"""Lines poll on the grid; what fails costs only itself."""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Self

import pytest

from common.errors import DecodeError, UnavailableError
from common.profile import MeterProfile
from common.reading import TimeQuality
from edge_agent import poller
from edge_agent.clock import Clock
from edge_agent.config import parse
from edge_agent.drivers.interface import LineDown, RegisterValue, Values
from edge_agent.poll_result import Measurement, PollResult
from edge_agent.poller import MeterLine, lines_of
from tests.edge_agent.machine import in_loop, until
from tests.edge_agent.virtual_time import WALL_S, VirtualTime

pytestmark = pytest.mark.slow  # polls happen on the seconds of the wall
SITE = """
[gateway]
id = "gw"
data = "{data}"
[uplink]
broker = "mqtt://127.0.0.1:1"
[polling]
interval_s = 1
"""
BUS = '\n[[bus]]\nname = "{name}"\nprotocol = "{protocol}"\nport = "{port}"\ntimeout_s = 0.05\noptions = {options}\n'
METER = (
    '[[bus.meter]]\nid = "{bus}-{number}"\nprofile = "eastron_sdm630"\naddress = "{number}"\n'
    'registers = ["energy_import_total", "voltage_l1"]\n'
)


def bus(name: str, meters: int, *, protocol: str = "simulated", port: str = "", options: str = "{}") -> str:
    head = BUS.format(name=name, protocol=protocol, port=port, options=options)
    return head + "".join(METER.format(bus=name, number=number) for number in range(1, meters + 1))


class Running:
    """Lines of a site file, what they commit, and how committing fails if it is to."""

    def __init__(self, folder: Path, text: str, clock: Clock | None = None) -> None:
        self.found: list[Measurement] = []
        self.failing = False
        self.clock = clock or Clock(kernel_synchronised=lambda: True)
        self.lines: list[MeterLine] = lines_of(parse(SITE.format(data=folder) + text), self.clock, self.commit)

    async def commit(self, measurements: Sequence[Measurement]) -> None:
        if self.failing:
            raise UnavailableError("the disk is full")
        self.found += measurements

    async def __aenter__(self) -> Self:
        self.tasks = [asyncio.create_task(line.run()) for line in self.lines]
        return self

    async def __aexit__(self, *exc: object) -> None:
        for task in self.tasks:
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)

    def meters(self) -> set[str]:
        return {measurement.meter for measurement in self.found}

    def count(self, meter: str) -> int:
        return sum(measurement.meter == meter for measurement in self.found)


def test_every_meter_is_read_each_interval(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    time = VirtualTime(monkeypatch)
    clock = Clock(mono=time.mono_ms, wall=time.wall_s, kernel_synchronised=lambda: True)

    async def play() -> None:
        async with Running(tmp_path, bus("a", 3), clock) as site:
            await asyncio.sleep(60.5)
            measurements.extend(site.found)

    measurements: list[Measurement] = []
    time.run(play())
    for number in (1, 2, 3):
        seconds = [
            measurement.at_ms / 1000
            for measurement in measurements
            if measurement.meter == f"a-{number}" and measurement.register == "voltage_l1"
        ]
        assert [WALL_S + second for second in range(1, 61)] == seconds


@in_loop
@pytest.mark.slow
async def test_a_silent_meter_costs_the_others_nothing(tmp_path: Path) -> None:
    async with Running(tmp_path, bus("a", 4, options='{ silent = ["2"] }')) as site:
        await until(lambda: site.count("a-4") >= 6, "three rounds")
        device = site.lines[0].devices[1]
        assert "no answer" in device.error
        assert device.failing_since_ms > 0
    assert {"a-1", "a-3", "a-4"} == site.meters()
    assert abs(site.count("a-1") - site.count("a-4")) <= 2


@in_loop
async def test_a_line_that_is_down_stops_no_other_line(tmp_path: Path) -> None:
    text = bus("dead", 2, protocol="modbus", port="tcp://127.0.0.1:1") + bus("alive", 1)
    async with Running(tmp_path, text) as site:
        await until(lambda: site.count("alive-1") >= 4, "the other line goes on")
        assert all(device.error for device in site.lines[0].devices)
    assert {"alive-1"} == site.meters()


@in_loop
async def test_a_fault_of_a_driver_stops_its_line_only_for_a_moment(tmp_path: Path) -> None:
    """An exception that nobody foresaw, once: the line comes back."""
    running = Running(tmp_path, bus("a", 1) + bus("b", 1))
    line = running.lines[0]
    raised: list[int] = []
    original = MeterLine._poll_device

    async def read(self: MeterLine, *args: object, **more: object) -> PollResult:
        if self is line and not raised:
            raised.append(1)
            raise ZeroDivisionError("a bug")
        return await original(self, *args, **more)  # type: ignore[arg-type]

    MeterLine._poll_device = read  # type: ignore[method-assign]
    before, poller.REOPEN_S = poller.REOPEN_S, 0.1
    try:
        async with running as site:
            await until(lambda: {"a-1", "b-1"} <= site.meters(), "both lines are read")
    finally:
        MeterLine._poll_device = original  # type: ignore[method-assign]
        poller.REOPEN_S = before
    assert raised


@in_loop
async def test_a_round_that_could_not_be_committed_does_not_count_as_read(tmp_path: Path) -> None:
    running = Running(tmp_path, bus("a", 1))
    running.failing = True
    async with running as site:
        await until(lambda: site.lines[0].devices[0].failures >= 2, "two rounds fail")
        assert "disk is full" in site.lines[0].devices[0].error
        running.failing = False
        await until(lambda: site.count("a-1") >= 2, "the next is committed")
        assert "" == site.lines[0].devices[0].error


@in_loop
@pytest.mark.slow
async def test_only_counters_at_the_billing_instant_are_marked_for_bills(tmp_path: Path) -> None:
    running = Running(tmp_path, bus("a", 1))
    running.lines[0].billing_interval_s = 2
    async with running as site:
        await until(lambda: len(site.found) >= 10, "five rounds")
    for measurement in site.found:
        assert measurement.grid == (
            measurement.at_ms // 1000 % 2 == 0 and measurement.register == "energy_import_total"
        )


class Slow:
    """A driver that takes its time for each meter: seconds by address."""

    def __init__(self, **takes_s: float) -> None:
        self.takes_s = takes_s

    async def read(self, address: str, profile: MeterProfile, registers: Sequence[str] = ()) -> list[RegisterValue]:
        await asyncio.sleep(self.takes_s[f"meter_{address}"])
        return [RegisterValue(registers[0], "kWh", "index", 5000, 1_234_567, b"", profile.id, profile.hash)]

    async def identify(self, address: str, profile: MeterProfile) -> str:
        return address + profile.id

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *exc: object) -> None:
        return None


def test_a_driver_that_hangs_is_given_up_and_what_was_read_before_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    running = Running(tmp_path, bus("a", 3))
    line, took_s = running.lines[0], []

    async def play() -> None:
        began = asyncio.get_running_loop().time()
        with pytest.raises(LineDown, match="meter a-2 held the line"):
            await line._poll_round(Slow(meter_1=0.1, meter_2=3600, meter_3=0.1), line.devices)
        took_s.append(asyncio.get_running_loop().time() - began)

    VirtualTime(monkeypatch).run(play())

    assert {"a-1"} == running.meters()
    assert line.limit_s <= took_s[0] <= 2 * line.limit_s + 0.2


class Garbled(Slow):
    """A driver that finds out late that one meter's bytes mean nothing."""

    async def fetch(self, address: str, profile: MeterProfile, registers: Sequence[str] = ()) -> Values:
        values = await self.read(address, profile, registers)

        def decoded() -> list[RegisterValue]:
            if address == "2":
                raise DecodeError("letters are not BCD")
            return values

        return decoded


def test_an_answer_that_cannot_be_decoded_costs_only_its_own_meter(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    running = Running(tmp_path, bus("a", 3))
    line = running.lines[0]

    VirtualTime(monkeypatch).run(line._poll_round(Garbled(meter_1=0, meter_2=0, meter_3=0), line.devices))

    assert {"a-1", "a-3"} == running.meters()
    assert ["", "letters are not BCD", ""] == [device.error for device in line.devices]


def test_meters_that_are_slow_one_after_the_other_each_have_their_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    running = Running(tmp_path, bus("a", 4))
    line = running.lines[0]
    takes_s = 0.9 * line.limit_s
    slow = Slow(meter_1=takes_s, meter_2=takes_s, meter_3=takes_s, meter_4=takes_s)

    VirtualTime(monkeypatch).run(line._poll_round(slow, line.devices))

    assert {"a-1", "a-2", "a-3", "a-4"} == running.meters()


class Inbox:
    """A driver whose values exist once and carry their own time, as messages and files do."""

    def __init__(self) -> None:
        self.events: list[str] = []

    async def read(self, address: str, profile: MeterProfile, registers: Sequence[str] = ()) -> list[RegisterValue]:
        self.events.append("read")
        name = registers[0]
        return [
            RegisterValue(name, "kWh", "index", 5000, 1_234_567, b"", profile.id, address, meter_time=True)
            for _ in range(2)
        ]

    async def identify(self, address: str, profile: MeterProfile) -> str:
        return address + profile.id

    async def committed(self, address: str) -> None:
        self.events.append(f"committed {address}")

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *exc: object) -> None:
        return None


@in_loop
async def test_values_that_exist_once_are_let_go_after_their_commit_and_keep_their_time(tmp_path: Path) -> None:
    running = Running(tmp_path, bus("a", 1))
    line, inbox = running.lines[0], Inbox()

    running.failing = True
    await line._poll_round(inbox, line.devices)
    assert ["read"] == inbox.events

    running.failing = False
    await line._poll_round(inbox, line.devices)
    assert ["read", "read", "committed 1"] == inbox.events
    assert {(1_234_567, TimeQuality.INFORMED, True)} == {(m.at_ms, m.time_quality, m.grid) for m in running.found}
