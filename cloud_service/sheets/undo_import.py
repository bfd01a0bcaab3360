"""An import is taken back with one press, until something of it is billed, read or used: then it says what and why."""

from datetime import datetime
from typing import Any

from cloud_service.flow.collect.take_over import take_back
from cloud_service.flow.collect.take_over_deposit import take_back_deposit
from cloud_service.flow.customers.contract import change_end
from cloud_service.sheets.rows.made_rows import counted
from cloud_service.store.audit import log
from cloud_service.store.customers import legal_entities
from cloud_service.store.database.errors import REFUSALS, reason_of
from cloud_service.store.database.session import Session
from cloud_service.store.receivables import taken_over
from cloud_service.store.receivables.ledger import lock_company
from cloud_service.store.sheets import imports, tariff_changes, undo
from cloud_service.store.sheets.imports import KeptImport
from cloud_service.store.sheets.undo import Obstacle
from common.errors import ConflictError, EnergyError
from common.period import local_day

WHY = {
    "billed": "{rows} of its connections are on bills ({example})",
    "priced": "{rows} of its connections were billed or rated by their new tariff ({example})",
    "changed": "{rows} of its tariffs were changed again later",
    "run": "a billing run holds {rows} of its connections ({example})",
    "read": "{rows} of its meters were read ({example})",
    "money": "{rows} of its accounts have bookings ({example})",
    "paid": "{rows} of its open bills were paid, reminded of or disputed ({example})",
    "released": "{rows} of its deposits were released or given back ({example})",
    "supplied": "{rows} connections were added to its places or accounts later ({example})",
    "metered": "{rows} meters were hung up or exchanged at its places later ({example})",
    "used": "something was added below its rows later ({example})",
}


def reasons_to_stay(session: Session, sheet_import: KeptImport) -> list[Obstacle]:
    """Why an import can't be taken back any more; nothing where it can."""
    return [] if sheet_import.undone_at else list(undo.obstacles(session, sheet_import.made))


def sentence_of(obstacle: Obstacle) -> str:
    """An obstacle in words."""
    return WHY[obstacle.code].format(rows=obstacle.rows, example=obstacle.example)


def undo_import(
    session: Session, sheet_import: KeptImport, *, author: str, now: datetime, reason: str = ""
) -> dict[str, int]:
    """Delete everything that an import made, take back what it booked; how many rows of each table are gone.

    Accounts with bookings stay with their clients, for the books show what was taken over and taken back.
    """
    imports.lock_import(session, sheet_import.id)
    session.expire_all()
    if sheet_import.undone_at is not None:
        raise ConflictError("it was taken back already", path="import")
    held = reasons_to_stay(session, sheet_import)
    if held:
        raise ConflictError(
            "it cannot be taken back any more: " + "; ".join(map(sentence_of, held)), path="import",
            hint="change its rows singly",
        )  # fmt: skip
    try:
        _take_back(session, sheet_import, author, now, reason)
        tariff_changes.put_back(session, _newest_first(sheet_import.made))
        staying = undo.delete_made(session, sheet_import.made)
        for contract_id in sheet_import.made.get("vacancy", ()):
            change_end(session, contract_id, None, author=author, reason=reason or "the import is taken back")
    except EnergyError:
        raise
    except REFUSALS as error:
        raise ConflictError(f"something rests on it: {reason_of(error)}", path="import") from error
    imports.mark_undone(session, sheet_import.id, now, author)
    counts = {table: rows - staying.get(table, 0) for table, rows in counted(sheet_import.made).items()}
    audit_fields: dict[str, Any] = {"name": sheet_import.name, **counts}
    log.note(session, author, "sheet.undo", f"sheet_import:{sheet_import.id}", reason=reason, **audit_fields)
    return counts


def _take_back(session: Session, sheet_import: KeptImport, author: str, now: datetime, reason: str) -> None:
    """What was booked is not deleted: it is booked back, unless somebody did that already."""
    if {"open_item", "security"} & {*sheet_import.made}:
        lock_company(session, sheet_import.entity_id)
    day = local_day(now, legal_entities.entity_fields(session, sheet_import.entity_id).timezone)
    for invoice_id in sheet_import.made.get("open_item", ()):
        bill = taken_over.taken_over_bill(session, invoice_id)
        if bill is not None and not bill.taken_back:
            take_back(session, invoice_id, day=day, author=author, reason=reason)
    for payment_id in sheet_import.made.get("security", ()):
        if not taken_over.is_taken_back(session, payment_id):
            take_back_deposit(session, payment_id, day=day, author=author)


def _newest_first(row_ids: dict[str, list[int]]) -> list[tuple[int, int]]:
    """Changes of tariffs with what was before, to be taken back one after the other."""
    return list(zip(row_ids.get("tariff_assignment", ()), row_ids.get("tariff_before", ()), strict=True))[::-1]
