"""What every driver promises: one open line to meters that speak one protocol, and the right value or no value.

Errors of a driver:

UnavailableError
├── LineDown        the port or connection cannot be opened or broke: every meter behind it is out of reach
└── MeterSilent     this one meter did not answer in time; others on the line may
InputError
├── MeterRefused    the meter answered that it will not or cannot (Modbus exception, M-Bus application error)
├── WrongMeter      another meter than the profile's answers at this address
└── DecodeError
    └── BadAnswer   the answer is damaged, foreign, late or impossible; nothing of it is used
"""

from collections.abc import Awaitable, Callable, Sequence
from functools import cache
from typing import Protocol, Self, cast, runtime_checkable

import msgspec

from common.errors import DecodeError, InputError, UnavailableError
from common.profile import MeterProfile
from common.reading import Quality


class LineDown(UnavailableError):  # noqa: N818 - named after what happened, as the errors in common are not
    """The port or connection cannot be opened, or broke."""

    code = "line_down"


class MeterSilent(UnavailableError):  # noqa: N818 - see above
    """The meter did not answer in time."""

    code = "meter_silent"


class MeterRefused(InputError):  # noqa: N818 - see above
    """The meter answered that it will not or cannot."""

    code = "meter_refused"


class WrongMeter(InputError):  # noqa: N818 - see above
    """Another meter than the profile's answers at this address."""

    code = "wrong_meter"


class BadAnswer(DecodeError):  # noqa: N818 - see above
    """The answer is damaged, foreign, late or impossible."""

    code = "bad_answer"


class RegisterValue(msgspec.Struct, frozen=True, gc=False):
    """One register as it was read.

    `value` is exact: thousandths of `unit` (the canonical unit of the profile's register). `at_ms` is the wall clock
    when the answer was complete, or the meter's own time where it sends one (`meter_time` is then true). `raw` is the
    evidence: the bytes of this register as received.
    """

    register: str
    unit: str
    kind: str
    value: int
    at_ms: int
    raw: bytes
    profile_id: str
    profile_hash: str
    quality: int = Quality.ACTUAL
    meter_time: bool = False


class Driver(Protocol):
    """One open line. The context manager opens and closes it; one task uses it at a time.

    `address` is the meter's address as the site file writes it: a Modbus unit ("17"), an M-Bus primary or secondary
    address ("5", "12345678"), a DevEUI. `registers` are names of the profile, empty for all. A register that this
    variant of the meter lacks is left out of the answer. `address` and `profile` may change from call to call.
    """

    async def __aenter__(self) -> Self: ...

    async def __aexit__(self, *exc: object) -> None: ...

    async def read(self, address: str, profile: MeterProfile, registers: Sequence[str] = ()) -> list[RegisterValue]:
        """The values of the named registers, each checked; or LineDown, MeterSilent, MeterRefused, BadAnswer."""
        ...

    async def identify(self, address: str, profile: MeterProfile) -> str:
        """The meter's serial number ("" if it has none to read); WrongMeter if the profile's marks do not hold."""
        ...


Values = Callable[[], Sequence[RegisterValue]]
Fetch = Callable[[str, MeterProfile, Sequence[str]], Awaitable[Values]]


@runtime_checkable
class Fetching(Protocol):
    """A driver that can say later what an answer means: many answers are decoded for less in one go."""

    async def fetch(self, address: str, profile: MeterProfile, registers: Sequence[str] = ()) -> Values:
        """As `read`; the values, or a DecodeError, come when the result is called."""
        ...


def fetch_of(driver: Driver) -> Fetch:
    """The driver's `fetch`; of one that has none its `read`, whose values are there at once."""
    if _offers(type(driver), Fetching):
        return cast(Fetching, driver).fetch

    async def fetch(address: str, profile: MeterProfile, registers: Sequence[str]) -> Values:
        values = await driver.read(address, profile, registers)
        return lambda: values

    return fetch


@runtime_checkable
class Acknowledged(Protocol):
    """A driver whose values exist only once (messages, files): it keeps them until they are known to be committed."""

    async def committed(self, address: str) -> None:
        """What the last `read` of this address gave is on the disk now: it may be deleted at its source."""
        ...


def acknowledged(driver: Driver) -> Acknowledged | None:
    """The driver itself if it is to be told what was committed."""
    return cast(Acknowledged, driver) if _offers(type(driver), Acknowledged) else None


@cache
def _offers(driver: type, protocol: type) -> bool:
    """`isinstance` for a protocol, which Python works out anew each time."""
    return issubclass(driver, protocol)


def register_names(profile: MeterProfile, registers: Sequence[str]) -> tuple[str, ...]:
    """The names to read: those asked for, or all; an unknown one is a NotFoundError."""
    for name in registers:
        profile.register(name)
    return tuple(registers) or tuple(profile.registers)
