import asyncio
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from common.errors import InputError
from common.profile import MeterProfile, find
from common.reading import as_decimal
from edge_agent.drivers.codecs.modbus_frames import RtuFraming, TcpFraming
from edge_agent.drivers.interface import BadAnswer, LineDown, MeterRefused, MeterSilent, RegisterValue, WrongMeter
from edge_agent.drivers.modbus import ModbusDriver
from edge_agent.drivers.simulation.house import House
from edge_agent.drivers.simulation.meter import simulated_line
from edge_agent.drivers.simulation.modbus_meter_server import Faults, SimulatedLine
from edge_agent.transports.port import Port
from tests.edge_agent.builders import make_profile, served, words_of

U16 = 'type = "u16", unit = "kWh", kind = "index"'
HUNDRED = make_profile(
    "\n".join(f"r{n} = {{ address = {n}, {U16} }}" for n in range(100)), more="[read]\nhole_max = 0\n"
)


def counting(seed: int = 0) -> dict[int, int]:
    return {at: at + seed for at in range(100)}


def on_line(line: SimulatedLine, work: Callable[[ModbusDriver], Any], **options: Any) -> Any:
    """Run `work` with a driver on a served line."""

    async def inside() -> Any:
        async with served(line) as port, ModbusDriver(port, framing=line.framing, **options) as driver:
            return await work(driver)

    return asyncio.run(inside())


async def one(driver: ModbusDriver, profile: MeterProfile, name: str, address: str = "1") -> str:
    (found,) = await driver.read(address, profile, [name])
    return format(as_decimal(found.value).normalize(), "f")


@pytest.mark.parametrize("framing", ["tcp", "rtu", "ascii"])
def test_all_values_of_a_simulated_sdm630_come_in_three_requests(framing: str) -> None:
    line = simulated_line(units=3, framing=framing, clock=lambda: 1_800_000_000.0)

    found = on_line(line, lambda driver: driver.read("2", find("eastron_sdm630")))

    house = House(1, 2)
    values = {value.register: as_decimal(value.value) for value in found}
    assert 3 >= line.requests
    assert set(find("eastron_sdm630").registers) == set(values)
    expected = house.register("energy_import_total", 1_800_000_000.0)
    assert Decimal("0.01") >= abs(expected - values["energy_import_total"])


def test_what_is_decoded_later_has_the_time_of_its_answer() -> None:
    now_s = [1234.5]

    async def fetched_and_decoded_an_hour_later(driver: ModbusDriver) -> list[RegisterValue]:
        values = await driver.fetch("1", HUNDRED, ["r7"])
        now_s[0] += 3600
        return values()

    line = SimulatedLine({1: words_of(counting())})

    (found,) = on_line(line, fetched_and_decoded_an_hour_later, clock=lambda: now_s[0])

    assert (7000, 1234500, b"\0\7") == (found.value, found.at_ms, found.raw)


def test_a_value_carries_its_evidence() -> None:
    line = SimulatedLine({1: words_of(counting())})

    (found,) = on_line(line, lambda driver: driver.read("1", HUNDRED, ["r7"]), clock=lambda: 1234.5)

    assert ("r7", "kWh", "index", 7000, 1234500, b"\0\7", "test_meter", HUNDRED.hash) == (
        found.register,
        found.unit,
        found.kind,
        found.value,
        found.at_ms,
        found.raw,
        found.profile_id,
        found.profile_hash,
    )


@pytest.mark.parametrize("framing", ["tcp", "rtu", "ascii"])
def test_a_unit_that_is_not_there_is_silent_and_the_others_go_on(framing: str) -> None:
    async def work(driver: ModbusDriver) -> str:
        with pytest.raises(MeterSilent, match="no answer"):
            await driver.read("9", HUNDRED, ["r1"])
        return await one(driver, HUNDRED, "r5")

    assert "5" == on_line(SimulatedLine({1: words_of(counting())}, framing=framing), work, timeout_s=0.4)


def test_a_dead_meter_is_asked_once_and_one_that_comes_back_is_read_at_once() -> None:
    line = SimulatedLine({1: words_of(counting())}, framing="rtu", faults=Faults(silent={1}))

    async def work(driver: ModbusDriver) -> tuple[list[int], str]:
        asked = []
        for _ in range(5):
            before = line.requests
            with pytest.raises(MeterSilent):
                await driver.read("1", HUNDRED, ["r5"])
            asked.append(line.requests - before)
        line.faults.silent.clear()
        return asked, await one(driver, HUNDRED, "r5")

    assert ([2, 2, 1, 1, 1], "5") == on_line(line, work, timeout_s=0.2, retries=1)


@pytest.mark.parametrize("framing", ["tcp", "rtu", "ascii"])
def test_an_exception_says_what_the_meter_refuses(framing: str) -> None:
    profile = make_profile(f"far = {{ address = 4000, {U16} }}")

    with pytest.raises(MeterRefused, match="no register") as caught:
        on_line(SimulatedLine({1: words_of(counting())}, framing=framing), lambda driver: driver.read("1", profile))

    assert caught.value.hint


@pytest.mark.parametrize("framing", ["rtu", "ascii"])
@pytest.mark.parametrize("late_s", [0.15, 0.35])
def test_a_late_answer_is_never_taken_for_another_registers(framing: str, late_s: float) -> None:
    """The first answer comes after its time; all later questions have answers of the same length."""

    async def work(driver: ModbusDriver) -> list[tuple[int, str]]:
        right = []
        for number in range(20):
            try:
                right.append((number, await one(driver, HUNDRED, f"r{number}")))
            except (MeterSilent, BadAnswer):
                line.faults.delay_s.clear()
        return right

    line = SimulatedLine({1: words_of(counting())}, framing=framing, faults=Faults(delay_s={1: late_s}))

    found = on_line(line, work, timeout_s=0.1, retries=0)

    assert [(number, str(number)) for number, _ in found] == found
    assert 15 <= len(found)


def test_every_answer_late_gives_no_wrong_value() -> None:
    async def work(driver: ModbusDriver) -> list[tuple[int, str]]:
        found = []
        for number in range(8):
            try:
                found.append((number, await one(driver, HUNDRED, f"r{number}")))
            except (MeterSilent, BadAnswer):
                continue
        return found

    line = SimulatedLine({1: words_of(counting())}, framing="rtu", faults=Faults(delay_s={1: 0.12}))

    found = on_line(line, work, timeout_s=0.1, retries=1)

    assert [(number, str(number)) for number, _ in found] == found


def test_a_late_answer_of_one_unit_is_not_taken_for_another_units() -> None:
    async def work(driver: ModbusDriver) -> str:
        with pytest.raises(MeterSilent):
            await driver.read("1", HUNDRED, ["r3"])
        return await one(driver, HUNDRED, "r3", "2")

    line = SimulatedLine(
        {1: words_of(counting()), 2: words_of(counting(500))}, framing="rtu", faults=Faults(delay_s={1: 0.8})
    )

    assert "503" == on_line(line, work, timeout_s=0.5, retries=0)


def damage(kind: str) -> Callable[[bytes], bytes]:
    return {
        "noise before": lambda frame: b"\x00\xff\x01" + frame,
        "noise behind": lambda frame: frame + b"\xff\x00",
        "flipped bit": lambda frame: frame[:4] + bytes([frame[4] ^ 1]) + frame[5:],
        "cut": lambda frame: frame[:-2],
        "other unit": lambda frame: RtuFraming().framer.encode(frame[1:-2], frame[0] + 1, 0),
        "other function": lambda frame: RtuFraming().framer.encode(b"\x04" + frame[2:-2], frame[0], 0),
        "echo": lambda frame: RtuFraming().request(b"\3\0\7\0\1", 1, 0) + frame,
    }[kind]


@pytest.mark.parametrize("kind", ["flipped bit", "cut", "other unit", "other function"])
def test_a_damaged_or_foreign_rtu_answer_gives_no_value(kind: str) -> None:
    line = SimulatedLine({1: words_of(counting())}, framing="rtu", faults=Faults(damage=damage(kind)))

    with pytest.raises((MeterSilent, BadAnswer)):
        on_line(line, lambda driver: driver.read("1", HUNDRED, ["r7"]), timeout_s=0.1, retries=1)


@pytest.mark.parametrize("kind", ["noise before", "noise behind", "echo"])
def test_noise_and_echo_around_an_rtu_answer_do_no_harm(kind: str) -> None:
    line = SimulatedLine({1: words_of(counting())}, framing="rtu", faults=Faults(damage=damage(kind)))

    assert "7" == on_line(line, lambda driver: one(driver, HUNDRED, "r7"), timeout_s=2)


def test_an_rtu_converter_asked_in_modbus_tcp_gives_no_value() -> None:
    async def work(port: Port) -> None:
        async with ModbusDriver(port, framing="tcp", timeout_s=0.1, retries=0) as driver:
            await driver.read("1", HUNDRED, ["r7"])

    async def inside() -> None:
        async with served(SimulatedLine({1: words_of(counting())}, framing="rtu")) as port:
            await work(port)

    with pytest.raises((BadAnswer, MeterSilent)):
        asyncio.run(inside())


def test_a_block_the_meter_refuses_is_asked_register_by_register_and_only_once() -> None:
    words = {0: 1, 1: 2, 5: 6}  # registers 2 to 4 do not exist
    profile = make_profile(
        f"a = {{ address = 0, {U16} }}\nb = {{ address = 1, {U16} }}\nc = {{ address = 5, {U16} }}\n"
        f"d = {{ address = 9, optional = true, {U16} }}"
    )
    line = SimulatedLine({1: words_of(words)})

    async def work(driver: ModbusDriver) -> tuple[list[str], int, int]:
        first = [value.register for value in await driver.read("1", profile)]
        before = line.requests
        await driver.read("1", profile)
        return first, before, line.requests - before

    assert (["a", "b", "c"], 5, 4) == on_line(line, work)


def test_sums_are_made_of_one_poll() -> None:
    profile = make_profile(
        f'total = {{ sum = ["t1", "t2"], unit = "kWh", kind = "index" }}\nt1 = {{ address = 0, {U16} }}\n'
        f'net = {{ sum = ["t1", "-t2"], unit = "kWh", kind = "index" }}\nt2 = {{ address = 1, {U16} }}'
    )
    line = SimulatedLine({1: words_of({0: 100, 1: 11})})

    found = on_line(line, lambda driver: driver.read("1", profile, ["total", "net"]))

    assert [("total", 111000), ("net", 89000)] == [(value.register, value.value) for value in found]


MARKED = make_profile(f"r = {{ address = 0, {U16} }}", more='[[identify]]\naddress = 50\ntype = "u16"\none_of = [77]\n')


def test_a_meter_without_the_profiles_mark_is_refused_before_any_value() -> None:
    with pytest.raises(WrongMeter, match="no Test One"):
        on_line(SimulatedLine({1: words_of(counting())}), lambda driver: driver.read("1", MARKED))


def test_a_meter_with_the_mark_is_asked_for_it_once() -> None:
    line = SimulatedLine({1: words_of(counting(27))})

    async def work(driver: ModbusDriver) -> int:
        await driver.read("1", MARKED)
        await driver.read("1", MARKED)
        return line.requests

    assert 3 == on_line(line, work)


def test_the_serial_number_is_read() -> None:
    line = simulated_line(units=2)

    assert "25100002" == on_line(line, lambda driver: driver.identify("2", find("eastron_sdm630")))


def test_a_port_nobody_listens_on_is_a_line_down_with_a_hint() -> None:
    async def work() -> None:
        async with ModbusDriver(Port.parse("tcp://127.0.0.1:1")) as driver:
            await driver.read("1", HUNDRED, ["r1"])

    with pytest.raises(LineDown, match="no connection"):
        asyncio.run(work())


def test_a_broken_connection_is_opened_again_for_the_next_read() -> None:
    async def work(driver: ModbusDriver) -> str:
        await one(driver, HUNDRED, "r1")
        await driver.line.transport.close()
        return await one(driver, HUNDRED, "r2")

    assert "2" == on_line(SimulatedLine({1: words_of(counting())}), work)


@pytest.mark.parametrize("address", ["256", "x", "-1", ""])
def test_what_is_no_unit_is_refused(address: str) -> None:
    with pytest.raises(InputError, match="not a Modbus unit"):
        on_line(SimulatedLine({}), lambda driver: driver.read(address, HUNDRED))


def test_modbus_tcp_skips_answers_to_earlier_questions() -> None:
    framing = TcpFraming()
    late = framing.request(b"\3\2\0\1", 1, 41)
    right = framing.request(b"\3\2\0\2", 1, 42)

    assert b"\0\2" == framing.answer(late + right, unit=1, number=42, function=3, count=1)
    assert framing.answer(late + right[:-1], unit=1, number=42, function=3, count=1) is None


@pytest.mark.parametrize(
    "frame",
    [
        pytest.param(b"\0\x2a\0\1\0\5\1\3\2\0\2", id="other protocol"),
        pytest.param(b"\0\x2a\0\0\0\5\2\3\2\0\2", id="other unit"),
        pytest.param(b"\0\x2a\0\0\0\7\1\3\4\0\2\0\2", id="other length"),
        pytest.param(b"\0\x2a\0\0\0\5\1\4\2\0\2", id="other function"),
    ],
)
def test_a_modbus_tcp_answer_that_does_not_fit_is_refused(frame: bytes) -> None:
    with pytest.raises(BadAnswer):
        TcpFraming().answer(frame, unit=1, number=42, function=3, count=1)
