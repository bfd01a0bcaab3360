"""MSCONS (EDIFACT, German and Austrian market): load profiles and index reads, taken segment by segment.

LOC+172 names the metering point, PIA+5 the register by its OBIS code, QTY a value with its status, DTM+163 and +164 the
interval it was measured in, DTM+7 the instant of an index. The OBIS code says quantity, unit and direction; QTY may
name the unit (or a multiple of it) once more.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import IO

from cloud_service.domain.metering.meterdata.obis import ObisMeaning, check_unit, obis_meaning
from cloud_service.domain.metering.meterdata.record import milliseconds
from cloud_service.domain.metering.meterdata.series import (
    BadFileError,
    FileBlock,
    FileChannel,
    FileFinding,
    FileIndexReads,
    FileIntervals,
    canonical_unit,
    check_step,
    exact,
)
from common.reading import Kind, Quality

SEGMENT_MAX = 4096
STATUS = {  # qualifier of QTY -> our quality; 46 is a delivered quantity, 79 the energy of a longer time
    "220": Quality.ACTUAL, "46": Quality.ACTUAL, "79": Quality.ACTUAL, "67": Quality.SUBSTITUTED,
    "187": Quality.ESTIMATED, "201": Quality.ESTIMATED, "20": Quality.SUSPECT,
}  # fmt: skip
FORMATS = {"303": "%Y%m%d%H%M", "203": "%Y%m%d%H%M", "304": "%Y%m%d%H%M%S", "204": "%Y%m%d%H%M%S"}
OFFSET_FORMATS = ("303", "304")
UNITS = {"K3": "kvarh", "KVR": "kvar", "KWT": "kW", "MTQ": "m3"}  # UN/ECE codes that are not spelt as the unit is


@dataclass(slots=True)
class _Quantity:
    """A QTY segment and the times that follow it."""

    segment: int
    value: Decimal
    unit: str
    quality: int
    start: datetime | None = None
    end: datetime | None = None
    at: datetime | None = None


def blocks(file: IO[bytes], findings: list[FileFinding]) -> Iterator[FileBlock]:  # noqa: ARG001 - as all formats
    """Each register's values in the file's order; `line` of an error counts segments."""
    reader = _MessageReader()
    last = ""
    for number, tag, elements in _segments(file):
        yield from reader.take(number, tag, elements)
        last = tag
    if last != "UNZ":
        raise BadFileError("ends without its end segment UNZ: a part of the file is missing", line=0, field="UNZ")


class _MessageReader:
    """Where in a message the reader is: metering point, register, open run of values."""

    def __init__(self) -> None:
        self.meter = self.register = ""
        self.meaning: ObisMeaning | None = None  # of the register
        self.value: _Quantity | None = None
        self.run: list[_Quantity] = []
        self.messages = 0

    def take(self, number: int, tag: str, elements: list[list[str]]) -> Iterator[FileBlock]:
        """Any block that this segment completes."""
        if tag == "UNH":
            if _at(elements, 1, 0) != "MSCONS":
                raise BadFileError(f"holds a message {_at(elements, 1, 0)!r}, not MSCONS", line=number, field="UNH")
            self.messages += 1
        elif tag == "DTM" and self.value:
            self._time(number, elements)
        elif tag in ("LOC", "PIA", "LIN", "UNT", "UNS", "UNZ", "QTY"):
            self._close_value(number)
            if tag != "QTY":
                yield from self._flush()
            if tag == "LOC" and _at(elements, 0, 0) == "172":
                self.meter = _at(elements, 1, 0)
            elif tag == "PIA":
                self.register = _at(elements, 1, 0)
                self.meaning = _meaning(number, self.register)
            elif tag == "QTY":
                yield from self._quantity(number, elements)

    def _quantity(self, number: int, elements: list[list[str]]) -> Iterator[FileBlock]:
        if not self.meter or not self.meaning:
            raise BadFileError("a value before its metering point or register", line=number, field="QTY")
        status = _at(elements, 0, 0)
        if status not in STATUS:
            raise BadFileError(f"{status!r} is not a status of a value we know", line=number, field="QTY")
        unit_name = _at(elements, 0, 2)
        unit, scale = canonical_unit(UNITS.get(unit_name, unit_name), line=number, field="QTY")
        unit = check_unit(self.meaning, unit, line=number, field="QTY")
        value = exact(_at(elements, 0, 1), line=number, field="QTY").scaleb(scale)
        self.value = _Quantity(number, value, unit, STATUS[status])
        return iter(())

    def _time(self, number: int, elements: list[list[str]]) -> None:
        kind, moment = _at(elements, 0, 0), None
        if kind in ("163", "164", "7", "9") and self.value:
            moment = _instant(number, _at(elements, 0, 1), _at(elements, 0, 2))
            setattr(self.value, {"163": "start", "164": "end", "7": "at", "9": "at"}[kind], moment)

    def _close_value(self, number: int) -> None:
        value, self.value = self.value, None
        if value is None:
            return
        if value.at is None and (value.start is None or value.end is None):
            raise BadFileError("a value without its time", line=value.segment, field="DTM")
        if value.start and value.end:
            check_step(int((value.end - value.start).total_seconds()), line=number, field="DTM", subject="a value")
        self.run.append(value)

    def _flush(self) -> Iterator[FileBlock]:
        """The open run as blocks: as long as values follow each other they are one."""
        contiguous: list[_Quantity] = []
        run, self.run = self.run, []
        for value in run:
            if contiguous and not _follows(contiguous[-1], value):
                yield self._block(contiguous)
                contiguous = []
            contiguous.append(value)
        if contiguous:
            yield self._block(contiguous)

    def _block(self, contiguous: list[_Quantity]) -> FileBlock:
        first = contiguous[0]
        values, qualities = (
            tuple(quantity.value for quantity in contiguous),
            bytes(quantity.quality for quantity in contiguous),
        )
        step_s = int((first.end - first.start).total_seconds()) if first.start and first.end else 0
        channel = FileChannel(
            meter=self.meter,
            register=self.register,
            unit=first.unit,
            kind=Kind.INTERVAL if step_s else Kind.INDEX,
            step_s=step_s,
            quantity=self.meaning.quantity if self.meaning else "",
            direction=self.meaning.direction if self.meaning else "",
            tz=UTC,
        )
        if first.start and step_s:
            return FileIntervals(channel, milliseconds(first.start), values, qualities, first.segment)
        at_ms = tuple(milliseconds(quantity.at) for quantity in contiguous if quantity.at)
        return FileIndexReads(channel, at_ms, values, qualities, first.segment)


def _meaning(number: int, register: str) -> ObisMeaning | None:
    """What a register counts; one without a code that we know is refused by its name."""
    if not register:
        return None
    meaning = obis_meaning(register, line=number, field="PIA")
    if meaning is None:
        raise BadFileError(f"{register[:40]!r} is no OBIS code of a register that counts", line=number, field="PIA")
    return meaning


def _follows(last: _Quantity, now: _Quantity) -> bool:
    if last.unit != now.unit:
        return False
    if last.start and last.end and now.start and now.end:
        return now.start == last.end and now.end - now.start == last.end - last.start
    return bool(last.at and now.at and now.at > last.at and not now.start)


def _instant(number: int, text: str, form: str) -> datetime:
    """A time such as 202401010000+00 in format 303; without an offset it is UTC."""
    if form not in FORMATS:
        raise BadFileError(f"time format {form!r} is not one we know", line=number, field="DTM")
    digits, sign, offset = text, "", ""
    if form in OFFSET_FORMATS:
        sign = "-" if "-" in text else "+"
        digits, _, offset = text.partition(sign)
    try:
        moment = datetime.strptime(digits, FORMATS[form])  # noqa: DTZ007 - its offset is put on next
        hours = int(f"{sign}{offset}") if offset else 0
        return moment.replace(tzinfo=timezone(timedelta(hours=hours)))
    except ValueError:
        raise BadFileError(f"{text!r} is not a time", line=number, field="DTM") from None


def _at(elements: list[list[str]], place: int, component: int) -> str:
    """A component of an element after the tag, empty where it is not there."""
    return elements[place][component] if place < len(elements) and component < len(elements[place]) else ""


def _segments(file: IO[bytes]) -> Iterator[tuple[int, str, list[list[str]]]]:
    """Number, tag and elements of each segment; separators from UNA, or the usual ones."""
    head = file.read(9)
    separators = head[3:9].decode("latin-1") if head.startswith(b"UNA") else ":+.? '"
    component, element, release, end = separators[0], separators[1], separators[3], separators[5]
    waiting = "" if head.startswith(b"UNA") else head.decode("latin-1")
    number = 0
    while True:
        chunk = file.read(65_536)
        waiting += chunk.decode("latin-1")
        whole = _split(waiting, end, release)
        waiting = whole.pop()
        for text in whole:
            number += 1
            elements = _split(text.strip("\r\n "), element, release)
            components = [
                [_plain(text_of_component, release) for text_of_component in _split(composite, component, release)]
                for composite in elements
            ]
            if number == 1 and components[0][0] != "UNB":
                raise BadFileError("does not start with UNB: not an EDIFACT file", line=1, field="UNB")
            yield number, components[0][0], components[1:]
        if len(waiting) > SEGMENT_MAX:
            raise BadFileError(f"a segment longer than {SEGMENT_MAX} characters", line=number + 1)
        if not chunk:
            break
    if waiting.strip():
        raise BadFileError("is cut within a segment", line=number + 1)


def _split(text: str, separator: str, release: str) -> list[str]:
    """Split, but not where the release character stands before the separator."""
    if release not in text:
        return text.split(separator)
    pieces, start, place = [], 0, 0
    while place < len(text):
        if text[place] == release:
            place += 2
            continue
        if text[place] == separator:
            pieces.append(text[start:place])
            start = place + 1
        place += 1
    return [*pieces, text[start:]]


def _plain(text: str, release: str) -> str:
    """Without release characters."""
    if release not in text:
        return text
    return text.replace(release * 2, "\0").replace(release, "").replace("\0", release)
