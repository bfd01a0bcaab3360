"""What a meter data file says, whatever its format: channels, intervals, index reads, and exactly where it is wrong.

Values stay exact decimals of the channel's unit. A block of intervals is contiguous: value k covers
`[start + k * step, start + (k + 1) * step)`.
"""

import re
from dataclasses import dataclass
from datetime import UTC, tzinfo
from decimal import Decimal
from typing import Any

from common.errors import InputError
from common.period import LONG_INTERVAL_MAX_S, LONGEST_STEP_S, STEPS_S
from common.reading import Kind

_PLAIN = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)")
LONG_GRID_S = 1800  # of intervals of days: where clocks change by half an hour a day has half an hour more
DIGITS_MAX = 40  # longer than any meter's display: a number beyond it is a damaged field


@dataclass(frozen=True, slots=True)
class FileChannel:
    """One register as the file names it: `meter` is the metering point, `serial` the device where the file tells it."""

    meter: str
    register: str
    unit: str  # canonical, empty where the file gives none: then what the register counts
    kind: Kind
    step_s: int = 0  # 0 for an index
    serial: str = ""
    quantity: str = "active_energy"
    direction: str = "import"  # as the client sees it: import is what they take from the grid
    tz: tzinfo = UTC  # how the file tells time; for people, never for sums
    usual_unit: str = ""  # of a register that is made for a file which gives none


@dataclass(frozen=True, slots=True)
class FileIntervals:
    """Consecutive consumptions of one channel; instants are milliseconds in UTC."""

    channel: FileChannel
    start_ms: int
    values: tuple[Decimal, ...]
    qualities: bytes
    line: int

    @property
    def end_ms(self) -> int:
        """The instant at which the last interval ends."""
        return self.start_ms + len(self.values) * self.channel.step_s * 1000


@dataclass(frozen=True, slots=True)
class FileIndexReads:
    """What a counter showed at some instants, in ascending order."""

    channel: FileChannel
    at_ms: tuple[int, ...]
    values: tuple[Decimal, ...]
    qualities: bytes
    line: int


FileBlock = FileIntervals | FileIndexReads


@dataclass(frozen=True, slots=True)
class FileFinding:
    """Something odd that does not stop the import; `line` is 0 where no single line is meant."""

    line: int
    message: str

    def as_json(self) -> dict[str, Any]:
        """For `--json`."""
        return {"line": self.line, "message": self.message}


class BadFileError(InputError):
    """A meter data file that is refused whole; says the file, the line, the field and why."""

    code = "bad_file"

    def __init__(self, message: str, *, line: int = 0, field: str = "", file: str = "", hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.line, self.field, self.file = line, field, file
        self._place()

    def in_file(self, file: str) -> "BadFileError":
        """The same error, now knowing which file it was."""
        self.file = file
        self._place()
        return self

    def _place(self) -> None:
        where = f"{self.file}:{self.line}" if self.line else self.file
        self.path = f"{where} {self.field}".strip()

    def as_json(self) -> dict[str, Any]:
        """The common body with the place in parts."""
        body = super().as_json()
        body["error"] |= {"file": self.file, "line": self.line, "field": self.field}
        return body


# unit in lower case -> canonical unit, power of ten; ccf is a hundred, mcf a thousand cubic feet, dth ten therms
_UNITS = {
    "wh": ("kWh", -3), "kwh": ("kWh", 0), "mwh": ("kWh", 3), "gwh": ("kWh", 6),
    "varh": ("kvarh", -3), "kvarh": ("kvarh", 0), "mvarh": ("kvarh", 3),
    "vah": ("kVAh", -3), "kvah": ("kVAh", 0), "mvah": ("kVAh", 3),
    "w": ("kW", -3), "kw": ("kW", 0), "mw": ("kW", 3),
    "var": ("kvar", -3), "kvar": ("kvar", 0), "va": ("kVA", -3), "kva": ("kVA", 0),
    "m3": ("m3", 0), "m³": ("m3", 0), "l": ("m3", -3), "litre": ("m3", -3), "liter": ("m3", -3), "litres": ("m3", -3),
    "hl": ("m3", -1), "kl": ("m3", 0), "ft3": ("ft3", 0), "ft³": ("ft3", 0), "cf": ("ft3", 0), "ccf": ("ft3", 2),
    "hcf": ("ft3", 2), "mcf": ("ft3", 3), "gal": ("gal", 0), "gallons": ("gal", 0), "kgal": ("gal", 3),
    "therm": ("therm", 0), "therms": ("therm", 0), "thm": ("therm", 0), "dth": ("therm", 1), "mmbtu": ("MMBtu", 0),
    "mj": ("GJ", -3), "gj": ("GJ", 0),
    "v": ("V", 0), "a": ("A", 0), "hz": ("Hz", 0), "pf": ("1", 0), "1": ("1", 0),
}  # fmt: skip


def canonical_unit(name: str, *, line: int, field: str) -> tuple[str, int]:
    """Our name of a unit however it is spelt, and the power of ten to get there; empty stays empty."""
    if not name.strip():
        return "", 0
    try:
        return _UNITS[name.strip().lower()]
    except KeyError:
        raise BadFileError(f"{name!r} is not a unit we know", line=line, field=field) from None


def check_step(step_s: int, *, field: str, subject: str, line: int = 0) -> None:
    """Refuse an interval that is neither one of a day's steps nor whole hours of days, months, up to a year.

    Half hours pass: some zones change their clock by one.
    """
    is_long = LONGEST_STEP_S < step_s <= LONG_INTERVAL_MAX_S and not step_s % LONG_GRID_S
    if step_s not in STEPS_S and not is_long:
        raise BadFileError(
            f"{subject} is {step_s} s long", line=line, field=field,
            hint=f"one of {STEPS_S}, or whole hours up to a year; of other spans enter the index at both ends",
        )  # fmt: skip


def exact(text: str, *, line: int, field: str) -> Decimal:
    """A plain decimal number; anything else (letters, NaN, infinity, exponents, blanks) is refused with its place."""
    if len(text) > DIGITS_MAX or not _PLAIN.fullmatch(text):
        raise BadFileError(f"{text[:DIGITS_MAX]!r} is not a number", line=line, field=field)
    return Decimal(text)
