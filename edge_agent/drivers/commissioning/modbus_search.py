"""Find Modbus meters and say which they are: marks of all profiles against what the meter answers."""

from collections.abc import AsyncIterator, Iterable, Sequence
from decimal import Decimal

from common.profile import Identify, MeterProfile, Register
from edge_agent.drivers.codecs.modbus_frames import ModbusRefused
from edge_agent.drivers.commissioning.found_meter import FoundMeter, Progress
from edge_agent.drivers.interface import BadAnswer, MeterSilent, WrongMeter
from edge_agent.drivers.modbus import WORDS, ModbusDriver, matches
from edge_agent.drivers.modbus_words import register_value

VOLTS = (Decimal(80), Decimal(500))  # of a phase that a meter on the low-voltage grid can show
TINY, HUGE = Decimal("0.0001"), Decimal(1_000_000_000)  # kWh no counter stands at: bytes of another type


async def search(
    driver: ModbusDriver, units: Sequence[int], profiles: Sequence[MeterProfile], progress: Progress
) -> AsyncIterator[FoundMeter]:
    """Each unit that answers anything at all, told apart by the profiles."""
    for number, unit in enumerate(units):
        progress(number, len(units))
        try:
            await driver.words(str(unit), 3, 0, 1)
        except ModbusRefused:
            pass  # an exception is an answer
        except (MeterSilent, BadAnswer) as error:
            if isinstance(error, BadAnswer):
                note = "something answers, but damaged: two meters with this address, or wrong line settings?"
                yield FoundMeter(str(unit), "modbus", note=note)
            continue
        try:
            yield await identify(driver, str(unit), profiles)
        except MeterSilent:
            yield FoundMeter(str(unit), "modbus", note="answers, but not every time: look at wiring and termination")
    progress(len(units), len(units))


async def identify(driver: ModbusDriver, address: str, profiles: Iterable[MeterProfile]) -> FoundMeter:
    """Which of the profiles fit a meter that answers."""
    answers: dict[tuple[int, int, int], bytes | None] = {}
    certain: list[MeterProfile] = []
    possible: list[MeterProfile] = []
    for profile in profiles:
        if profile.protocol != "modbus":
            continue
        if profile.read.sunspec:
            if await _has_sunspec(driver, address, profile, answers):
                certain.append(profile)
        elif await _fits(driver, address, profile, answers):
            (certain if any(mark.address is not None for mark in profile.identify) else possible).append(profile)
    ranked = await _ranked(driver, address, possible)
    serial = await _serial(driver, address, certain)
    return FoundMeter(
        address,
        "modbus",
        profiles=tuple(profile.id for profile in certain),
        possible=tuple(profile.id for profile in ranked),
        serial=serial,
    )


AnswersByPlace = dict[tuple[int, int, int], bytes | None]


async def _words(
    driver: ModbusDriver, address: str, answers: AnswersByPlace, place: tuple[int, int, int]
) -> bytes | None:
    """Words that are asked for once; None if the meter refuses them."""
    if place not in answers:
        try:
            answers[place] = await driver.words(address, *place)
        except (ModbusRefused, BadAnswer):
            answers[place] = None
    return answers[place]


async def _fits(driver: ModbusDriver, address: str, profile: MeterProfile, answers: AnswersByPlace) -> bool:
    for mark in profile.identify:
        if mark.address is not None and not await _has_mark(driver, address, profile, mark, answers):
            return False
    if any(mark.address is not None for mark in profile.identify):
        return True
    return await _shows_sense(driver, address, profile, answers)


async def _has_mark(
    driver: ModbusDriver, address: str, profile: MeterProfile, mark: Identify, answers: AnswersByPlace
) -> bool:
    place = (mark.function or profile.read.function, mark.address or 0, mark.words or WORDS[mark.type])
    raw = await _words(driver, address, answers, place)
    return raw is not None and matches(raw, mark)


async def _shows_sense(driver: ModbusDriver, address: str, profile: MeterProfile, answers: AnswersByPlace) -> bool:
    """Voltage and counter of a meter that is switched on, read as this profile says."""
    sensible = 0
    for name in ("voltage_l1", "energy_import_total", "energy_total"):
        register = profile.registers.get(name)
        if register is None or register.address is None:
            continue
        value = await _value(driver, address, profile, register, answers)
        if value is None:
            return False
        if name == "voltage_l1" and not VOLTS[0] <= value <= VOLTS[1]:
            return False
        if name != "voltage_l1" and value and not TINY <= value <= HUGE:
            return False
        sensible += 1
    return sensible >= 2


async def _ranked(driver: ModbusDriver, address: str, profiles: list[MeterProfile]) -> list[MeterProfile]:
    """Those that explain most of what the meter shows first; of sister models the larger map that still makes sense."""
    if len(profiles) < 2:
        return profiles
    scores = {}
    for profile in profiles:
        try:
            values = await driver.read(address, profile)
        except (ModbusRefused, WrongMeter, BadAnswer, MeterSilent):
            continue
        scores[profile.id] = sum(value.value != 0 for value in values)
    return sorted((profile for profile in profiles if profile.id in scores), key=lambda profile: -scores[profile.id])


async def _value(
    driver: ModbusDriver, address: str, profile: MeterProfile, register: Register, answers: AnswersByPlace
) -> Decimal | None:
    place = (register.function or profile.read.function, register.address or 0, register.words)
    raw = await _words(driver, address, answers, place)
    if raw is None:
        return None
    return register_value(raw, register, word_order=profile.read.word_order, byte_order=profile.read.byte_order)


async def _has_sunspec(driver: ModbusDriver, address: str, profile: MeterProfile, answers: AnswersByPlace) -> bool:
    if not any([await _words(driver, address, answers, (3, base, 2)) == b"SunS" for base in (40000, 0, 50000)]):
        return False
    try:
        await driver.identify(address, profile)
    except (WrongMeter, ModbusRefused, BadAnswer):
        return False
    return True


async def _serial(driver: ModbusDriver, address: str, profiles: Sequence[MeterProfile]) -> str:
    for profile in profiles:
        if profile.serial_number is not None:
            try:
                return await driver.identify(address, profile)
            except (WrongMeter, ModbusRefused, BadAnswer, MeterSilent):
                continue
    return ""
