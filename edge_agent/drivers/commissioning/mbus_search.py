"""Find M-Bus meters: all primary addresses, or all labels by narrowing a selection until one meter is left."""

from collections.abc import AsyncIterator, Sequence

from common.errors import DecodeError
from common.profile import MeterProfile
from edge_agent.drivers.codecs.mbus_address import PRIMARY_MAX, Secondary
from edge_agent.drivers.codecs.mbus_frame import SELECTED
from edge_agent.drivers.codecs.mbus_match import mismatch
from edge_agent.drivers.codecs.mbus_telegram import ApplicationError, Telegram, decode
from edge_agent.drivers.commissioning.found_meter import FoundMeter, Progress
from edge_agent.drivers.interface import BadAnswer, MeterSilent
from edge_agent.drivers.lines.mbus_line import Collision, MBusLine

DIGITS = "0123456789"
LETTERS = "ABCDE"  # some makers use them; F means any


async def search_primary(
    line: MBusLine, profiles: Sequence[MeterProfile], progress: Progress, *, last: int = PRIMARY_MAX
) -> AsyncIterator[FoundMeter]:
    """Each primary address at which something answers."""
    for address in range(last + 1):
        progress(address, last + 1)
        try:
            if not await line.reset(address):
                continue
            yield identified_meter(decode(await line.ask(address, toggle=True)), str(address), profiles)
        except (MeterSilent, ApplicationError):
            yield FoundMeter(str(address), "mbus", note="acknowledges, but sends no data")
        except (DecodeError, BadAnswer):
            yield FoundMeter(
                str(address), "mbus", note="several meters have this address: search by label (--secondary)"
            )
    progress(last + 1, last + 1)


async def search_secondary(
    line: MBusLine, profiles: Sequence[MeterProfile], progress: Progress, *, start: str = ""
) -> AsyncIterator[FoundMeter]:
    """Each meter by the digits of its label. Progress counts the first digit; deeper ones depend on what is there."""
    for number, digit in enumerate(DIGITS):
        if not start:
            progress(number, len(DIGITS))
        async for meter in _meters_below(line, profiles, start + digit):
            yield meter
    if not start:
        progress(len(DIGITS), len(DIGITS))


async def _meters_below(line: MBusLine, profiles: Sequence[MeterProfile], prefix: str) -> AsyncIterator[FoundMeter]:
    """All meters whose digits begin so."""
    telegram = await _selected(line, prefix)
    if telegram is None:
        return
    if isinstance(telegram, Telegram):
        address = telegram.id.rjust(8, "0")
        yield identified_meter(telegram, address, profiles)
        return
    if len(prefix) == 8:
        yield FoundMeter(prefix, "mbus", note="several meters share these digits: add maker and version to the address")
        return
    count = 0
    for digits in (DIGITS, LETTERS):
        for digit in digits:
            async for meter in _meters_below(line, profiles, prefix + digit):
                count += 1
                yield meter
        if count:
            return


async def _selected(line: MBusLine, prefix: str) -> Telegram | Collision | None:
    """The one meter of a selection, Collision for several, None for none."""
    try:
        if not await line.select(Secondary(prefix.ljust(8, "F"))):
            return None
        # acknowledgements of several meters look like one; their data does not
        return decode(await line.ask(SELECTED, toggle=True))
    except Collision as error:
        return error
    except (BadAnswer, DecodeError) as error:
        return Collision(str(error))
    except MeterSilent:
        return None


def identified_meter(telegram: Telegram, address: str, profiles: Sequence[MeterProfile]) -> FoundMeter:
    """Which profiles a telegram's header fits."""
    marked = [
        profile
        for profile in profiles
        if profile.protocol == "mbus" and any(mark.manufacturer for mark in profile.identify)
    ]
    fitting = tuple(profile.id for profile in marked if not mismatch(profile, telegram))
    version = "" if telegram.version is None else f" version {telegram.version}"
    who = f"{telegram.manufacturer or 'no maker named'}{version}, {telegram.medium}"
    return FoundMeter(address, "mbus", profiles=fitting, serial=telegram.id, note=who)
