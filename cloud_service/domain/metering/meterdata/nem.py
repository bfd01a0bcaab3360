"""Australia's meter data files, NEM12 and NEM13 told apart by their header.

Source: AEMO, Meter Data File Format (MDFF) Specification NEM12 & NEM13.

A file is one header (100), data, one end record (900): a file that was cut, joined or is none of ours is refused whole.
"""

from collections.abc import Iterable, Iterator

from cloud_service.domain.metering.meterdata.nem12 import Nem12
from cloud_service.domain.metering.meterdata.nem13 import Nem13
from cloud_service.domain.metering.meterdata.record import MdffRecord
from cloud_service.domain.metering.meterdata.series import BadFileError, FileBlock, FileFinding


def blocks(lines: Iterable[str], findings: list[FileFinding]) -> Iterator[FileBlock]:
    """The days and reads of a file in its own order; BadFileError at the first thing that is wrong."""
    records = _records(lines)
    parser = _parser(next(records, None), findings)
    line = 1
    for record in records:
        line = record.line
        if record.text(0) == "900":
            yield from parser.finish()
            _refuse_more(records)
            return
        yield from parser.take(record)
    raise BadFileError(
        "ends without its end record 900: a part of the file is missing", line=line, field="RecordIndicator"
    )


def _records(lines: Iterable[str]) -> Iterator[MdffRecord]:
    """All lines that say something; fields hold no quotes in this format."""
    for number, line in enumerate(lines, 1):
        text = line.rstrip("\r\n")
        if text.strip(" ,\x1a"):
            yield MdffRecord(number, tuple(text.split(",")))


def _parser(header: MdffRecord | None, findings: list[FileFinding]) -> Nem12 | Nem13:
    if header is None:
        raise BadFileError("is empty", line=1, field="RecordIndicator")
    if header.text(0) != "100":
        header.refuse(f"{header.text(0)[:20]!r} where the header record 100 is due", "RecordIndicator")
    version = header.need(1, "VersionHeader")
    if version == "NEM12":
        return Nem12()
    if version == "NEM13":
        return Nem13(findings)
    return header.refuse(f"{version!r} is neither NEM12 nor NEM13", "VersionHeader")


def _refuse_more(records: Iterator[MdffRecord]) -> None:
    for record in records:
        record.refuse("more records after the end record 900: two files in one?", "RecordIndicator")
