"""Meter profiles: what is known about one model of meter, as one checked TOML file of `firmware_configs/meters`.

A profile names its source, says how to reach each register, how to know the meter, and carries recorded samples.
A new meter is a new file, never new code. Everything in here works without network and database.
"""

import hashlib
import re
import tomllib
from collections.abc import Iterator
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

import msgspec

from common.errors import InputError, NotFoundError
from common.reading import Kind, Unit

METERS_DIR = Path(__file__).resolve().parent.parent / "firmware_configs" / "meters"
WORDS = {"u16": 1, "s16": 1, "u32": 2, "s32": 2, "f32": 2, "u64": 4, "s64": 4, "f64": 4}
NAME = re.compile(r"[a-z][a-z0-9_]*")


class SerialDefaults(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Line settings a meter leaves the factory with; the site file may say otherwise."""

    baud: int = 9600
    data_bits: int = 8
    parity: Literal["N", "E", "O"] = "N"
    stop_bits: int = 1
    address: int = 1


class ReadRules(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How the meter likes to be asked.

    `words_max` registers at most in one request, `hole_max` unneeded registers may be read on the way to the next
    wanted one, no request crosses a `barriers` address. `timeout_ms` and `gap_ms` are where learning starts.
    """

    function: Literal[3, 4] = 3
    word_order: Literal["big", "little"] = "big"
    byte_order: Literal["big", "little"] = "big"
    words_max: int = 100
    hole_max: int = 20
    barriers: tuple[int, ...] = ()
    timeout_ms: int = 1000
    gap_ms: int = 5
    sunspec: bool = False  # addresses are offsets in the SunSpec model block, found by walking the chain


class Record(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which M-Bus record a register is: the `nth` that matches (0 = the first)."""

    quantity: str
    function: str = "instantaneous"
    storage: int = 0
    tariff: int = 0
    subunit: int = 0
    nth: int = 0
    unit: str = ""  # only where one telegram carries a quantity in several units
    qualifier: str = ""  # of a combinable VIFE, such as "uncorrected unit"


class Register(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One register of a meter; value = raw x scale in `unit`. Exactly one way of finding it is given."""

    unit: Unit
    kind: Kind
    scale: Decimal = Decimal(1)
    address: int | None = None  # Modbus: 0-based, as in the request
    type: str = ""  # u16 s16 u32 s32 u64 s64 f32 f64 bcd16 bcd32 bcd64
    function: Literal[3, 4] | None = None
    word_order: Literal["big", "little"] | None = None
    scale_address: int | None = None  # Modbus: s16 power of ten, read in the same request (SunSpec)
    invalid: tuple[int, ...] = ()  # raw values (unsigned) that mean "not supported"
    record: Record | None = None  # M-Bus
    obis: str = ""  # IEC 62056-21, P1, SML, DLMS: "1.8.0"
    path: str = ""  # JSON of an IoT message: "energy.total"
    column: str = ""  # CSV
    pattern: str = ""  # SMS text: a regular expression with one group
    sum: tuple[str, ...] = ()  # other registers; a leading "-" subtracts
    digits: int | None = None  # of the counter, where known: before it rolls over
    optional: bool = False  # some variants of the model do not have it

    @property
    def words(self) -> int:
        """Modbus registers this value takes."""
        return WORDS.get(self.type) or int(self.type.removeprefix("bcd")) // 16


class Identify(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One fact that tells this model from others. All of a profile's facts must hold.

    Where a maker has no model register, a `register` whose value must lie `between` two numbers (or be 0) keeps a
    wrong map from being believed: a float read as an integer is far outside.
    """

    register: str = ""
    between: tuple[Decimal, Decimal] | None = None
    address: int | None = None
    function: Literal[3, 4] | None = None
    type: str = ""  # as registers, or str
    words: int = 0  # of a str
    one_of: tuple[int | str, ...] = ()
    starts_with: str = ""
    manufacturer: str = ""  # M-Bus
    versions: tuple[int, ...] = ()
    media: tuple[str, ...] = ()
    note: str = ""


class Serial(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where the meter keeps its serial number."""

    address: int
    type: str = "u32"
    function: Literal[3, 4] | None = None
    words: int = 0  # of a str


class Sample(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Raw words, bytes or text and the value they must give."""

    register: str
    value: str
    words: tuple[int, ...] = ()
    scale_word: int | None = None
    hex: str = ""
    text: str = ""
    origin: str = "computed from the type's encoding"


class MeterProfile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One model of meter. `hash` names this very version of the file."""

    id: str
    maker: str
    models: tuple[str, ...]
    protocol: str
    source: str
    registers: dict[str, Register]
    samples: tuple[Sample, ...]
    medium: str = "electricity"
    phases: int | None = None
    notes: str = ""
    power_max_kw: int | None = None  # plausibility: an index may not grow faster
    serial: SerialDefaults = SerialDefaults()
    read: ReadRules = ReadRules()
    identify: tuple[Identify, ...] = ()
    serial_number: Serial | None = None
    time_field: str = ""  # path or column of the meter's own time
    options: dict[str, Any] = {}  # what only one driver understands
    hash: str = ""

    def register(self, name: str) -> Register:
        """The register of that name."""
        try:
            return self.registers[name]
        except KeyError:
            raise NotFoundError(
                f"{self.id} has no register {name!r}", hint=f"it has {', '.join(self.registers)}"
            ) from None

    @property
    def billing(self) -> tuple[str, ...]:
        """Names of the registers that can be billed: everything but momentary values."""
        return tuple(name for name, register in self.registers.items() if register.kind is not Kind.INSTANT)


def parse(text: str, path: str = "") -> MeterProfile:
    """A profile from TOML text; says which field of which file is wrong."""
    try:
        raw = tomllib.loads(text, parse_float=Decimal)
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"not TOML: {error}", path=path) from error
    raw["hash"] = hashlib.sha256(text.encode()).hexdigest()[:16]
    try:
        profile = msgspec.convert(raw, MeterProfile, strict=True)
    except msgspec.ValidationError as error:
        raise InputError(_fault(raw, error), path=path, hint="firmware_configs/README.md lists the fields") from error
    for problem in problems(profile):
        raise InputError(problem, path=path, hint="firmware_configs/README.md lists the fields")
    return profile


def _fault(raw: dict[str, Any], error: msgspec.ValidationError) -> str:
    """What does not fit, with the name of the register where it is one, and what a unit or kind may be."""
    text = str(error)
    registers = raw.get("registers")
    for name, given in registers.items() if isinstance(registers, dict) else ():
        try:
            msgspec.convert(given, Register, strict=True)
        except msgspec.ValidationError as inside:
            text = f"registers.{name}: {inside}"
            break
    for field, choices in (("unit", Unit), ("kind", Kind)):
        if "enum" in text and text.endswith(f"$.{field}`"):
            text += f"; it is one of {', '.join(choices)}"
    return text


def problems(profile: MeterProfile) -> Iterator[str]:
    """Everything that is well formed but makes no sense."""
    if not NAME.fullmatch(profile.id):
        yield f"id {profile.id!r} must be lower case letters, digits and _"
    if not profile.registers:
        yield "a profile without registers reads nothing"
    for name, register in profile.registers.items():
        if not NAME.fullmatch(name):
            yield f"registers.{name}: names are lower case letters, digits and _"
        yield from (f"registers.{name}: {fault}" for fault in _register_faults(profile, register))
    for number, mark in enumerate(profile.identify):
        if mark.register and (mark.register not in profile.registers or mark.between is None):
            yield f"identify[{number}]: needs a register of this profile and two numbers it lies between"
    for number, sample in enumerate(profile.samples):
        if sample.register not in profile.registers:
            yield f"samples[{number}]: there is no register {sample.register!r}"
    if not profile.samples:
        yield "at least one sample is needed: raw words and the value the meter showed"


def _register_faults(profile: MeterProfile, register: Register) -> Iterator[str]:
    places = ("address", "record", "obis", "path", "column", "pattern", "sum")
    given = [place for place in places if getattr(register, place) not in (None, "", ())]
    if len(given) != 1:
        yield f"needs exactly one of {', '.join(places)}; it has {', '.join(given) or 'none'}"
    if register.address is not None:
        if register.type not in WORDS and register.type not in ("bcd16", "bcd32", "bcd64"):
            yield f"type {register.type!r} is unknown"
        elif not 0 <= register.address <= 65536 - register.words:
            yield f"address {register.address} is outside 0 to 65535"
        elif register.words > profile.read.words_max:
            yield "does not fit into one request"
    for other in register.sum:
        if other.removeprefix("-") not in profile.registers:
            yield f"sum names {other!r}, which is not a register"
    if register.scale == 0:
        yield "a scale of 0 would read 0 for ever"


@lru_cache(maxsize=256)
def load(path: Path) -> MeterProfile:
    """The profile of one file; its id must be the file's name."""
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise NotFoundError(f"there is no meter profile {path.stem!r}", path=str(path)) from None
    profile = parse(text, path.name)
    if profile.id != path.stem:
        raise InputError(f"the id is {profile.id!r} but the file is {path.name}", path=path.name)
    return profile


def find(profile_id: str, folder: Path = METERS_DIR) -> MeterProfile:
    """The profile of that id, or NotFoundError with the nearest names."""
    if not NAME.fullmatch(profile_id):
        raise InputError(f"{profile_id!r} is not a profile id", hint="for example eastron_sdm630")
    path = folder / f"{profile_id}.toml"
    if not path.exists():
        import difflib

        near = difflib.get_close_matches(profile_id, ids(folder), 3, 0.4)
        hint = f"did you mean {' or '.join(near)}?" if near else "`energy-edge profiles` lists all"
        raise NotFoundError(f"there is no meter profile {profile_id!r}", hint=hint)
    return load(path)


def ids(folder: Path = METERS_DIR) -> list[str]:
    """Ids of all profiles, sorted."""
    return sorted(path.stem for path in folder.glob("*.toml"))


def load_all(folder: Path = METERS_DIR) -> list[MeterProfile]:
    """All profiles, sorted by id; the first wrong file is an InputError."""
    return [load(folder / f"{profile_id}.toml") for profile_id in ids(folder)]
