"""A meter data file into the database: all of it or nothing, and twice the same changes nothing.

The file is read twice: once to find what is wrong with it, once to store it, so that a damaged file never touches the
database. What is stored already, from whatever source, is left alone; a value that differs is a correction, which needs
a reason. Finer digits than thousandths are carried on to the register's next interval, so that sums stay right.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

import numpy as np

from cloud_service.domain.metering.meterdata import (
    FileBlock,
    FileIndexReads,
    FileIntervals,
    FileSummary,
    MeterDataFile,
    RegisterTotal,
    inspect,
    read,
)
from cloud_service.domain.metering.meterdata.thousandths import Carry
from cloud_service.store.audit import log
from cloud_service.store.database.errors import guarded
from cloud_service.store.database.session import Engine, Session, transaction
from cloud_service.store.lookups import ids_by_name
from cloud_service.store.metering import dirty_days, imported_files, meter_data_files, reading_blocks, readings
from cloud_service.store.metering.exchanged_registers import FollowingRegisters, following_registers
from cloud_service.store.metering.meter_data_files import NewFileRegister
from cloud_service.store.metering.readings import ReadingColumns, StoredRegister
from cloud_service.store.metering.validation import register_faults
from cloud_service.store.scope import Scope
from common.errors import ConflictError, InputError, NotFoundError, at_field
from common.period import LONGEST_STEP_S, STEPS_S
from common.reading import Quality, as_decimal

CHUNK = 50_000
MONTHS_AT_ONCE = 240  # a file that claims to hold more makes only those it has readings of
BILLED = ("kWh", "m3", "ft3", "gal", "therm", "GJ", "MMBtu")
STEP_DEFAULT_S = 1800  # of an index register that a file makes


@dataclass(frozen=True, slots=True)
class ImportRequest:
    """Who imports, why, and what may be made on the way."""

    author: str
    reason: str = ""  # allows corrections
    create_at_site: str = ""  # name or public id: unknown meters are made there
    units: Mapping[str, str] = field(default_factory=dict)  # register -> unit, where the file names none
    scope: Scope = field(default_factory=Scope)  # whose meters the file may speak of
    dry_run: bool = False  # do all of it and keep nothing


@dataclass(slots=True)
class ImportOutcome:
    """What an import did."""

    summary: FileSummary
    file_id: int = 0  # 0: these very bytes were imported before
    stored: int = 0
    unchanged: int = 0
    corrected: int = 0
    made: list[str] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        """For `--json`."""
        return {
            **self.summary.as_json(),
            "already_imported": not self.file_id,
            "stored": self.stored,
            "unchanged": self.unchanged,
            "corrected": self.corrected,
            "created": self.made,
        }


def import_file(
    engine: Engine, source: MeterDataFile, request: ImportRequest, progress: Callable[[int], None] = lambda _: None
) -> ImportOutcome:
    """Check all of the file, then store what is new of it in one transaction."""
    summary = inspect(source)
    outcome = ImportOutcome(summary)
    _make_months(engine, summary)
    with guarded(), transaction(engine) as session:
        file_id = meter_data_files.begin_import(
            session,
            sha256=source.sha256(),
            name=source.name,
            format_name=source.format_name,
            author=request.author,
            reason=request.reason,
        )
        if file_id is None:
            return outcome
        outcome.file_id = file_id
        registers = _registers(session, summary.totals.values(), request, outcome)
        zones = {register.id: register.zone for following in registers.values() for register in following.registers}
        with source.open() as file:
            for columns, carried in _columns(
                read(file, source.format_name, FileSummary([]), source.options), registers, file_id
            ):
                _store(session, columns, request, outcome, carried=carried)
                dirty_days.mark_dirty(session, columns, zones)
                progress(file.tell())
        register_faults.try_again(session, zones)
        _finish(session, file_id, set(zones), outcome)
        log.note(
            session, request.author, "readings.import", f"import_file:{file_id}", reason=request.reason,
            name=source.name, stored=outcome.stored, corrected=outcome.corrected,
        )  # fmt: skip
        if request.dry_run:
            session.rollback()
    return outcome


def _finish(session: Session, file_id: int, ids: set[int], outcome: ImportOutcome) -> None:
    """What the history of imports shows of the file, and what undoing it needs."""
    meter_data_files.count_rows(session, file_id, outcome.stored + outcome.corrected)
    totals = outcome.summary.totals.values()
    first, last = min(total.first for total in totals), max(total.last for total in totals)
    imported_files.note_registers(session, file_id, ids, first, last)


def _make_months(engine: Engine, summary: FileSummary) -> None:
    """New months are made apart, so that ingest, which may need one too, does not wait for the whole file."""
    spans = {readings.months_between(total.first_ms, total.last_ms) for total in summary.totals.values()}
    months = frozenset().union(*spans)
    if len(months) <= MONTHS_AT_ONCE:
        with guarded(), transaction(engine) as session:
            readings.make_months(session, months)


def _registers(
    session: Session, totals: Iterable[RegisterTotal], request: ImportRequest, outcome: ImportOutcome
) -> dict[tuple[str, str], FollowingRegisters]:
    """The file's registers as stored, over exchanges of meters; missing ones are made if that was asked for."""
    totals = list(totals)
    keys = [(total.channel.meter, total.channel.register, total.first) for total in totals]
    if not keys:
        raise InputError("holds no readings", path="file")
    stored = meter_data_files.registers(session, keys)
    missing = [total for total in totals if (total.channel.meter, total.channel.register) not in stored]
    if missing:
        _make(session, missing, request, outcome)
        stored = meter_data_files.registers(session, keys)
    spans = [(*key[:2], key[2], total.last) for key, total in zip(keys, totals, strict=True)]
    hung = {key: FollowingRegisters((register,), ()) for key, register in stored.items()}
    hung |= following_registers(session, spans)
    ids = [register.id for following in hung.values() for register in following.registers]
    theirs = imported_files.meters_outside(session, ids, request.scope)
    if theirs:
        raise NotFoundError(f"no meter {theirs[0]}", hint="it is not one of yours")
    for total in totals:
        counting = hung[total.channel.meter, total.channel.register].registers
        for register in counting:
            _check(session, total, register, request)
        if not total.channel.unit:
            total.channel = replace(total.channel, unit=counting[0].unit)
    return hung


def _make(session: Session, missing: Iterable[RegisterTotal], request: ImportRequest, outcome: ImportOutcome) -> None:
    for total in missing:
        channel = total.channel
        name = f"{channel.meter} {channel.register}"
        if not request.create_at_site:
            raise NotFoundError(
                f"no meter with register {name}", hint="declare it, or import with --create-meters SITE"
            )
        site = meter_data_files.site_by_address(session, request.create_at_site, request.scope)
        if site is None:
            with at_field("--create-meters"):
                site = ids_by_name.site_id(session, request.create_at_site, request.scope)
        meter_data_files.add_register(session, site, _new(total, request))
        outcome.made.append(name)


def _new(total: RegisterTotal, request: ImportRequest) -> NewFileRegister:
    channel = total.channel
    unit = request.units.get(channel.register) or channel.unit or channel.usual_unit
    if not unit:
        raise InputError(
            f"{channel.meter} {channel.register}: the file names no unit",
            hint=f"state it: --unit {channel.register}=kWh",
        )
    return NewFileRegister(
        meter=channel.meter,
        serial=channel.serial,
        name=channel.register,
        quantity=channel.quantity,
        direction=channel.direction,
        unit=unit,
        kind=channel.kind.value,
        step_s=_grid_step_s(total),
        billed=unit in BILLED,
        since=total.first,
    )


def _grid_step_s(total: RegisterTotal) -> int:
    """The step of the days that are made of it: the shortest of the file; of days and months an hour."""
    shortest = min(total.steps_s, default=0) or STEP_DEFAULT_S
    return shortest if shortest in STEPS_S else LONGEST_STEP_S


def _check(session: Session, total: RegisterTotal, register: StoredRegister, request: ImportRequest) -> None:
    """A register takes only what it counts; what one counts that was never read, its first file says."""
    channel = total.channel
    unit = request.units.get(channel.register, channel.unit)
    if register.kind != channel.kind and not meter_data_files.take_kind(
        session, register.id, channel.kind.value, _grid_step_s(total)
    ):
        raise ConflictError(
            f"{channel.meter} {channel.register} is stored as {register.kind}, the file has {channel.kind} values",
            hint="import it under another register name",
        )
    if unit and unit != register.unit:
        raise ConflictError(f"{channel.meter} {channel.register} counts {register.unit}, the file has {unit}")


def _columns(
    blocks: Iterable[FileBlock], registers: Mapping[tuple[str, str], FollowingRegisters], file_id: int
) -> Iterator[tuple[ReadingColumns, bool]]:
    """The file's readings in chunks, and whether any digit was carried on."""
    carries: dict[int, Carry] = {}
    waiting: list[ReadingColumns] = []
    row, size = 1, 0
    for block in blocks:
        following = registers[block.channel.meter, block.channel.register]
        first = following.registers[0]
        columns = following.routed(_block(block, first, carries.setdefault(first.id, Carry()), file_id, row))
        row += len(columns)
        size += len(columns)
        waiting.append(columns)
        if size >= CHUNK:
            yield readings.joined(waiting), any(carry.used for carry in carries.values())
            waiting, size = [], 0
    if size:
        yield readings.joined(waiting), any(carry.used for carry in carries.values())


def _block(block: FileBlock, register: StoredRegister, carry: Carry, file_id: int, first_row: int) -> ReadingColumns:
    if isinstance(block, FileIntervals):
        at_ms = block.start_ms + (np.arange(len(block.values), dtype=np.int64) + 1) * block.channel.step_s * 1000
        value = carry.whole(block.values)
    else:
        at_ms, value = np.array(block.at_ms, dtype=np.int64), _indexes(block)
    size = len(at_ms)
    columns = ReadingColumns(
        register_id=np.full(size, register.id, dtype=np.int64),
        at_ms=at_ms,
        value=value,
        quality=np.frombuffer(block.qualities, dtype=np.uint8).astype(np.int16),
        time_quality=np.zeros(size, dtype=np.int16),
        source=np.full(size, -file_id, dtype=np.int64),
        sequence=np.arange(first_row, first_row + size, dtype=np.int64),
        step_s=np.full(size, block.channel.step_s, dtype=np.int32),
    )
    return columns.where(columns.quality != Quality.MISSING)


def _indexes(block: FileIndexReads) -> "np.ndarray[Any, np.dtype[np.int64]]":
    """An index has its own rounding: what is finer than a thousandth is not carried to other readings."""
    return Carry().each(block.values)


def _store(
    session: Session, columns: ReadingColumns, request: ImportRequest, outcome: ImportOutcome, *, carried: bool
) -> None:
    """Store what is new, leave what is there, and correct what differs if there is a reason to."""
    spans: dict[int, tuple[int, int]] = {}
    for register in np.unique(columns.register_id).tolist():
        at_ms = columns.at_ms[columns.register_id == register]
        spans[register] = int(at_ms.min()), int(at_ms.max())
    readings.ensure_months(session, columns.at_ms)
    there = reading_blocks.readings_between(session, spans)
    same, other = reading_blocks.compare(columns, there, 1 if carried else 0)
    other &= ~reading_blocks.only_estimated(columns, there)
    if other.any() and not request.reason:
        place = int(np.flatnonzero(other)[0])
        when = datetime.fromtimestamp(int(columns.at_ms[place]) / 1000, UTC).isoformat()
        raise ConflictError(
            f"{int(other.sum())} values differ from those stored, the first one at {when}"
            f" (file: {as_decimal(int(columns.value[place]))})",
            hint="to correct the stored values, say why they are right (--reason)",
        )
    readings.insert(session, columns.where(~same))
    outcome.unchanged += int(same.sum())
    outcome.corrected += int(other.sum())
    outcome.stored += int((~same & ~other).sum())
