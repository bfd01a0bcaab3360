"""NEM12: interval data; a 200 record per register, a 300 record per day, qualities refined by 400 records."""

import re
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation

from cloud_service.domain.metering.meterdata.record import (
    NEM_TIME,
    QUALITIES,
    MdffRecord,
    day_start_ms,
    quantity_and_direction,
)
from cloud_service.domain.metering.meterdata.series import FileChannel, FileIntervals, canonical_unit
from common.reading import Kind

STEPS_MIN = {"1": 1, "5": 5, "10": 10, "15": 15, "30": 30, "60": 60}
MINUTES_PER_DAY = 1440
_DIGITS = re.compile(r"[0-9.]*")
VARIES = "V"
TRANSACTION_CODES = frozenset("ACDEGNORS")  # of 500 records: why somebody read the meter


class Nem12:
    """Takes the records between header and end, one by one; gives each day when its last quality is known."""

    def __init__(self) -> None:
        self._channel: FileChannel | None = None
        self._scale = 0
        self._day: _Day | None = None

    def take(self, record: MdffRecord) -> Iterator[FileIntervals]:
        """Any finished day. A record that does not fit its place is refused."""
        kind = record.text(0)
        if kind == "400":
            self._open_day(record).refine(record)
            return
        yield from self.finish()
        if kind == "200":
            self._channel, self._scale = _channel(record)
        elif kind == "300":
            if self._channel is None:
                record.refuse("a 300 record before any 200 record", "RecordIndicator")
            self._day = _Day(record, self._channel, self._scale)
        elif kind == "500":
            self._check_500(record)
        else:
            record.refuse(f"{kind!r} is not a record of NEM12", "RecordIndicator")

    def finish(self) -> Iterator[FileIntervals]:
        """The day that is still open, if any."""
        day, self._day = self._day, None
        if day:
            yield day.block()

    def _open_day(self, record: MdffRecord) -> "_Day":
        if self._day is None:
            record.refuse("a 400 record without a 300 record before it", "RecordIndicator")
        return self._day

    def _check_500(self, record: MdffRecord) -> None:
        if self._channel is None:
            record.refuse("a 500 record before any 200 record", "RecordIndicator")
        if record.need(1, "TransCode") not in TRANSACTION_CODES:
            record.refuse(f"{record.text(1)!r} is not a transaction code", "TransCode")


class _Day:
    """One 300 record, and what its 400 records say about the qualities."""

    def __init__(self, record: MdffRecord, channel: FileChannel, scale: int) -> None:
        self.record, self.channel = record, channel
        count = MINUTES_PER_DAY * 60 // channel.step_s
        self.day = record.day(1, "IntervalDate")
        self.values = _values(record, count, scale)
        flag = record.quality(2 + count, "QualityMethod", "ASFENV")
        self.varies = flag == VARIES
        self.qualities = bytearray() if self.varies else bytearray([QUALITIES[flag]]) * count

    def refine(self, record: MdffRecord) -> None:
        """Take the quality of the next range of intervals."""
        count = len(self.values)
        if not self.varies:
            record.refuse("400 records belong to a day of quality V only", "RecordIndicator")
        first = record.whole(1, "StartInterval", 1, count)
        last = record.whole(2, "EndInterval", first, count)
        if first != len(self.qualities) + 1:
            record.refuse(f"begins at {first}, but {len(self.qualities) + 1} is next", "StartInterval")
        flag = record.quality(3, "QualityMethod", "ASFEN")
        self.qualities += bytes([QUALITIES[flag]]) * (last - first + 1)

    def block(self) -> FileIntervals:
        """The whole day."""
        if len(self.qualities) != len(self.values):
            self.record.refuse(
                f"quality V, but 400 records cover {len(self.qualities)} of {len(self.values)} intervals",
                "QualityMethod",
            )
        start_ms = day_start_ms(self.day)
        return FileIntervals(self.channel, start_ms, self.values, bytes(self.qualities), self.record.line)


def _values(record: MdffRecord, count: int, scale: int) -> tuple[Decimal, ...]:
    """All intervals of the day; the error names the first one that is wrong or missing."""
    fields = record.fields[2 : 2 + count]
    if len(fields) == count and all(fields) and _DIGITS.fullmatch("".join(fields)):
        try:
            values = tuple(map(Decimal, fields))
        except InvalidOperation:
            values = _one_by_one(record, count)
    else:
        values = _one_by_one(record, count)
    return tuple(value.scaleb(scale) for value in values) if scale else values


def _one_by_one(record: MdffRecord, count: int) -> tuple[Decimal, ...]:
    """The slow way, which knows the first field that is wrong and how many came before it."""
    values: list[Decimal] = []
    for number in range(1, count + 1):
        field, text = f"IntervalValue{number}", record.text(1 + number)
        if not text or text[0] in QUALITIES or text[0] == VARIES:
            record.refuse(f"only {number - 1} of the day's {count} intervals are there, then {text!r}", field)
        values.append(record.number(1 + number, field))
    return tuple(values)


def _channel(record: MdffRecord) -> tuple[FileChannel, int]:
    """The register a 200 record opens, and the power of ten its values are scaled by."""
    suffix = record.need(4, "NMISuffix")
    unit, scale = canonical_unit(record.text(7), line=record.line, field="UOM")
    minutes = STEPS_MIN.get(record.need(8, "IntervalLength"))
    if minutes is None:
        record.refuse(f"{record.text(8)!r} is not an interval length of 1, 5, 10, 15, 30 or 60", "IntervalLength")
    quantity, direction = quantity_and_direction(suffix, unit)
    channel = FileChannel(
        meter=record.nmi(),
        register=suffix,
        unit=unit,
        kind=Kind.INTERVAL,
        step_s=minutes * 60,
        serial=record.text(6),
        quantity=quantity,
        direction=direction,
        tz=NEM_TIME,
    )
    return channel, scale
