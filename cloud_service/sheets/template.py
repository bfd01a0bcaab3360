"""Empty sheets with all their columns, an example row, and what each column means."""

from datetime import date

from cloud_service.sheets.files.sheet_writing import sheet_bytes
from cloud_service.sheets.heads.columns import KINDS, SheetKind
from common.errors import InputError


def sheet_kind(code: str) -> SheetKind:
    """The kind of that code."""
    if code not in KINDS:
        raise InputError(f"{code!r} is no kind of sheet", path="kind", hint=", ".join(KINDS))
    return KINDS[code]


def template(code: str, day: date, *, form: str = "xlsx") -> bytes:
    """The columns of a kind with one row as an example."""
    kind = sheet_kind(code)
    return sheet_bytes(kind.title, kind.columns, [[column.example for column in kind.columns]], day, form=form)
