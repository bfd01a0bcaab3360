"""The end of a contract: set, moved to another day, or taken back; what follows gives way."""

from datetime import date, timedelta

from cloud_service.store.audit import log
from cloud_service.store.customers import contract_changes, contract_ends
from cloud_service.store.customers.contract_changes import StoredContract
from cloud_service.store.customers.contract_ends import FollowingContract
from cloud_service.store.database.session import Session
from cloud_service.store.invoicing import billing_run_items
from common.errors import ConflictError, InputError

CHANGED = "the contract's days changed after the rating: bill them by another run"


def end_contract(session: Session, contract_id: int, day: date, author: str, reason: str) -> None:
    """Its first day without supply is `day`; days that are billed must be credited first."""
    before = contract_changes.stored_contract(session, contract_id)
    if day <= before.start or (before.end is not None and day > before.end):
        raise InputError(f"{day} is not within the contract, which began {before.start}", path="day")
    _refuse_billed(session, contract_id, day)
    contract_ends.end_contract(session, contract_id, day)
    billing_run_items.park_rated(session, contract_id, day, CHANGED)
    _note(session, before, day, author, reason)


def give_way(session: Session, vacancy_id: int, day: date, author: str, reason: str) -> None:
    """The owner's contract ends where a tenant moves in; one that would have no day is gone."""
    if contract_changes.stored_contract(session, vacancy_id).start < day:
        end_contract(session, vacancy_id, day, author, reason)
    else:
        take_back(session, vacancy_id, author, reason)


def move_end(session: Session, contract_id: int, day: date | None, author: str, reason: str) -> StoredContract:
    """The tenant leaves on another day than was entered, or (None) stays; the contract as it was.

    The owner's days that follow move along. Billed days and days of another tenant must be given back first.
    """
    before = contract_changes.stored_contract(session, contract_id)
    if before.end is None:
        raise InputError(f"{before.number} has no end yet", path="day", hint="move the tenant out")
    if day == before.end:
        raise InputError(f"{before.number} ends on {day} already", path="day")
    if day is not None and day <= before.start:
        raise InputError(f"{day} is not within the contract, which began {before.start}", path="day")
    following = contract_ends.following_contract(session, before.service_point_id, before.end)
    if day is not None and day < before.end:
        _refuse_billed(session, contract_id, day)
        _set_end(session, before, day)
        if following is not None and following.vacancy and following.start == before.end:
            contract_ends.move_start(session, following.id, following.start, day)
    else:
        if following is not None:
            _make_room(session, following, day, author, reason)
        _set_end(session, before, day)
    _note(session, before, day, author, reason)
    return before


def _make_room(session: Session, following: FollowingContract, day: date | None, author: str, reason: str) -> None:
    """The owner's days after the old end begin later or not at all; another tenant's do not."""
    if day is not None and day <= following.start:
        return
    if not following.vacancy:
        raise ConflictError(
            f"contract {following.number} runs from {following.start} on", path="day", code="occupied",
            hint="another day, or move that tenant first",
        )  # fmt: skip
    if day is None or (following.end is not None and day >= following.end):
        take_back(session, following.id, author, reason)
        after = following.end and contract_ends.following_contract(session, following.service_point_id, following.end)
        if after:
            _make_room(session, after, day, author, reason)
        return
    refuse_billed_days(session, following.id, following.start, day)
    contract_ends.move_start(session, following.id, following.start, day)
    billing_run_items.park_rated(session, following.id, following.start, CHANGED)


def take_back(session: Session, contract_id: int, author: str, reason: str) -> None:
    """A contract that never was: its row stays only where a credited bill names it."""
    contract = contract_changes.stored_contract(session, contract_id)
    refuse_billed_days(session, contract_id, contract.start, None)
    _refuse_advanced(session, contract_id)
    billing_run_items.park_rated(session, contract_id, contract.start, CHANGED)
    contract_ends.take_back(session, contract_id)
    log.note(
        session, author, "contract.take_back", f"contract:{contract_id}", reason=reason, number=contract.number,
        start=contract.start.isoformat(),
    )  # fmt: skip


def _set_end(session: Session, before: StoredContract, day: date | None) -> None:
    contract_ends.end_contract(session, before.id, day)
    contract_ends.follow_end(session, before.id, before.end, day)
    first_changed = min(before.end or day or before.start, day or before.end or before.start)
    billing_run_items.park_rated(session, before.id, first_changed - timedelta(days=1), CHANGED)


def _refuse_billed(session: Session, contract_id: int, day: date) -> None:
    bill = contract_ends.bill_after(session, contract_id, day, None)
    if bill is not None:
        raise ConflictError(
            f"days up to {bill.end} are billed already by {bill.number}", path="day", code="billed",
            hint=f"credit {bill.number} first, on its page or by `energy-cloud correct credit {bill.number}`",
        )  # fmt: skip


def refuse_billed_days(session: Session, contract_id: int, start: date, end: date | None) -> None:
    """Refuse to take days away that a live bill has, with its number and what to do."""
    bill = contract_ends.bill_after(session, contract_id, start, end)
    if bill is not None:
        whose = "days of the empty flat are billed to its owner" if _is_vacancy(session, contract_id) else (
            f"days up to {bill.end} are billed already"
        )  # fmt: skip
        raise ConflictError(
            f"{whose} by {bill.number}", path="day", code="billed",
            hint=f"credit {bill.number} first, on its page or by `energy-cloud correct credit {bill.number}`",
        )  # fmt: skip


def _refuse_advanced(session: Session, contract_id: int) -> None:
    """What was billed in advance of a contract that never was has no bill that would settle it."""
    bill = contract_ends.last_advance(session, contract_id)
    if bill is not None:
        raise ConflictError(
            f"days up to {bill.end} are billed in advance by {bill.number}", path="day", code="billed",
            hint=f"credit {bill.number} first, on its page or by `energy-cloud correct credit {bill.number}`",
        )  # fmt: skip


def _is_vacancy(session: Session, contract_id: int) -> bool:
    return contract_changes.stored_contract(session, contract_id).vacancy


def _note(session: Session, before: StoredContract, day: date | None, author: str, reason: str) -> None:
    change = log.AuditChange(
        author, "contract.end", f"contract:{before.id}", {"end": before.end and before.end.isoformat()},
        {"end": day and day.isoformat()}, reason,
    )  # fmt: skip
    log.record(session, [change])
