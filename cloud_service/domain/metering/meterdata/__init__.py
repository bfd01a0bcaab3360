"""Meter data files: each format turns lines into the same blocks. Pure: whoever opens the file hands its bytes in.

`FORMATS` is the only list of formats.
"""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import IO

from cloud_service.domain.metering.meterdata import csv_table, green_button, mscons, nem
from cloud_service.domain.metering.meterdata.csv_table import ColumnMapping
from cloud_service.domain.metering.meterdata.series import (
    BadFileError,
    FileBlock,
    FileChannel,
    FileFinding,
    FileIndexReads,
    FileIntervals,
)
from cloud_service.domain.metering.meterdata.summary import FileSummary, RegisterTotal

__all__ = [
    "FORMATS",
    "BadFileError",
    "ColumnMapping",
    "FileBlock",
    "FileChannel",
    "FileFinding",
    "FileIndexReads",
    "FileIntervals",
    "FileSummary",
    "FormatOptions",
    "MeterDataFile",
    "RegisterTotal",
    "inspect",
    "read",
    "text_lines",
]


LINE_MAX = 1024 * 1024


@dataclass(frozen=True, slots=True)
class FormatOptions:
    """What a format needs to be told beyond the bytes."""

    mapping: ColumnMapping = field(default_factory=ColumnMapping)


Reader = Callable[[IO[bytes], FormatOptions, list[FileFinding]], Iterator[FileBlock]]


def _nem(file: IO[bytes], options: FormatOptions, findings: list[FileFinding]) -> Iterator[FileBlock]:  # noqa: ARG001 - a Reader
    return nem.blocks(text_lines(file), findings)


def _csv(file: IO[bytes], options: FormatOptions, findings: list[FileFinding]) -> Iterator[FileBlock]:
    return csv_table.blocks(text_lines(file), options.mapping, findings)


def _green_button(file: IO[bytes], options: FormatOptions, findings: list[FileFinding]) -> Iterator[FileBlock]:  # noqa: ARG001 - see above
    return green_button.blocks(file, findings)


def _mscons(file: IO[bytes], options: FormatOptions, findings: list[FileFinding]) -> Iterator[FileBlock]:  # noqa: ARG001 - see above
    return mscons.blocks(file, findings)


FORMATS: dict[str, tuple[str, Reader]] = {
    # name: (one line of help, reader)
    "nem12": ("Australian MDFF interval or index data (NEM12, NEM13)", _nem),
    "csv": ("a table with a header line and a mapping of its columns", _csv),
    "green_button": ("ESPI XML of North American utilities", _green_button),
    "mscons": ("EDIFACT load profiles and index reads of the German and Austrian market", _mscons),
}


def read(
    file: IO[bytes], format_name: str, summary: FileSummary, options: FormatOptions | None = None
) -> Iterator[FileBlock]:
    """The new blocks of a file, streaming, watched by `summary`; BadFileError refuses all of it."""
    _, reader = FORMATS[format_name]
    return summary.watch(reader(file, options or FormatOptions(), summary.findings))


@dataclass(frozen=True, slots=True)
class MeterDataFile:
    """A meter data file; `open` gives its bytes from the beginning, each time it is called."""

    name: str
    format_name: str
    open: Callable[[], IO[bytes]]
    options: FormatOptions = field(default_factory=FormatOptions)

    def sha256(self) -> bytes:
        """By which the same bytes are known again."""
        digest = hashlib.sha256()
        with self.open() as file:
            while chunk := file.read(1024 * 1024):
                digest.update(chunk)
        return digest.digest()


def inspect(source: MeterDataFile, progress: Callable[[int], None] = lambda _: None) -> FileSummary:
    """What a file holds; BadFileError if anything in it is wrong. `progress` hears how many bytes were read."""
    summary = FileSummary([])
    with source.open() as file:
        for count, _ in enumerate(read(file, source.format_name, summary, source.options)):
            if not count % 200:
                progress(file.tell())
    for total in summary.totals.values():
        total.refuse_wrong_year()
    return summary


def text_lines(file: IO[bytes]) -> Iterator[str]:
    """Lines of a UTF-8 file; other bytes and endless lines are refused with their line."""
    number = 0
    while raw := file.readline(LINE_MAX + 1):
        number += 1
        if len(raw) > LINE_MAX:
            raise BadFileError(f"is longer than {LINE_MAX} bytes: not a table of text", line=number)
        try:
            yield raw.decode("utf-8-sig" if number == 1 else "utf-8")
        except UnicodeDecodeError as error:
            raise BadFileError(f"is not UTF-8 text: {error.reason}", line=number) from None
