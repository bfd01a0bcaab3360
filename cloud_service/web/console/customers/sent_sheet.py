"""A sheet on its way between the page and us: the file packed in the form, its columns, the cells that were mended."""

import base64
import binascii
import zlib
from typing import Any
from uuid import UUID

from flask import request

from cloud_service.sheets.files.sheet_file import FILE_MAX, SheetFile
from cloud_service.sheets.heads.columns import SheetKind
from cloud_service.sheets.heads.head_match import LEFT_OUT
from cloud_service.sheets.sheet import Sheet
from cloud_service.sheets.sheet_jobs import file_of
from cloud_service.store.sheets import jobs
from cloud_service.web.access import scope
from cloud_service.web.database import session
from cloud_service.web.language.sentences import gettext as _
from common.errors import InputError


def sent_file(chosen: Any) -> SheetFile:
    """The file that is chosen, or the one that was looked at: packed in the form, or kept for the worker."""
    if chosen is not None:
        return SheetFile(chosen.filename, chosen.stream.read(FILE_MAX + 1))
    if request.form.get("kept_job"):
        return file_of(jobs.seen(session(), scope(), _job_id()))
    if not request.form.get("kept"):
        raise InputError(_("choose a file"))
    try:
        content = zlib.decompressobj().decompress(base64.b64decode(request.form["kept"]), FILE_MAX + 1)
    except (binascii.Error, ValueError, zlib.error):
        raise InputError(_("the file was lost on its way"), hint=_("choose it again")) from None
    if not content:
        raise InputError(_("the file was lost on its way"), hint=_("choose it again"))
    return SheetFile(request.form.get("kept_name", "sheet"), content)


def _job_id() -> UUID:
    try:
        return UUID(request.form["kept_job"])
    except ValueError:
        raise InputError(_("the file was lost on its way"), hint=_("choose it again")) from None


def is_kept() -> bool:
    """Whether the form has a file that was looked at before."""
    return bool(request.form.get("kept") or request.form.get("kept_job"))


def packed(file: SheetFile) -> str:
    """The file as a field of the form holds it."""
    return base64.b64encode(zlib.compress(file.content)).decode()


def said_columns(kind: SheetKind, sheet: Sheet) -> dict[str, str]:
    """What stands over each column of the file: our key -> its name; all that is chosen nowhere is left out."""
    chosen = {request.form.get(f"col.{at}", ""): name for at, name in reversed(list(enumerate(sheet.head))) if name}
    return {key: chosen.get(key, LEFT_OUT) for key in kind.keys}


def mended_cells() -> dict[tuple[int, str], str]:
    """(row, key) -> what a person wrote instead of what stands in the file."""
    mended = {}
    for name, text in request.form.items():
        start, _dot, rest = name.partition(".")
        number, _second, key = rest.partition(".")
        if start == "fix" and number.isdecimal() and len(number) < 9 and text.strip():  # noqa: PLR2004 - a number of a row
            mended[int(number), key] = text.strip()
    return mended
