"""A sheet into the database: each row by the steps of the single forms, in its own savepoint, all in one transaction.

The check is the import itself, taken back at its end: what it says is what the import will do.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from cloud_service.sheets.files.cell_style import MARKS, ORDERS, CellStyle, style_of
from cloud_service.sheets.files.sheet_file import SheetFile
from cloud_service.sheets.files.spreadsheet_harm import eaten_zeros
from cloud_service.sheets.heads.columns import KINDS, SheetKind
from cloud_service.sheets.heads.head_match import HeadMatch, head_signature, match_head, refuse_missing
from cloud_service.sheets.heads.row_values import CellFault, RowValues, row_values
from cloud_service.sheets.report import NEW, REFUSED, SAME, RowOutcome, SheetReport
from cloud_service.sheets.rows.entry import SheetEntry
from cloud_service.sheets.rows.made_rows import MadeRows, RowRefusedError, counted, faults_at
from cloud_service.sheets.rows.meters import meter_of
from cloud_service.sheets.rows.openings import opening_of
from cloud_service.sheets.rows.parties import account_of, client_of, contract_of
from cloud_service.sheets.rows.places import point_of, site_of
from cloud_service.sheets.rows.tariff_changes import tariff_change_of
from cloud_service.sheets.sheet import Cell, Sheet, SheetRow, cell_text
from cloud_service.store.audit import log
from cloud_service.store.customers import legal_entities
from cloud_service.store.database.session import Session
from cloud_service.store.receivables.ledger import lock_company
from cloud_service.store.sheets import imports
from common.errors import InputError

Progress = Callable[[int, int], None]  # rows done, of all

MONEY_COLUMNS = frozenset({"balance", "deposit", "item", "item_amount"})  # what they say is booked


@dataclass(frozen=True, slots=True)
class ImportOrder:
    """How a file is to be read: into which company, as which kind of sheet, and what it does not say itself."""

    entity_id: int
    author: str
    today: date
    kind: str = "flats"
    columns: Mapping[str, str] = field(default_factory=dict)  # our key -> the file's name, `-` for none
    constants: Mapping[str, str] = field(default_factory=dict)  # our key -> value for all rows
    order: str = ""  # of a day's parts: dmy or mdy
    mark: str = ""  # before decimals: , or .
    mended: Mapping[tuple[int, str], str] = field(default_factory=dict)  # (row, key) -> what it should say
    reason: str = ""

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise InputError(f"{self.kind!r} is no kind of sheet", path="kind", hint=", ".join(KINDS))
        if self.order not in ("", *ORDERS):
            raise InputError(f"{self.order!r} is no order of days", path="days", hint="dmy or mdy")
        if self.mark not in ("", *MARKS):
            raise InputError(f"{self.mark!r} stands before no decimals", path="numbers", hint=", or .")


def read_columns(session: Session, file: SheetFile, order: ImportOrder) -> SheetReport:
    """What the file holds and which of its columns are ours, before anything is made of it."""
    sheet = file.read()
    match = _matched(session, sheet, KINDS[order.kind], order)
    return SheetReport(order.kind, sheet, match.places, match.left_out, ())


def check_sheet(
    session: Session, file: SheetFile, order: ImportOrder, progress: Progress = lambda _done, _all: None
) -> SheetReport:
    """What an import would do; nothing is stored."""
    report, _made = _run(session, file, order, progress, keep=lambda _refused: False)
    return report


def import_sheet(
    session: Session, file: SheetFile, order: ImportOrder, *, good_rows: bool = False,
    progress: Progress = lambda _done, _all: None,
) -> SheetReport:  # fmt: skip
    """Store all rows, or nothing where one is refused; with `good_rows` those that are not. The caller commits."""
    report, new_records = _run(session, file, order, progress, keep=lambda refused: good_rows or not refused)
    if not report.of(NEW) or (report.of(REFUSED) and not good_rows):
        return report
    import_id = imports.keep_import(
        session,
        imports.NewImport(
            order.entity_id, order.kind, file.name, file.sha256, order.author, len(report.of(NEW)),
            len(report.of(SAME)), len(report.of(REFUSED)), new_records.ids,
        ),
    )  # fmt: skip
    imports.remember_columns(
        session, order.entity_id, order.kind, head_signature(report.sheet.head),
        {key: report.sheet.head[at] for key, at in report.places.items()},
    )  # fmt: skip
    log.note(
        session, order.author, "sheet.import", f"sheet_import:{import_id}", reason=order.reason, name=file.name,
        kind=order.kind, rows=len(report.of(NEW)), sha256=file.sha256.hex(),
    )  # fmt: skip
    return replace(report, import_id=import_id)


def _run(
    session: Session, file: SheetFile, order: ImportOrder, progress: Progress, *, keep: Callable[[bool], bool]
) -> tuple[SheetReport, MadeRows]:
    """All rows, one after the other; what they made is taken back again unless it is to be kept."""
    kind, sheet = KINDS[order.kind], file.read()
    match = _matched(session, sheet, kind, order)
    refuse_missing(match, kind, order.constants)
    style = _style(sheet, kind, match, order)
    company = legal_entities.entity_fields(session, order.entity_id)
    entry = SheetEntry(session, order.entity_id, company, order.author, order.reason, order.today, kind)
    earlier = imports.earlier_import(session, order.entity_id, file.sha256)
    new_records = MadeRows()
    whole = session.begin_nested()
    if MONEY_COLUMNS & {*match.places, *order.constants}:
        lock_company(session, order.entity_id)  # rows name accounts in any order
    outcomes = []
    with log.held_back(session) as changes:  # others need not wait for the whole sheet
        for done, row in enumerate(sheet.rows, start=1):
            before = len(changes)
            outcomes.append(_row(entry, row, _cells(row, match, order), style, new_records))
            if outcomes[-1].state == REFUSED:
                del changes[before:]
            progress(done, len(sheet.rows))
    if keep(any(outcome.state == REFUSED for outcome in outcomes)):
        whole.commit()
        log.record(session, changes)
    else:
        whole.rollback()
    counts = Counter(counted(new_records.ids))
    report = SheetReport(
        order.kind, sheet, match.places, match.left_out, tuple(outcomes), counts,
        earlier=earlier.created_at if earlier else None, eaten=tuple(eaten_zeros(sheet, match.places)),
    )  # fmt: skip
    return report, new_records


def _matched(session: Session, sheet: Sheet, kind: SheetKind, order: ImportOrder) -> HeadMatch:
    remembered = imports.remembered_columns(session, order.entity_id, kind.code, head_signature(sheet.head))
    said = {key: name for key, name in remembered.items() if key in kind.keys and name in sheet.head}
    for key in order.constants:
        if key not in kind.keys:
            raise InputError(f"{key!r} is no column of this sheet", path="constants", hint=", ".join(kind.keys))
    return match_head(sheet.head, kind, said | dict(order.columns))


def _style(sheet: Sheet, kind: SheetKind, match: HeadMatch, order: ImportOrder) -> CellStyle:
    """How the sheet writes days and numbers: as the person says, else as its cells tell."""

    def cells(*kinds: str) -> Iterator[Cell]:
        for column in kind.columns:
            if column.kind in kinds and column.key in match.places:
                yield from sheet.column(match.places[column.key])

    sheet_style = style_of(() if order.order else cells("day"), () if order.mark else cells("amount", "amounts"))
    return CellStyle(order.order or sheet_style.order, order.mark or sheet_style.mark)


def _cells(row: SheetRow, match: HeadMatch, order: ImportOrder) -> dict[str, Cell]:
    cells: dict[str, Cell] = dict(order.constants)
    cells |= {key: row.cells[at] for key, at in match.places.items() if row.cells[at] != "" or key not in cells}
    return cells | {key: text for (number, key), text in order.mended.items() if number == row.number}


def _row(
    entry: SheetEntry, row: SheetRow, cells: dict[str, Cell], style: CellStyle, new_records: MadeRows
) -> RowOutcome:
    """One row: all faults of its cells at once, else the first that a step finds."""
    label = ", ".join(
        cell_text(cells[key]) for key in ("point", "client", "meter", "item", "contract", "account") if cells.get(key)
    )
    values, faults = row_values(cells, style)
    faults += [CellFault(key, "", "this is needed") for key in _missing(entry, values, cells)]
    if faults:
        return RowOutcome(row.number, REFUSED, label, faults=tuple(faults))
    row_records = MadeRows()
    try:
        with faults_at(next(iter(cells)), label), entry.session.begin_nested():
            _make(entry, values, row_records)
    except RowRefusedError as error:
        return RowOutcome(row.number, REFUSED, label, faults=(error.fault,))
    entry.row_of |= {(table, row_id): row.number for table, ids in row_records.ids.items() for row_id in ids}
    new_records.extend(row_records)
    state = NEW if row_records.ids else SAME
    return RowOutcome(row.number, state, label, tuple(row_records.words))


def _missing(entry: SheetEntry, values: RowValues, cells: Mapping[str, Any]) -> list[str]:
    return [key for key in entry.kind.needed if getattr(values, key) in ("", None) and not cells.get(key)]


def _make(entry: SheetEntry, row: RowValues, new_records: MadeRows) -> None:
    """Everything that a row names, the place before what hangs there, the client before the connection."""
    site_id = site_of(entry, row, new_records)
    point_id = point_of(entry, row, site_id, new_records)
    if "tariff" in entry.makes:
        tariff_change_of(entry, row, point_id, new_records)
        return
    meter_of(entry, row, point_id, new_records)
    client_id = client_of(entry, row, new_records)
    if entry.makes & {"account", "contract", "balance", "item"}:
        account_id = account_of(entry, row, client_id, point_id, new_records)
        if "contract" in entry.makes:
            contract_of(entry, row, point_id, account_id, new_records)
        opening_of(entry, row, account_id, new_records)
