"""How much of a serial line the Modbus driver uses, on simulated meters with true byte times, in virtual time."""

import time

import pytest

from common.profile import find
from edge_agent.drivers.codecs.modbus_plan import plan
from edge_agent.drivers.interface import MeterSilent
from edge_agent.drivers.modbus import ModbusDriver
from edge_agent.drivers.simulation.meter import simulated_line
from edge_agent.transports.port import Port
from tests.edge_agent.virtual_time import VirtualTime, Wire

SDM630 = find("eastron_sdm630")
BILLING_SET = ("voltage_l1", "current_l1", "power_total", "frequency", "energy_import_total", "energy_export_total")
UNITS = 32
BYTE_S = 10 / 9600
THINK_S = 0.03  # an SDM630 answers after about this
PORT = Port.parse("serial:///dev/ttyUSB0?baud=9600")


def line_needs_s(units: int) -> float:
    """What the line itself takes: all bytes, the meters' thinking and the pause the standard demands between frames."""
    blocks = plan(SDM630, BILLING_SET)
    wire = sum((8 + 5 + 2 * block.count + 3.5) * BYTE_S + THINK_S for block in blocks)
    return units * wire


def test_the_billing_set_of_32_meters_takes_at_most_ten_seconds_and_nine_tenths_of_the_line_are_used(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    line = simulated_line(units=UNITS, framing="rtu", byte_s=BYTE_S, think_s=THINK_S)
    Wire.serve(monkeypatch, {PORT.device: line})
    values, took_s = 0, 0.0

    async def read_all() -> None:
        nonlocal values, took_s
        async with ModbusDriver(PORT) as driver:
            for unit in range(1, UNITS + 1):  # the first read of a meter also proves its model
                await driver.check(str(unit), SDM630)
            started = time.monotonic()
            for unit in range(1, UNITS + 1):
                values += len(await driver.read(str(unit), SDM630, BILLING_SET))
            took_s = time.monotonic() - started

    VirtualTime(monkeypatch).run(read_all())

    assert UNITS * len(BILLING_SET) == values
    assert took_s <= 10
    assert took_s <= line_needs_s(UNITS) / 0.9, f"{took_s:.2f} s of {line_needs_s(UNITS):.2f} s"


def test_a_dead_meter_costs_the_line_its_timeout_and_nothing_of_the_others_answers(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    line = simulated_line(units=4, framing="rtu", byte_s=BYTE_S, think_s=THINK_S)
    line.faults.silent.add(3)
    Wire.serve(monkeypatch, {PORT.device: line})
    values, took_s = 0, 0.0

    async def read_all() -> None:
        nonlocal values, took_s
        async with ModbusDriver(PORT, timeout_s=0.2, retries=0) as driver:
            for unit in range(1, 5):
                try:
                    values += len(await driver.read(str(unit), SDM630, BILLING_SET))
                except MeterSilent:
                    continue
            took_s = time.monotonic()

    VirtualTime(monkeypatch).run(read_all())

    assert 3 * len(BILLING_SET) == values
    assert took_s < 1.5
