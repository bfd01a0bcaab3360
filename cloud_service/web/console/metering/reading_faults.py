"""The faulty rows of a table of readings: some on the page, all in a file."""

from collections.abc import Iterable

from flask import Response

from cloud_service.domain.metering.meterdata import BadFileError, ColumnMapping, MeterDataFile
from cloud_service.flow.metering.file_faults import faults_of
from cloud_service.flow.metering.import_meter_data import ImportRequest
from cloud_service.sheets.files.table_file import SheetColumn
from cloud_service.web.console.metering.reading_table_fields import COLUMN_OPTIONS
from cloud_service.web.database import session
from cloud_service.web.language.sentences import gettext as _
from cloud_service.web.lists.files import file_response

FAULTS_SHOWN = 100
FAULTS_IN_FILE = 10_000


def faulty_rows(source: MeterDataFile, import_request: ImportRequest, most: int) -> list[BadFileError]:
    """What is wrong with its rows, in their order; none where it is no table."""
    makes_meters = bool(import_request.create_at_site)
    return faults_of(session(), source, import_request.scope, most, makes_meters=makes_meters)


def faults_file(name: str, faults: Iterable[BadFileError], mapping: ColumnMapping) -> Response:
    """The rows to look at as a sheet, its columns called as in the table."""
    heads = [
        SheetColumn(_("Row"), "number", 0), SheetColumn(_("Column")), SheetColumn(_("What and why")),
        SheetColumn(_("What to do")),
    ]  # fmt: skip
    labels = {key: str(label) for key, label in COLUMN_OPTIONS}
    rows = (
        (
            fault.line,
            mapping.columns.get(fault.field) or labels.get(fault.field, fault.field),
            fault.message,
            fault.hint,
        )
        for fault in faults
    )
    title = _("Rows to look at")
    return file_response(f"{title} {name.rpartition('.')[0] or name}", title, heads, rows, "xlsx")
