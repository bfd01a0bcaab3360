"""Lists as files, CSV and XLSX by one writer: amounts with the digits of their currency, times of the site."""

import csv
import io
import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask import Response

from cloud_service.domain.money import round_money
from cloud_service.sheets.files.table_file import MEDIA_TYPES, UTF8_MARK, Cell, Kind, SheetColumn, table_file
from cloud_service.web.clock import today
from cloud_service.web.database import streamed
from cloud_service.web.language.formatting import plain
from cloud_service.web.language.sentences import gettext as _
from cloud_service.web.lists.column import Column
from cloud_service.web.navigation import zone_of_the_operator
from common.reading import as_decimal

KINDS: dict[str, Kind] = {
    "amount": "amount", "kwh": "number", "use": "number", "decimal": "number", "number": "number", "date": "day",
    "instant": "moment", "ago": "moment",
}  # fmt: skip
MOMENTS = ("instant", "ago")
EXACT_PLACES = 3


def rows_file(
    name: str, title: str, columns: Sequence[Column], rows: Iterable[Any], form: str, *, zones: bool = False
) -> Response:
    """Rows as a file; `zones` says that each has its own `timezone`, which then is a column of an XLSX file."""
    file_columns = [column for column in columns if column.in_file]
    zone = zone_of_the_operator()
    beside = zones and form == "xlsx" and any(column.kind in MOMENTS for column in file_columns)
    heads = [_head(column, zone, form, zones=zones) for column in file_columns]
    cells = (
        [*(_cell(column, row, zone) for column in file_columns), *([row.timezone] if beside else [])] for row in rows
    )
    return file_response(name, title, [*heads, *([SheetColumn(_("Time zone"))] if beside else [])], cells, form)


def _head(column: Column, zone: str, form: str, *, zones: bool) -> SheetColumn:
    """XLSX keeps local times, so its head names their zone; CSV writes their offset."""
    names_zone = form == "xlsx" and column.kind in MOMENTS and not zones
    title = f"{column.label} ({zone})" if names_zone else str(column.label)
    return SheetColumn(title, KINDS.get(column.kind, "text"), 0 if column.kind == "number" else EXACT_PLACES)


def _cell(column: Column, row: Any, zone: str) -> Cell:
    value = getattr(row, column.key)
    if value is None:
        return None
    if column.kind == "amount":
        return round_money(value, getattr(row, column.unit))
    if column.kind in ("kwh", "use"):
        return as_decimal(value)
    if isinstance(value, datetime):
        return value.astimezone(ZoneInfo(getattr(row, "timezone", None) or zone))
    if column.kind == "json":
        return json.dumps(value, ensure_ascii=False, sort_keys=True)
    return value if column.kind in KINDS else plain(value)


def file_response(
    name: str, title: str, columns: Sequence[SheetColumn], rows: Iterable[Sequence[Cell]], form: str
) -> Response:
    """A table as a streamed answer, saved under its name."""
    pieces = streamed(table_file(title, columns, rows, today(), form))
    answer = Response(pieces, mimetype=MEDIA_TYPES[form])
    answer.headers["Content-Disposition"] = f'attachment; filename="{_safe(name)}.{form}"'
    return answer


def csv_response(lines: list[list[str]], name: str) -> Response:
    """Lines as a CSV file."""
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="\r\n").writerows(lines)
    answer = Response(UTF8_MARK + buffer.getvalue(), mimetype=MEDIA_TYPES["csv"])
    answer.headers["Content-Disposition"] = f'attachment; filename="{_safe(name)}.csv"'
    return answer


def _safe(name: str) -> str:
    return "".join(sign if sign.isalnum() or sign in "-_." else "-" for sign in name)
