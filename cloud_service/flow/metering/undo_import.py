"""A file of readings is taken back whole, until something is billed by it: its readings stay as evidence, uncounted.

What counted before at the same instants counts again, and the days are made anew.
"""

from datetime import datetime

from cloud_service.store.audit import log
from cloud_service.store.database.session import Session
from cloud_service.store.metering import dirty_days, imported_files, meter_data_files
from cloud_service.store.metering.imported_files import ImportedFile
from cloud_service.store.scope import Scope
from common.errors import ConflictError, InputError, NotFoundError

NAMED_MAX = 5


def undo(session: Session, file_id: int, *, author: str, reason: str, now: datetime, scope: Scope) -> ImportedFile:
    """Undo one import; ConflictError names the bills that rest on it."""
    if not reason.strip():
        raise InputError("say why the import is undone", path="reason")
    meter_data_files.lock_imports(session)
    file = imported_files.imported_file(session, scope, file_id)
    if file is None:
        raise NotFoundError(f"there is no import {file_id}")
    if file.undone_at is not None:
        raise ConflictError(f"{file.name} was undone already")
    _refuse_billed(session, file)
    dirty_days.add_dirty(session, imported_files.days_of_file(session, file_id))
    imported_files.mark_undone(session, file_id, author, reason, now)
    log.note(session, author, "readings.undo", f"import_file:{file_id}", reason=reason, name=file.name)
    return file


def _refuse_billed(session: Session, file: ImportedFile) -> None:
    bills = imported_files.billed_since(session, file.id)
    if bills:
        numbers = ", ".join(bill.number for bill in bills[:NAMED_MAX])
        more = f" and {len(bills) - NAMED_MAX} more" if len(bills) > NAMED_MAX else ""
        raise ConflictError(
            f"{file.name} is billed: {numbers}{more}", hint="correct its readings, or take these bills back first"
        )
