"""NEM13: accumulation meter data, a previous and a current index read per 250 record."""

from collections.abc import Iterator
from decimal import Decimal

from cloud_service.domain.metering.meterdata.record import NEM_TIME, QUALITIES, MdffRecord, quantity_and_direction
from cloud_service.domain.metering.meterdata.series import FileChannel, FileFinding, FileIndexReads, canonical_unit
from common.reading import Kind

DIRECTIONS = {"E": "import", "I": "export"}  # the file speaks of the network: exported from it is taken by the client


class Nem13:
    """Takes the records between header and end; each 250 gives its two reads."""

    def __init__(self, findings: list[FileFinding]) -> None:
        self._findings = findings
        self._seen_250 = False

    def take(self, record: MdffRecord) -> Iterator[FileIndexReads]:
        """The reads of this record."""
        kind = record.text(0)
        if kind == "250":
            self._seen_250 = True
            yield self._reads(record)
        elif kind != "550" or not self._seen_250:
            record.refuse(f"{kind!r} is not a record of NEM13 at this place", "RecordIndicator")

    def finish(self) -> Iterator[FileIndexReads]:
        """Nothing stays open."""
        return iter(())

    def _reads(self, record: MdffRecord) -> FileIndexReads:
        previous, current = record.number(8, "PreviousRegisterRead"), record.number(13, "CurrentRegisterRead")
        times = (
            record.instant_ms(9, "PreviousRegisterReadDateTime"),
            record.instant_ms(14, "CurrentRegisterReadDateTime"),
        )
        if times[1] <= times[0]:
            record.refuse("the current read is not after the previous one", "CurrentRegisterReadDateTime")
        flags = (
            record.quality(10, "PreviousQualityMethod", "ASFEN"),
            record.quality(15, "CurrentQualityMethod", "ASFEN"),
        )
        channel, scale = _channel(record)
        self._compare(record, current - previous, record.number(18, "Quantity"))
        values = previous.scaleb(scale), current.scaleb(scale)
        return FileIndexReads(channel, times, values, bytes(QUALITIES[flag] for flag in flags), record.line)

    def _compare(self, record: MdffRecord, difference: Decimal, quantity: Decimal) -> None:
        if difference != quantity:
            text = f"the quantity {quantity} is not the difference of the reads, {difference} (multiplier or rollover?)"
            self._findings.append(FileFinding(record.line, text))


def _channel(record: MdffRecord) -> tuple[FileChannel, int]:
    suffix = record.need(4, "NMISuffix")
    unit, scale = canonical_unit(record.text(19), line=record.line, field="UOM")
    flow = record.need(7, "DirectionIndicator")
    if flow not in DIRECTIONS:
        record.refuse(f"{flow!r} is neither E nor I", "DirectionIndicator")
    channel = FileChannel(
        meter=record.nmi(),
        register=suffix,
        unit=unit,
        kind=Kind.INDEX,
        serial=record.text(6),
        quantity=quantity_and_direction(suffix, unit)[0],
        direction=DIRECTIONS[flow],
        tz=NEM_TIME,
    )
    return channel, scale
