"""The first day of a contract: moved to another day, or the whole contract taken back; what is before gives way."""

from datetime import date

from cloud_service.flow.customers.contract.ending import CHANGED, give_way, refuse_billed_days, take_back
from cloud_service.flow.customers.contract.moves import begin_vacancy
from cloud_service.store.audit import log
from cloud_service.store.customers import contract_changes, contract_ends
from cloud_service.store.customers.contract_changes import StoredContract, Vacancy
from cloud_service.store.database.session import Session
from cloud_service.store.invoicing import billing_run_items
from common.errors import ConflictError, InputError


def change_start(session: Session, contract_id: int, day: date, *, author: str, reason: str) -> None:
    """The tenant came on another day than was entered; the owner's days before end or begin to fit.

    Days that are billed, and days of another tenant, must be given back first.
    """
    before = contract_changes.stored_contract(session, contract_id)
    if before.start is None:
        raise ConflictError(f"contract {before.number} was taken back")
    if day == before.start:
        raise InputError(f"{before.number} begins on {day} already", path="day")
    if before.end is not None and day >= before.end:
        raise InputError(f"{before.number} ends on {before.end}", path="day", hint="it begins before it ends")
    if day > before.start:
        refuse_billed_days(session, contract_id, before.start, day)
        _move(session, before, day)
        if not before.vacancy:
            vacancy = contract_changes.vacancy_of(session, contract_id)
            _owner_until(session, before, day, vacancy, author=author, reason=reason)
    else:
        _make_room(session, before, day, author, reason)
        _move(session, before, day)
    change = log.AuditChange(
        author, "contract.start", f"contract:{contract_id}", {"start": before.start.isoformat()},
        {"start": day.isoformat()}, reason,
    )  # fmt: skip
    log.record(session, [change])


def take_back_contract(session: Session, contract_id: int, *, author: str, reason: str) -> None:
    """A contract that never was, a tenant's or the owner's for empty days: its days are nobody's, or the owner's again.

    Days that are billed must be credited first.
    """
    contract = contract_changes.stored_contract(session, contract_id)
    if contract.start is None:
        raise ConflictError(f"contract {contract.number} is taken back already")
    vacancy = contract_changes.vacancy_of(session, contract_id)
    take_back(session, contract_id, author, reason)
    if not contract.vacancy:
        _owner_until(session, contract, contract.end, vacancy, author=author, reason=reason)


def _move(session: Session, before: StoredContract, day: date) -> None:
    contract_ends.move_start(session, before.id, before.start, day)
    billing_run_items.park_rated(session, before.id, min(before.start, day), CHANGED)


def _make_room(session: Session, before: StoredContract, day: date, author: str, reason: str) -> None:
    """The owner's days up to the old first day end earlier, or are gone; another tenant's are not taken."""
    earlier = contract_ends.preceding_contract(session, before.service_point_id, before.start)
    while earlier is not None and earlier.end is not None and earlier.end > day:
        if not earlier.vacancy:
            raise ConflictError(
                f"contract {earlier.number} runs until {earlier.end}", path="day", code="occupied",
                hint="another day, or move that tenant's end first",
            )  # fmt: skip
        give_way(session, earlier.id, day, author, reason)
        earlier = contract_ends.preceding_contract(session, before.service_point_id, earlier.start)


def _owner_until(
    session: Session, contract: StoredContract, day: date | None, vacancy: Vacancy | None, *, author: str, reason: str
) -> None:
    """The owner pays from the contract's old first day on: goes on if the owner paid up to it, else begins if named."""
    earlier = contract_ends.preceding_contract(session, contract.service_point_id, contract.start)
    if earlier is not None and earlier.end == contract.start and earlier.vacancy:
        contract_ends.end_contract(session, earlier.id, day)
        contract_ends.follow_end(session, earlier.id, earlier.end, day)
    elif vacancy is not None:
        begin_vacancy(session, vacancy, contract.start, author=author, reason=reason)
