"""A folder that files are dropped into, by a handheld or a head-end: CSV rows as readings, by a profile's columns.

Each file is taken once: when all its rows have been committed it is moved to `done/`, one that cannot be read goes to
`failed/` with the reason beside it. A file that is still being written is left alone. A crash before the move reads it
again instead of losing it: the same values at the same instants.
"""

import csv
import io
import re
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any, Self

from common.errors import DecodeError
from common.period import zone
from common.profile import MeterProfile
from edge_agent.drivers.interface import BadAnswer, LineDown, MeterSilent, RegisterValue, register_names
from edge_agent.drivers.values import ExactValue, as_values, is_possible, with_parts
from edge_agent.transports.port import Port

SETTLED_S = 2.0  # since the last change: then nobody writes to it any more
FILE_MAX = 32_000_000
UNCLAIMED_S = 3600.0  # then rows of meters nobody asked for hold a file back no longer
GROUPED = re.compile(r"[-+]?(?:\d+|\d{1,3}(?:\.\d{3})+)(?:,\d+)?")  # with a decimal comma

CsvRow = dict[str, str]


@dataclass(slots=True)
class DroppedFile:
    """One file: rows by meter that have not been committed."""

    path: Path
    rows: dict[str, list[CsvRow]]
    opened_s: float
    asked: set[str] = field(default_factory=set)

    def is_done(self, now_s: float) -> bool:
        """Whether nothing in it is waited for."""
        waiting = set(self.rows)
        return not waiting or (now_s - self.opened_s > UNCLAIMED_S and not waiting & self.asked)


class CsvDriver:
    """One folder; the address of a meter is what stands in the column that names it."""

    def __init__(
        self,
        port: Port,
        *,
        timeout_s: float = 0.0,  # noqa: ARG002 - every driver takes it; files come when they come
        retries: int = 0,  # noqa: ARG002 - every driver takes it
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.port = port
        self.folder = Path(port.device)
        self.clock = clock
        self.files: dict[Path, DroppedFile] = {}
        self.given: dict[str, list[tuple[DroppedFile, list[CsvRow]]]] = {}

    async def __aenter__(self) -> Self:
        if not self.folder.is_dir():
            hint = f"mkdir -p {self.folder}"
            raise LineDown(f"there is no folder {self.folder}", path=self.port.name, hint=hint)
        return self

    async def __aexit__(self, *exc: object) -> None:
        self.files.clear()

    async def read(self, address: str, profile: MeterProfile, registers: Sequence[str] = ()) -> list[RegisterValue]:
        """The rows of this meter in all files that have come, oldest first; one value per row and register."""
        names = register_names(profile, registers)
        self._take_in_files(profile)
        values: list[RegisterValue] = []
        given = []
        for dropped in sorted(self.files.values(), key=lambda dropped: dropped.path.name):
            dropped.asked.add(address)
            rows = dropped.rows.get(address, [])
            if rows:
                given.append((dropped, rows))
                values += [value for row in rows for value in _values(row, profile, names, dropped.path)]
        self.given[address] = given
        if not values:
            raise MeterSilent("no file with this meter has come", path=f"{self.folder} {address}")
        return values

    async def committed(self, address: str) -> None:
        """The rows handed over are on the disk: files with nothing left are moved."""
        for dropped, _ in self.given.pop(address, []):
            dropped.rows.pop(address, None)
        self._move_done()

    async def identify(self, address: str, profile: MeterProfile) -> str:  # noqa: ARG002 - any profile fits
        """The meter's name in the files."""
        return address

    def _take_in_files(self, profile: MeterProfile) -> None:
        """Take in new files; move what is done with."""
        self._move_done()
        now_s = self.clock()
        for path in sorted(self.folder.glob(str(profile.options.get("files", "*.csv")))):
            if path in self.files or not path.is_file() or now_s - path.stat().st_mtime < SETTLED_S:
                continue
            try:
                self.files[path] = DroppedFile(path, rows_by_meter(path, profile), now_s)
            except DecodeError as error:
                _move_file(path, "failed", error.message)
                raise BadAnswer(error.message, path=path.name, hint="the file lies in failed/ now") from error

    def _move_done(self) -> None:
        now_s = self.clock()
        for path, dropped in list(self.files.items()):
            if dropped.is_done(now_s):
                _move_file(path, "done")
                del self.files[path]


def rows_by_meter(path: Path, profile: MeterProfile) -> dict[str, list[CsvRow]]:
    """Rows by meter; DecodeError if the columns the profile needs are not there or a cell is wrong."""
    options = profile.options
    if path.stat().st_size > FILE_MAX:
        raise DecodeError(f"the file is larger than {FILE_MAX // 1_000_000} MB")
    try:
        text = path.read_text(encoding=str(options.get("encoding", "utf-8-sig")))
    except (UnicodeDecodeError, LookupError) as error:
        raise DecodeError(f"the file is not {options.get('encoding', 'utf-8')}: {error}") from error
    reader = csv.DictReader(io.StringIO(text), delimiter=str(options.get("delimiter", ",")))
    meter_column = str(options.get("meter_column", "meter"))
    needed = {
        meter_column,
        profile.time_field,
        *(register.column for register in profile.registers.values() if not register.optional),
    }
    missing = sorted(needed - {""} - set(_columns(reader)))
    if missing:
        raise DecodeError(f"there is no column {', '.join(missing)}")
    rows: dict[str, list[CsvRow]] = {}
    names = [name for name, register in profile.registers.items() if register.column]
    for number, row in enumerate(_lines(reader), start=2):
        if None in row or None in row.values():
            raise DecodeError(f"line {number} has another number of columns than the first")
        _values(row, profile, names, path, number)
        rows.setdefault(row[meter_column].strip(), []).append(row)
    if not rows:
        raise DecodeError("the file has no rows")
    return rows


def _columns(reader: "csv.DictReader[str]") -> Sequence[str]:
    """The first line; DecodeError if the file is no CSV."""
    try:
        return reader.fieldnames or ()
    except csv.Error as error:
        raise DecodeError(f"the file is not CSV: {error}") from error


def _lines(reader: "csv.DictReader[str]") -> Iterator[CsvRow]:
    """The others."""
    try:
        yield from reader
    except csv.Error as error:
        raise DecodeError(f"the file is not CSV: line {reader.line_num + 1}: {error}") from error


def _values(
    row: CsvRow, profile: MeterProfile, names: Sequence[str], path: Path, number: int = 0
) -> list[RegisterValue]:
    """The registers of one row; an empty cell is no value, a wrong one is an error."""
    cells: dict[str, ExactValue] = {}
    where = f"{path.name} line {number}" if number else path.name
    for name in with_parts(profile, names):
        register = profile.registers[name]
        cell = row.get(register.column, "").strip() if register.column else ""
        if not cell:
            continue
        value = _number(cell, str(profile.options.get("decimal", ".")))
        if value is None:
            raise DecodeError(f"{cell!r} is no number", path=where)
        cells[name] = ExactValue(value * register.scale, cell.encode())
    return as_values(profile, names, cells, _instant(row, profile, where), meter_time=True)


def _number(cell: str, mark: str) -> Decimal | None:
    """The exact number of a cell; None for everything else, a point in the wrong place among it."""
    if mark != ".":
        if not GROUPED.fullmatch(cell.replace(mark, ",")):
            return None
        cell = cell.replace(".", "").replace(mark, ".")
    try:
        value = Decimal(cell)
    except InvalidOperation:
        return None
    return value if is_possible(value) and cell.isascii() else None


def _instant(row: CsvRow, profile: MeterProfile, where: str) -> int:
    """Milliseconds since 1970 of a row's time; a time without zone is of the zone the profile names."""
    cell = row.get(profile.time_field, "").strip()
    options: dict[str, Any] = profile.options
    try:
        form = options.get("time_format")
        instant = datetime.strptime(cell, str(form)) if form else datetime.fromisoformat(cell)  # noqa: DTZ007 - see below
        if instant.tzinfo is None:
            instant = instant.replace(tzinfo=zone(str(options.get("zone", "UTC"))))
        return int(instant.astimezone(UTC).timestamp() * 1000)
    except (ValueError, OverflowError):  # the latter for the first and last days a calendar knows
        raise DecodeError(f"{cell!r} is no time", path=where) from None


def _move_file(path: Path, folder: str, reason: str = "") -> None:
    """Move a file, never over another one."""
    target = path.parent / folder / path.name
    target.parent.mkdir(exist_ok=True)
    count = 0
    while target.exists():
        count += 1
        target = path.parent / folder / f"{path.stem}.{count}{path.suffix}"
    path.rename(target)
    if reason:
        target.with_name(target.name + ".reason").write_text(reason + "\n", encoding="utf-8")
