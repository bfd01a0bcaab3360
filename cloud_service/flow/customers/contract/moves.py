"""Moving in and out: a contract begins where the one before ends, the owner's in between."""

from dataclasses import dataclass
from datetime import date
from itertools import zip_longest

from cloud_service.flow.customers.contract.ending import end_contract, give_way, move_end
from cloud_service.flow.customers.contract.fitting import refuse_mixed_entities
from cloud_service.store.audit import log
from cloud_service.store.customers import contract_changes, contract_ends
from cloud_service.store.customers.contract_changes import Vacancy
from cloud_service.store.database.session import Session
from common.errors import ConflictError, InputError


@dataclass(frozen=True, slots=True)
class MoveIn:
    """A tenant takes a service point over from a day on."""

    number: str
    service_point_id: int
    account_id: int
    tariff_id: int
    day: date
    until: date | None = None
    vacancy: bool = False  # the owner pays while nobody lives there


def move_in(session: Session, move: MoveIn, *, author: str, reason: str = "") -> int:
    """A new contract. The owner's vacancy contract, if one runs, ends on that day; another tenant's does not.

    Where its end is known, the owner pays from then on, if the service point names one.
    """
    if not move.number.strip():
        raise InputError("a connection has a number", path="number")
    if move.until is not None and move.until <= move.day:
        raise InputError(f"{move.until} is not after {move.day}", path="until", hint="the end is exclusive")
    refuse_mixed_entities(session, move.service_point_id, move.account_id, move.tariff_id)
    running = contract_changes.running_contract(session, move.service_point_id, move.day)
    if running is not None:
        if not running.vacancy:
            raise ConflictError(
                f"contract {running.number} runs on {move.day}", path="point", hint="move the tenant out first",
                code="occupied",
            )  # fmt: skip
        give_way(session, running.id, move.day, author, "a tenant moves in")
    contract_id = contract_changes.add_contract(
        session, number=move.number, point_id=move.service_point_id, account_id=move.account_id,
        start=move.day, end=move.until, vacancy=move.vacancy,
    )  # fmt: skip
    contract_changes.assign_tariff(session, contract_id, move.tariff_id, move.day, move.until)
    log.note(
        session, author, "contract.move_in", f"contract:{contract_id}", reason=reason, number=move.number,
        account=move.account_id, start=move.day.isoformat(),
    )  # fmt: skip
    vacancy = contract_changes.vacancy_of(session, contract_id) if move.until and not move.vacancy else None
    if vacancy is not None and move.until is not None:
        begin_vacancy(session, vacancy, move.until, author=author, reason=reason)
    return contract_id


def move_out(session: Session, contract_id: int, day: date, *, author: str, reason: str = "") -> int | None:
    """The contract ends (its first day without supply for the tenant is `day`); the next run makes the final bill.

    Where the service point names an owner's account and tariff for vacancies, their contract begins that day; its id.
    Where it is the owner's contract that ends, nobody pays from then on.
    """
    end_contract(session, contract_id, day, author, reason)
    if contract_changes.stored_contract(session, contract_id).vacancy:
        return None
    vacancy = contract_changes.vacancy_of(session, contract_id)
    return None if vacancy is None else begin_vacancy(session, vacancy, day, author=author, reason=reason)


def change_end(session: Session, contract_id: int, day: date | None, *, author: str, reason: str) -> None:
    """The tenant leaves on another day than was entered, or (None) stays; the owner's days are moved along.

    Where somebody else moved in at once, an earlier end leaves days between: they are the owner's.
    """
    before = move_end(session, contract_id, day, author, reason)
    vacancy = contract_changes.vacancy_of(session, contract_id)
    if day is None or before.end is None or day > before.end or before.vacancy or vacancy is None:
        return
    if contract_changes.running_contract(session, before.service_point_id, day) is None:
        begin_vacancy(session, vacancy, day, author=author, reason=reason)


def begin_vacancy(session: Session, vacancy: Vacancy, day: date, *, author: str, reason: str = "") -> int | None:
    """The owner pays from a day on until the next tenant's first day, if one is known; None where that is the same."""
    following = contract_ends.following_contract(session, vacancy.service_point_id, day)
    if following is not None and following.start == day:
        return None
    if following is not None and following.vacancy:
        contract_ends.move_start(session, following.id, following.start, day)
        return following.id
    owner = MoveIn(
        contract_ends.free_number(session, f"{vacancy.point}-VAC-{day:%Y%m%d}"), vacancy.service_point_id,
        vacancy.account_id, vacancy.tariff_id, day, following.start if following else None, vacancy=True,
    )  # fmt: skip
    return move_in(session, owner, author=author, reason=f"vacant: {reason}")


def change_owner(session: Session, contract_id: int, account_id: int, day: date, *, author: str, reason: str) -> int:
    """Another account pays from a day on: the contract ends, its successor has the same point and tariffs.

    Tariffs that were agreed for later are the successor's.
    """
    old = contract_changes.stored_contract(session, contract_id)
    agreed = contract_changes.agreed_tariffs(session, contract_id, day)
    end_contract(session, contract_id, day, author, reason)
    number = f"{old.number}-{day:%Y%m%d}"
    successor = MoveIn(
        number, old.service_point_id, account_id, contract_changes.tariff_on(session, contract_id, day), day, old.end,
        old.vacancy,
    )  # fmt: skip
    successor_id = move_in(session, successor, author=author, reason=reason)
    for change, following in zip_longest(agreed, agreed[1:]):
        if old.end is None or change.start < old.end:
            contract_changes.end_assignment(session, successor_id, change.start)
            until = following.start if following else old.end
            contract_changes.assign_tariff(session, successor_id, change.tariff_id, change.start, until)
    return successor_id
