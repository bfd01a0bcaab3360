"""M-Bus data records (EN 13757-3): DIF, DIFE, VIF, VIFE and data, one after the other; pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from common.errors import DecodeError
from edge_agent.drivers.codecs import mbus_value as values
from edge_agent.drivers.codecs.byte_reader import ByteReader
from edge_agent.drivers.codecs.mbus_value import Number, Value
from edge_agent.drivers.codecs.mbus_vif import (
    EXTENSION_FB,
    EXTENSION_FD,
    EXTENSION_FD_FD,
    PER,
    PRIMARY,
    QUALIFIERS,
    RECORD_ERRORS,
    VifMeaning,
    lookup,
    power_of_ten,
)

FUNCTIONS = ("Instantaneous value", "Maximum value", "Minimum value", "Value during error state")
MANUFACTURER, MORE_FOLLOWS = "Manufacturer specific", "More records follow"
EXTENSIONS_MAX = 10  # DIFE or VIFE of one record
SIZES = {0: 0, 1: 1, 2: 2, 3: 3, 4: 4, 5: 4, 6: 6, 7: 8, 8: 0, 9: 1, 10: 2, 11: 3, 12: 4, 14: 6}
DAMAGED = "the frame is damaged or was cut: read again"


@dataclass(frozen=True, slots=True)
class MBusRecord:
    """One value of a telegram. `valid` is false where the meter says that it has none.

    A record that says *when* a value occurred carries that in `time_point`; its `value`, the same bytes read by the
    unit alone, is then not valid.
    """

    function: str
    storage: int
    tariff: int
    subunit: int
    quantity: str
    unit: str
    value: Number
    raw: bytes
    valid: bool = True
    qualifiers: tuple[str, ...] = ()
    time_point: str = ""


class _RecordReader(ByteReader):
    """Bytes of the records of one telegram; running out of them names the record and the field."""

    __slots__ = ("msb_first", "number")

    def __init__(self, data: bytes, *, msb_first: bool) -> None:
        super().__init__(data, sentence="", hint=DAMAGED)
        self.number = 0  # of the record that is being read
        self.msb_first = msb_first

    def next_byte(self, field: str) -> int:
        """The byte of a field."""
        return self.next_bytes(1, field)[0]

    def next_bytes(self, count: int, field: str) -> bytes:
        """The bytes of a field."""
        if count > self.left:
            self.sentence = f"the frame ends inside the {field} of record {self.number}"
        return self.take(count)

    def content(self, count: int) -> bytes:
        """Data bytes, low byte first whatever the frame's mode."""
        data = self.next_bytes(count, "data")
        return data[::-1] if self.msb_first else data


def records(data: bytes, *, msb_first: bool = False) -> Iterator[MBusRecord]:
    """All records of a telegram's body; DecodeError where its structure breaks."""
    reader = _RecordReader(data, msb_first=msb_first)
    while reader.at < len(data):
        dif = reader.next_byte("DIF")
        if dif == 0x2F:  # filler
            continue
        if dif & 0x0F == 0x0F:
            yield _special(dif, reader)
            return
        yield _record(dif, reader)
        reader.number += 1


def more_follows(telegram_records: tuple[MBusRecord, ...]) -> bool:
    """Whether the meter has further telegrams."""
    return bool(telegram_records) and telegram_records[-1].function == MORE_FOLLOWS


def _special(dif: int, reader: _RecordReader) -> MBusRecord:
    """Manufacturer data up to the end, with or without more telegrams behind."""
    if dif not in (0x0F, 0x1F):
        raise DecodeError(f"DIF {dif:02x} of record {reader.number} is reserved", hint=DAMAGED)
    rest = reader.next_bytes(reader.left, "data")
    function = MANUFACTURER if dif == 0x0F else MORE_FOLLOWS
    value = values.raw(rest).value
    return MBusRecord(function=function, storage=0, tariff=0, subunit=0, quantity="", unit="", value=value, raw=rest)


def _record(dif: int, reader: _RecordReader) -> MBusRecord:
    storage, tariff, subunit = _data_information(dif, reader)
    meaning, extensions = _value_information(reader)
    data, content = _data(dif & 0x0F, meaning, reader)
    meaning, qualifiers, offset = _combined(meaning, extensions)
    value = content.value
    if isinstance(value, Decimal):
        value = value * meaning.factor + offset
    errors = any(name in RECORD_ERRORS.values() for name in qualifiers)
    when = _dated(data, "datetime") if any(name.startswith("date and time") for name in qualifiers) else None
    return MBusRecord(
        function=FUNCTIONS[(dif >> 4) & 3],
        storage=storage,
        tariff=tariff,
        subunit=subunit,
        quantity=meaning.quantity,
        unit=meaning.unit if content.unit is None else content.unit,
        value=value,
        raw=data,
        valid=content.valid and not errors and when is None,
        qualifiers=qualifiers,
        time_point=str(when.value) if when and when.valid else "",
    )


def _data_information(dif: int, reader: _RecordReader) -> tuple[int, int, int]:
    """Storage number, tariff and subunit from DIF and DIFEs."""
    storage, tariff, subunit = (dif >> 6) & 1, 0, 0
    more, count = dif & 0x80, 0
    while more:
        if count == EXTENSIONS_MAX:
            raise DecodeError(f"record {reader.number} has more than {EXTENSIONS_MAX} DIFEs", hint=DAMAGED)
        dife = reader.next_byte("DIFE")
        storage |= (dife & 0x0F) << (1 + 4 * count)
        tariff |= ((dife >> 4) & 0x03) << (2 * count)
        subunit |= ((dife >> 6) & 0x01) << count
        more, count = dife & 0x80, count + 1
    return storage, tariff, subunit


def _value_information(reader: _RecordReader) -> tuple[VifMeaning, list[int]]:
    """Meaning of the VIF, and the VIFEs that may change it."""
    vif = reader.next_byte("VIF")
    meaning = lookup(PRIMARY, vif & 0x7F)
    if vif & 0x7F == 0x7C:  # the unit in plain text
        length = reader.next_byte("length of the plain-text unit")
        text = reader.next_bytes(length, "plain-text unit")[::-1].decode("latin-1")
        meaning = VifMeaning(text, "-")
    extensions: list[int] = []
    more = vif & 0x80
    while more:
        if len(extensions) == EXTENSIONS_MAX:
            raise DecodeError(f"record {reader.number} has more than {EXTENSIONS_MAX} VIFEs", hint=DAMAGED)
        vife = reader.next_byte("VIFE")
        extensions.append(vife & 0x7F)
        more = vife & 0x80
    if vif in (0xFD, 0xFB):
        table = EXTENSION_FD if vif == 0xFD else EXTENSION_FB
        if vif == 0xFD and extensions[0] == 0x7D and len(extensions) > 1:
            table, extensions = EXTENSION_FD_FD, extensions[1:]
        return lookup(table, extensions[0]), extensions[1:]
    if vif & 0x7F == 0x7F:  # what follows is the maker's own
        return meaning, []
    return meaning, extensions


def _combined(meaning: VifMeaning, extensions: list[int]) -> tuple[VifMeaning, tuple[str, ...], Decimal]:
    """The meaning after all combinable VIFEs; names of those that only qualify; a constant to add."""
    factor, unit, offset = meaning.factor, meaning.unit, Decimal(0)
    names = []
    for code in extensions:
        if code == 0x7F:  # further codes are the maker's own
            names.append(QUALIFIERS[code])
            break
        if 0x70 <= code <= 0x77:
            factor *= power_of_ten((code & 7) - 6)
        elif 0x78 <= code <= 0x7B:
            offset += power_of_ten((code & 3) - 3)
        elif code == 0x7D:
            factor *= 1000
        elif code in PER:
            unit += f"/{PER[code]}"
        else:
            names.append(QUALIFIERS.get(code) or RECORD_ERRORS.get(code) or f"VIFE {code:02x}")
    return VifMeaning(meaning.quantity, unit, factor), tuple(names), offset


def _data(kind: int, meaning: VifMeaning, reader: _RecordReader) -> tuple[bytes, Value]:
    """The raw bytes of a record and what they say."""
    if kind == 13:
        length, form = values.variable_length(reader.next_byte("length of the data"))
        data = reader.content(length)
        named_only = meaning.coding in ("raw", "date", "datetime")
        return data, values.undecoded(data) if named_only else values.variable(data, form)
    data = reader.content(SIZES[kind])
    if kind in (0, 8):  # no data; selection for readout
        return data, Value("")
    if meaning.coding == "raw":
        return data, values.undecoded(data)
    if kind == 5:
        return data, values.real(data)
    if kind >= 9:
        return data, values.bcd(data)
    if meaning.coding == "daylight" and len(data) == 4:
        return data, values.daylight_saving(data)
    dated = _dated(data, meaning.coding)
    return data, dated or values.integer(data, signed=meaning.coding != "unsigned")


def _dated(data: bytes, coding: str) -> Value | None:
    """Times by their length; None if the record is a number."""
    if coding not in ("date", "datetime"):
        return None
    if len(data) == 2:
        return values.date(data)
    if len(data) == 3:
        return values.time_of_day(data)
    if len(data) == 4:
        return values.date_time(data)
    if len(data) == 6:
        return values.date_time_s(data)
    return None
