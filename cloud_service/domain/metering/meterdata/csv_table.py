"""Our own CSV: one reading a line; columns named by the header or a mapping, times with an offset or in a stated zone.

Columns: meter, register, time, value; and optionally unit, kind (index or interval), step (seconds), quality. What a
file lacks may be stated once for all of it. The time of an interval is its start unless the mapping says otherwise.
"""

import csv
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from types import MappingProxyType
from typing import Protocol

from cloud_service.domain.metering.meterdata.counted import USUAL_UNIT, counted_by
from cloud_service.domain.metering.meterdata.record import milliseconds
from cloud_service.domain.metering.meterdata.row_order import is_newest_first, look_ahead
from cloud_service.domain.metering.meterdata.series import (
    DIGITS_MAX,
    BadFileError,
    FileBlock,
    FileChannel,
    FileFinding,
    FileIndexReads,
    FileIntervals,
    exact,
)
from cloud_service.domain.metering.meterdata.wall_clock import WallClock
from common.errors import InputError
from common.period import STEPS_S, zone
from common.reading import Kind, Quality

COLUMNS = ("meter", "register", "time", "value", "unit", "kind", "step", "quality", "direction")
CHANNEL_COLUMNS = tuple(name for name in COLUMNS if name not in ("time", "value", "quality"))
NEEDED = ("meter", "time", "value")
DEFAULTS = {"register": "import", "unit": "", "kind": "index", "step": "900", "quality": "actual", "direction": ""}
BLOCK_MAX = 4096  # values of one channel that are gathered before they go on
OPEN_MAX = 200_000  # values of all channels together
THOUSANDS = {
    ",": re.compile(r"[+-]?[0-9]{1,3}(?:[. '’\u00a0\u202f][0-9]{3})+"),
    ".": re.compile(r"[+-]?[0-9]{1,3}(?:[, '’\u00a0\u202f][0-9]{3})+"),
}
"""By decimal sign: digits in threes, as spreadsheets write them."""
DELIMITERS = (",", ";", "\t", "|")
QUALITIES = {quality.name.lower(): quality for quality in Quality} | {
    "a": Quality.ACTUAL, "s": Quality.SUBSTITUTED, "f": Quality.SUBSTITUTED, "e": Quality.ESTIMATED, "": Quality.ACTUAL,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class ColumnMapping:
    """How a foreign table is read. `columns`: our name -> the file's; `constants`: our name -> value for all lines."""

    columns: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    constants: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    zone: str = "UTC"  # of times without an offset
    delimiter: str = ""  # empty: found in the header
    decimal: str = "."
    time_format: str = ""  # of strptime; empty: ISO 8601
    interval_time: str = "start"  # or end

    def __post_init__(self) -> None:
        for name in (*self.columns, *self.constants):
            if name not in COLUMNS:
                raise InputError(
                    f"{name!r} is not a column we know", path="mapping", hint=f"one of {', '.join(COLUMNS)}"
                )
        if self.interval_time not in ("start", "end"):
            raise InputError("an interval's time is its start or its end", path="mapping")
        if self.decimal not in THOUSANDS:
            raise InputError(
                f"{self.decimal!r} does not stand before decimals", path="mapping", hint="a comma or a point"
            )
        zone(self.zone)


def blocks(lines: Iterable[str], mapping: ColumnMapping, findings: list[FileFinding]) -> Iterator[FileBlock]:  # noqa: ARG001 - as all formats
    """The readings of a table, gathered into blocks; BadFileError at the first line that is wrong."""
    table, reader = open_table(lines, mapping)
    gatherer = _Gatherer()
    try:
        for fields in reader:
            if any(fields):
                yield from gatherer.add(*table.reading(reader.line_num + 1, fields))
    except csv.Error as error:
        raise BadFileError(str(error), line=reader.line_num + 1) from None
    yield from gatherer.flush()


class TableRows(Protocol):
    """Rows as the standard library reads them, and how many lines they took so far."""

    @property
    def line_num(self) -> int:
        """Lines so far, without the header."""

    def __iter__(self) -> Iterator[list[str]]:
        """All that are left."""

    def __next__(self) -> list[str]:
        """The next one."""


def open_table(lines: Iterable[str], mapping: ColumnMapping) -> "tuple[ReadingTable, TableRows]":
    """What the header says, and the rows below it, which are one line further down than their reader counts."""
    source = iter(lines)
    header = next(source, "")
    delimiter = mapping.delimiter or max(DELIMITERS, key=header.count)
    names = [name.strip() for name in next(csv.reader([header], delimiter=delimiter), [])]
    first, rest = look_ahead(source)
    table = ReadingTable(names, mapping)
    table.find_order(csv.reader(first, delimiter=delimiter))
    return table, csv.reader(rest, delimiter=delimiter, strict=True)


@dataclass(frozen=True, slots=True)
class TableReading:
    """One row: an instant and what was read then."""

    at_ms: int
    value: Decimal
    quality: int
    line: int


class ReadingTable:
    """The meaning of a table's columns, and of each line."""

    def __init__(self, names: list[str], mapping: ColumnMapping) -> None:
        self.mapping, self.width = mapping, len(names)
        lower = {name.lower(): index for index, name in enumerate(names)}
        self.places: dict[str, int] = {}
        for ours in COLUMNS:
            theirs = mapping.columns.get(ours, ours).lower()
            if theirs in lower:
                self.places[ours] = lower[theirs]
            elif ours in mapping.columns or (ours in NEEDED and ours not in mapping.constants):
                raise BadFileError(
                    f"has no column {mapping.columns.get(ours, ours)!r} for {ours}",
                    line=1,
                    field=ours,
                    hint=f"its columns are {', '.join(names)}; map them or state a value for all lines",
                )
        self.constants = DEFAULTS | dict(mapping.constants)
        self._channel_places = [self.places[name] for name in CHANNEL_COLUMNS if name in self.places]
        self._channels: dict[tuple[str, ...], tuple[FileChannel, int]] = {}
        self._clock = WallClock(mapping.zone)

    def find_order(self, rows: Iterable[list[str]]) -> None:
        """Look at the first rows: a table may begin with the newest."""
        times = []
        for fields in rows:
            with suppress(BadFileError, csv.Error):
                if len(fields) == self.width:
                    key = tuple(map(fields.__getitem__, self._channel_places))
                    times.append((key, self._moment(0, self._text(fields, "time")).replace(tzinfo=None)))
        self._clock.newest_first = is_newest_first(times)

    def reading(self, line: int, fields: list[str]) -> tuple[FileChannel, TableReading]:
        """What one line says."""
        if len(fields) != self.width:
            raise BadFileError(f"{len(fields)} fields where the header has {self.width}", line=line)
        key = tuple(map(fields.__getitem__, self._channel_places))
        if key not in self._channels:
            self._channels[key] = self._channel(line, self._channel_fields(fields))
        channel, scale = self._channels[key]
        value = exact(self._plain(line, self._text(fields, "value")), line=line, field="value").scaleb(scale)
        quality = self._text(fields, "quality").lower()
        if quality not in QUALITIES:
            raise BadFileError(f"{quality!r} is not a quality", line=line, field="quality")
        at = self._instant(line, self._text(fields, "time"), channel)
        return channel, TableReading(milliseconds(at), value, QUALITIES[quality], line)

    def _plain(self, line: int, text: str) -> str:
        """A number with a point before decimals and nothing between thousands."""
        decimal = self.mapping.decimal
        whole, sign, decimals = text.partition(decimal)
        if (sign or decimal == ",") and THOUSANDS[decimal].fullmatch(whole):
            whole = "".join(digit for digit in whole if digit in "+-0123456789")
        if decimal == "," and "." in whole + decimals:
            hint = "with a comma before decimals a point stands between thousands only"
            raise BadFileError(f"{text[:DIGITS_MAX]!r} is not a number", line=line, field="value", hint=hint)
        return f"{whole}.{decimals}" if sign else whole

    def _text(self, fields: list[str], name: str) -> str:
        """What a line says in a column, or what all lines say."""
        place = self.places.get(name)
        return self.constants.get(name, "") if place is None else fields[place].strip()

    def _channel_fields(self, fields: list[str]) -> tuple[str, ...]:
        return tuple(self._text(fields, name) for name in CHANNEL_COLUMNS)

    def _channel(self, line: int, channel_fields: tuple[str, ...]) -> tuple[FileChannel, int]:
        meter, register, unit, kind, step, direction = channel_fields
        if not meter or not register:
            raise BadFileError("is empty", line=line, field="meter" if not meter else "register")
        if kind.lower() not in (Kind.INDEX, Kind.INTERVAL):
            raise BadFileError(f"{kind!r} is neither index nor interval", line=line, field="kind")
        if not step.isdigit() or int(step) not in STEPS_S:
            raise BadFileError(f"{step!r} is not a step in seconds", line=line, field="step", hint=f"one of {STEPS_S}")
        counted = counted_by(register, unit, direction.lower(), line=line)
        is_interval = kind.lower() == Kind.INTERVAL
        channel = FileChannel(
            meter=meter,
            register=register,
            unit=counted.unit,
            kind=Kind(kind.lower()),
            step_s=int(step) if is_interval else 0,
            quantity=counted.quantity,
            direction=counted.direction,
            tz=zone(self.mapping.zone),
            usual_unit="" if counted.unit else USUAL_UNIT,
        )
        return channel, counted.scale

    def _moment(self, line: int, text: str) -> datetime:
        try:
            form = self.mapping.time_format
            return datetime.strptime(text, form) if form else datetime.fromisoformat(text)  # noqa: DTZ007 - see below
        except ValueError:
            raise BadFileError(f"{text!r} is not a time", line=line, field="time") from None

    def _instant(self, line: int, text: str, channel: FileChannel) -> datetime:
        """The instant of a reading, for an interval its start."""
        moment = self._moment(line, text)
        if moment.tzinfo is None:
            moment = self._clock.instant((channel.meter, channel.register), moment, line)
        if channel.step_s and self.mapping.interval_time == "end":
            return moment.astimezone(UTC) - timedelta(seconds=channel.step_s)
        return moment.astimezone(UTC)


class _Gatherer:
    """Makes blocks of single readings: as long as a channel's readings follow each other, they are one block."""

    def __init__(self) -> None:
        self._open: dict[FileChannel, list[TableReading]] = {}
        self._count = 0

    def add(self, channel: FileChannel, reading: TableReading) -> Iterator[FileBlock]:
        """Any block that this reading completes."""
        waiting = self._open.setdefault(channel, [])
        if waiting and (len(waiting) >= BLOCK_MAX or not _follows(channel, waiting[-1], reading)):
            self._count -= len(waiting)
            yield _block(channel, waiting)
            waiting = self._open[channel] = []
        waiting.append(reading)
        self._count += 1
        if self._count > OPEN_MAX:
            yield from self.flush()

    def flush(self) -> Iterator[FileBlock]:
        """All open blocks."""
        waiting, self._open, self._count = self._open, {}, 0
        for channel, readings in waiting.items():
            yield _block(channel, readings)


def _follows(channel: FileChannel, last: TableReading, now: TableReading) -> bool:
    return now.at_ms == last.at_ms + channel.step_s * 1000 if channel.step_s else now.at_ms > last.at_ms


def _block(channel: FileChannel, readings: list[TableReading]) -> FileBlock:
    values = tuple(reading.value for reading in readings)
    qualities = bytes(reading.quality for reading in readings)
    line = readings[0].line
    if channel.kind is Kind.INTERVAL:
        return FileIntervals(channel, readings[0].at_ms, values, qualities, line)
    return FileIndexReads(channel, tuple(reading.at_ms for reading in readings), values, qualities, line)
