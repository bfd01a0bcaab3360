"""Our own CSV: one reading a line; columns named by the header or a mapping, times with an offset or in a stated zone.

Columns: meter, register, time, value; and optionally unit, kind (index or interval), step (seconds, or day, or month),
quality, time_of_day (where the time is only the day). What a file lacks may be stated once for all of it. The time of
an interval is its start unless the mapping says otherwise.
"""

import csv
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from decimal import Decimal
from types import MappingProxyType

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
from cloud_service.domain.metering.meterdata.table_head import BodyRows, cells, split_head, without
from cloud_service.domain.metering.meterdata.table_times import BETWEEN, CALENDAR_STEPS, RowTime, TableTimes
from cloud_service.domain.metering.meterdata.wall_clock import WallClock
from common.errors import InputError
from common.period import STEPS_S, zone
from common.reading import Kind, Quality

COLUMNS = ("meter", "register", "time", "time_of_day", "value", "unit", "kind", "step", "quality", "direction")
OF_A_ROW = ("time", "time_of_day", "value", "quality")
CHANNEL_COLUMNS = tuple(name for name in COLUMNS if name not in OF_A_ROW)
NEEDED = ("meter", "time", "value")
DEFAULTS = {"register": "import", "unit": "", "kind": "index", "step": "900", "quality": "actual", "direction": ""}
BLOCK_MAX = 4096  # values of one channel that are gathered before they go on
OPEN_MAX = 200_000  # values of all channels together
THOUSANDS = {
    ",": re.compile(r"[+-]?[0-9]{1,3}(?:[. '’\u00a0\u202f][0-9]{3})+"),
    ".": re.compile(r"[+-]?[0-9]{1,3}(?:[, '’\u00a0\u202f][0-9]{3})+"),
}
"""By decimal sign: digits in threes, as spreadsheets write them."""
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
                yield from gatherer.add(*table.reading(table.head_line + reader.line_num, fields))
    except csv.Error as error:
        raise BadFileError(str(error), line=table.head_line + reader.line_num) from None
    yield from gatherer.flush()


def open_table(lines: Iterable[str], mapping: ColumnMapping) -> "tuple[ReadingTable, BodyRows]":
    """What the head says, and the rows below it, whose reader counts from the line of the head on."""
    first, rest = look_ahead(iter(lines))
    place, delimiter = split_head(first, lambda names: _has_columns(names, mapping), mapping.delimiter)
    names = cells(first[place], delimiter) if first else []
    table = ReadingTable(names, mapping, head_line=place + 1)
    table.find_order(csv.reader(first[place + 1 :], delimiter=delimiter))
    return table, BodyRows(csv.reader(without(rest, place + 1), delimiter=delimiter, strict=True), names)


def _has_columns(names: list[str], mapping: ColumnMapping) -> bool:
    """Whether a line names the times, the values, and all columns that are mapped."""
    lower = {name.lower() for name in names}
    needed = {mapping.columns.get(name, name) for name in ("time", "value")}
    return {name.lower() for name in (*needed, *mapping.columns.values())} <= lower


@dataclass(frozen=True, slots=True)
class TableReading:
    """One row: an instant and what was read then."""

    at_ms: int
    value: Decimal
    quality: int
    line: int


class ReadingTable:
    """The meaning of a table's columns, and of each line."""

    def __init__(self, names: list[str], mapping: ColumnMapping, head_line: int = 1) -> None:
        self.mapping, self.width, self.head_line = mapping, len(names), head_line
        lower = {name.lower(): index for index, name in enumerate(names)}
        self.places: dict[str, int] = {}
        for ours in COLUMNS:
            theirs = mapping.columns.get(ours, ours).lower()
            if theirs in lower:
                self.places[ours] = lower[theirs]
            elif ours in mapping.columns or (ours in NEEDED and ours not in mapping.constants):
                raise BadFileError(
                    f"has no column {mapping.columns.get(ours, ours)!r} for {ours}",
                    line=head_line,
                    field=ours,
                    hint=f"its columns are {', '.join(names)}; map them or state a value for all lines",
                )
        self.constants = DEFAULTS | dict(mapping.constants)
        self._channel_places = [self.places[name] for name in CHANNEL_COLUMNS if name in self.places]
        self._channels: dict[tuple[str, ...], _RowChannel] = {}
        self._clock = WallClock(mapping.zone)
        self._times = TableTimes(self._clock, mapping.time_format, mapping.interval_time == "end")

    def find_order(self, rows: Iterable[list[str]]) -> None:
        """Look at the first rows: a table may begin with the newest."""
        times = []
        for fields in rows:
            with suppress(BadFileError, csv.Error):
                if len(fields) == self.width:
                    key = tuple(map(fields.__getitem__, self._channel_places))
                    start = BETWEEN.split(self._time_text(fields))[0]
                    times.append((key, self._times.moment(start, 0).replace(tzinfo=None)))
        self._clock.newest_first = is_newest_first(times)

    def reading(self, line: int, fields: list[str]) -> tuple[FileChannel, TableReading]:
        """What one line says."""
        if len(fields) != self.width:
            raise BadFileError(f"{len(fields)} fields where the header has {self.width}", line=line)
        key = tuple(map(fields.__getitem__, self._channel_places))
        if key not in self._channels:
            self._channels[key] = self._channel(line, self._channel_fields(fields))
        row_channel = self._channels[key]
        channel = row_channel.channel
        value = exact(self._plain(line, self._text(fields, "value")), line=line, field="value").scaleb(
            row_channel.scale
        )
        quality = self._text(fields, "quality").lower()
        if quality not in QUALITIES:
            raise BadFileError(f"{quality!r} is not a quality", line=line, field="quality")
        when = self._when(line, self._time_text(fields), row_channel)
        if when.step_s:
            channel = row_channel.over(when.step_s)
        return channel, TableReading(milliseconds(when.at), value, QUALITIES[quality], line)

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

    def _time_text(self, fields: list[str]) -> str:
        """The time, with the time of day where that stands in a column of its own."""
        text = self._text(fields, "time")
        return f"{text} {self._text(fields, 'time_of_day')}" if "time_of_day" in self.places else text

    def _channel(self, line: int, channel_fields: tuple[str, ...]) -> "_RowChannel":
        meter, register, unit, kind, step, direction = channel_fields
        if not meter or not register:
            raise BadFileError("is empty", line=line, field="meter" if not meter else "register")
        if kind.lower() not in (Kind.INDEX, Kind.INTERVAL):
            raise BadFileError(f"{kind!r} is neither index nor interval", line=line, field="kind")
        calendar_step = step.lower() if step.lower() in CALENDAR_STEPS else ""
        if not calendar_step and not (step.isdigit() and int(step) in STEPS_S):
            hint = f"one of {STEPS_S}, or {' or '.join(CALENDAR_STEPS)}"
            raise BadFileError(f"{step!r} is not a step in seconds", line=line, field="step", hint=hint)
        counted = counted_by(register, unit, direction.lower(), line=line)
        is_interval = kind.lower() == Kind.INTERVAL
        channel = FileChannel(
            meter=meter,
            register=register,
            unit=counted.unit,
            kind=Kind(kind.lower()),
            step_s=int(step) if is_interval and not calendar_step else 0,
            quantity=counted.quantity,
            direction=counted.direction,
            tz=zone(self.mapping.zone),
            usual_unit="" if counted.unit else USUAL_UNIT,
        )
        return _RowChannel(channel, counted.scale, calendar_step if is_interval else "")

    def _when(self, line: int, text: str, row_channel: "_RowChannel") -> RowTime:
        """The instant of a reading, for an interval its start; and how long it is where the row says it."""
        channel = row_channel.channel
        if row_channel.calendar_step:
            return self._times.of_calendar(text, line, row_channel.calendar_step)
        key = channel.meter, channel.register
        if channel.step_s:
            return self._times.of_interval(text, key, line, channel.step_s)
        return self._times.of_index(text, key, line)


@dataclass(slots=True)
class _RowChannel:
    """A channel of the table, the power of ten to its unit, and the step of the calendar that its rows have."""

    channel: FileChannel
    scale: int
    calendar_step: str = ""
    by_step: dict[int, FileChannel] = field(default_factory=dict)

    def over(self, step_s: int) -> FileChannel:
        """The channel where a row covers so many seconds: then its values are of intervals."""
        if step_s not in self.by_step:
            self.by_step[step_s] = replace(self.channel, kind=Kind.INTERVAL, step_s=step_s)
        return self.by_step[step_s]


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
