"""What is wrong with a Modbus line, from how its meters answer: silence, noise, damage, two meters with one address."""

import asyncio
from collections.abc import Sequence

from edge_agent.drivers.codecs.modbus_frames import ModbusRefused
from edge_agent.drivers.interface import BadAnswer, MeterSilent
from edge_agent.drivers.modbus import ModbusDriver
from edge_agent.transports.port_check import LineFinding

TRIES = 10
DAMAGED_MAX = 0.01
LISTEN_S = 0.3


async def check_line(driver: ModbusDriver, units: Sequence[str], *, tries: int = TRIES) -> list[LineFinding]:
    """Findings about the line as a whole and each unit, from `tries` short reads of each."""
    noise = await _listen(driver)
    findings: list[LineFinding] = []
    answered = damaged = 0
    for unit in units:
        good, bad = await _tried_reads(driver, unit, tries)
        answered, damaged = answered + good, damaged + bad
        findings.append(_unit_finding(unit, good, bad, tries))
    reads = len(units) * tries
    if reads and not answered:
        findings.insert(0, _line_without_answers(noise, damaged))
    elif reads:
        share = damaged / reads
        ok = share <= DAMAGED_MAX
        hint = "" if ok else "check termination (120 Ohm at both ends), common ground, shield, cable length and speed"
        findings.insert(0, LineFinding("line", ok, f"{share:.1%} of the answers are damaged", hint))
    return findings


async def _listen(driver: ModbusDriver) -> bytes:
    """What comes while nobody asks."""
    try:
        return await driver.line.transport.receive(LISTEN_S)
    except TimeoutError:
        return b""


async def _tried_reads(driver: ModbusDriver, unit: str, tries: int) -> tuple[int, int]:
    """Good and damaged answers of a unit."""
    good = bad = 0
    for _ in range(tries):
        before = driver.line.damaged_bytes
        try:
            await driver.words(unit, 3, 0, 1)
            good += 1
        except ModbusRefused:
            good += 1  # an exception is a sound answer
        except BadAnswer:
            bad += 1
        except MeterSilent:
            bad += driver.line.damaged_bytes > before
            if not good and not bad:
                break  # it is not there: no need to wait nine times more
        await asyncio.sleep(0)
    return good, bad


def _unit_finding(unit: str, good: int, bad: int, tries: int) -> LineFinding:
    name = f"unit {unit}"
    if good == tries:
        return LineFinding(name, ok=True, found=f"answers {good} of {tries}")
    if bad and not good:
        hint = "two meters with this address? switch one off and try again; or wrong baud rate or parity"
        return LineFinding(name, ok=False, found="answers, but always damaged", hint=hint)
    if not good:
        hint = "is it powered, is its address right? `energy-edge scan` finds meters"
        return LineFinding(name, ok=False, found="does not answer", hint=hint)
    hint = "a loose wire, missing termination, or too short a timeout"
    return LineFinding(name, ok=False, found=f"answers {good} of {tries}, {bad} damaged", hint=hint)


def _line_without_answers(noise: bytes, damaged: int) -> LineFinding:
    """Why nobody answers."""
    if noise or damaged:
        symptom = f"nobody answers, but there is noise on the line ({noise[:8].hex(' ') or 'damaged answers'})"
        hint = "A and B are probably swapped (swap them), or baud rate and parity are wrong: energy-edge scan --all"
        return LineFinding("line", ok=False, found=symptom, hint=hint)
    hint = "is anything powered and connected, are A and B swapped, is it this port? energy-edge scan --all"
    return LineFinding("line", ok=False, found="nobody answers and the line is quiet", hint=hint)
