"""What the bytes of one poll mean: a column a wanted register, made once and used at every poll; pure.

`decode.register_value` says what a value is. A column gives the same number in thousandths by the shortest way: whole
numbers by whole numbers, floats without text wherever rounding leaves no doubt.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from common.profile import MeterProfile, ReadRules, Register
from common.reading import THOUSANDTHS, VALUE_MAX, thousandths
from edge_agent.drivers.interface import RegisterValue
from edge_agent.drivers.modbus_words import FLOAT32, float32_number, ordered, register_value
from edge_agent.drivers.values import VALUE_LIMIT

Reader = Callable[[bytes], int | None]
EXPONENT_MAX = 10  # of a scale factor; 0x8000 means "not implemented"
DOUBT = 1.001 * 2.0**-24  # how far the decimal that is shown may be from a float32: half its last bit
UNDOUBTED_MAX = 0.5 / DOUBT
DOUBLE_MAX = 2.0**40  # doubles below are exact to a thousandth of a thousandth


@dataclass(frozen=True, slots=True)
class RegisterColumn:
    """One wanted register; `parts` are the columns that it is the sum of."""

    name: str
    unit: str
    kind: str
    read: Reader
    parts: tuple[str, ...] = ()


def columns(profile: MeterProfile, names: Sequence[str]) -> tuple[RegisterColumn, ...]:
    """The columns of the named registers, in their order."""
    chosen = []
    for name in names:
        register = profile.registers[name]
        read = _no_bytes if register.sum else reader(register, profile.read)
        chosen.append(RegisterColumn(name, register.unit.value, register.kind.value, read, register.sum))
    return tuple(chosen)


def column_values(
    profile: MeterProfile, chosen: Sequence[RegisterColumn], raw_by_register: Mapping[str, bytes], at_ms: int
) -> list[RegisterValue]:
    """The values in the bytes of one poll, without sums that lack a part and numbers that no meter can count to."""
    values, profile_id, profile_hash = [], profile.id, profile.hash
    for column in chosen:
        if column.parts:
            raw = b"".join(raw_by_register.get(addend.removeprefix("-"), b"") for addend in column.parts)
            value = _sum(profile, column.parts, raw_by_register)
        else:
            raw = raw_by_register.get(column.name, b"")
            value = column.read(raw) if raw else None
        if value is not None:
            values.append(
                RegisterValue(column.name, column.unit, column.kind, value, at_ms, raw, profile_id, profile_hash)
            )
    return values


def exact_value(register: Register, rules: ReadRules, raw: bytes) -> Decimal | None:
    """The value in the register's unit; `raw` ends with the scale factor where the register has one."""
    exponent = 0
    if register.scale_address is not None:
        raw, exponent = raw[:-2], int.from_bytes(raw[-2:], "big", signed=True)
        if abs(exponent) > EXPONENT_MAX:
            return None
    return register_value(raw, register, word_order=rules.word_order, byte_order=rules.byte_order, exponent=exponent)


def reader(register: Register, rules: ReadRules) -> Reader:
    """From bytes to thousandths of the unit; None where the meter says that it has no value."""

    def by_text(raw: bytes) -> int | None:
        return _rounded(exact_value(register, rules, raw))

    if register.scale_address is not None:
        return by_text
    orders = register.word_order or rules.word_order, rules.byte_order
    if register.type == "f32" and not register.invalid and orders == ("big", "big"):
        return _float_reader(float(register.scale * THOUSANDTHS), by_text)
    if register.type[0] in "us":
        return _integer_reader(register, *orders)
    return by_text


def _float_reader(factor: float, by_text: Reader) -> Reader:
    """A small float is rounded itself: what is shown for it lies so near that most round alike. Others as shown."""
    unpack = FLOAT32.unpack

    def read(raw: bytes) -> int | None:
        number: float = unpack(raw)[0] * factor
        if -UNDOUBTED_MAX < number < UNDOUBTED_MAX:
            whole = round(number)
            if abs(number - whole) + abs(number) * DOUBT < 0.5:
                return whole
        if -DOUBLE_MAX < number < DOUBLE_MAX:  # also tells what is no number
            number = float32_number(raw) * factor
            whole = round(number)
            if abs(number - whole) < 0.49:
                return whole
        return by_text(raw)

    return read


def _integer_reader(register: Register, word_order: str, byte_order: str) -> Reader:
    """Bytes x scale, as a fraction of whole numbers."""
    signed, bits = register.type[0] == "s", 16 * register.words
    invalid = {number - (1 << bits) if signed and number >> (bits - 1) else number for number in register.invalid}
    times, per = (Fraction(register.scale) * THOUSANDTHS).as_integer_ratio()
    straight = word_order == byte_order == "big"

    def read(raw: bytes) -> int | None:
        if not straight:
            raw = ordered(raw, word_order=word_order, byte_order=byte_order)
        number = int.from_bytes(raw, "big", signed=signed)
        if number in invalid:
            return None
        whole, rest = divmod(number * times, per)
        if 2 * rest > per or (2 * rest == per and whole & 1):
            whole += 1
        return whole if abs(whole) <= VALUE_MAX else None

    return read


def _sum(profile: MeterProfile, parts: Sequence[str], raw_by_register: Mapping[str, bytes]) -> int | None:
    """The sum of other registers of the same poll; None if one is missing."""
    total = Decimal(0)
    for addend in parts:
        name = addend.removeprefix("-")
        value = (
            exact_value(profile.registers[name], profile.read, raw_by_register[name])
            if name in raw_by_register
            else None
        )
        if value is None:
            return None
        total += -value if addend.startswith("-") else value
    return _rounded(total)


def _rounded(value: Decimal | None) -> int | None:
    return None if value is None or abs(value) > VALUE_LIMIT else thousandths(value)


def _no_bytes(_: bytes) -> None:
    """A sum has no bytes of its own."""
