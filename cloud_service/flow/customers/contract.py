"""Contracts and what hangs on them: moving in and out, owners, meters, tariffs, cycles, deposits' accounts, modes.

Spans end where the next begins; the database refuses what overlaps. Days without a tenant can be charged to the owner.
"""

from dataclasses import asdict, dataclass
from datetime import date, datetime
from decimal import Decimal

from cloud_service.domain.calendar.billing_cycle import CYCLES
from cloud_service.domain.metering import mount_entry
from cloud_service.store.audit import log
from cloud_service.store.customers import contract_changes
from cloud_service.store.customers.contract_changes import BillingCycle
from cloud_service.store.database.session import Session
from cloud_service.store.metering.entered_registers import entered_registers
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


@dataclass(frozen=True, slots=True)
class MeterExchange:
    """A meter goes, another comes: final indexes of the old, first ones of the new, in thousandths by register name."""

    service_point_id: int
    new_meter_id: int
    at: datetime
    closing: dict[str, int]
    opening: dict[str, int]
    multiplier: Decimal = Decimal(1)


def move_in(session: Session, move: MoveIn, *, author: str, reason: str = "") -> int:
    """A new contract. The owner's vacancy contract, if one runs, ends on that day; another tenant's does not."""
    if not move.number.strip():
        raise InputError("a connection has a number", path="number")
    if move.until is not None and move.until <= move.day:
        raise InputError(f"{move.until} is not after {move.day}", path="until", hint="the end is exclusive")
    _refuse_mixed_entities(session, move.service_point_id, move.account_id, move.tariff_id)
    running = contract_changes.running_contract(session, move.service_point_id, move.day)
    if running is not None:
        if not running.vacancy:
            raise ConflictError(
                f"contract {running.number} runs on {move.day}", path="point", hint="move the tenant out first",
                code="occupied",
            )  # fmt: skip
        _end_contract(session, running.id, move.day, author, "a tenant moves in")
    contract_id = contract_changes.add_contract(
        session, number=move.number, point_id=move.service_point_id, account_id=move.account_id,
        start=move.day, end=move.until,
    )  # fmt: skip
    contract_changes.assign_tariff(session, contract_id, move.tariff_id, move.day, move.until)
    log.note(
        session, author, "contract.move_in", f"contract:{contract_id}", reason=reason, number=move.number,
        account=move.account_id, start=move.day.isoformat(),
    )  # fmt: skip
    return contract_id


def _refuse_mixed_entities(session: Session, point_id: int, account_id: int, tariff_id: int) -> None:
    """One legal entity, one currency: what does not fit would only be parked when it is billed."""
    sides = contract_changes.entities_and_currencies(session, point_id, account_id, tariff_id)
    if sides.account_entity != sides.point_entity:
        raise ConflictError("the account is of another legal entity than the service point", path="account")
    if sides.tariff_entity != sides.account_entity:
        raise ConflictError("the tariff is of another legal entity than the account", path="tariff")
    if sides.tariff_currency != sides.account_currency:
        raise ConflictError(
            f"the tariff is in {sides.tariff_currency}, the account in {sides.account_currency}", path="tariff"
        )


def move_out(session: Session, contract_id: int, day: date, *, author: str, reason: str = "") -> int | None:
    """The contract ends (its first day without supply for the tenant is `day`); the next run makes the final bill.

    Where the service point names an owner's account and tariff for vacancies, their contract begins that day; its id.
    """
    _end_contract(session, contract_id, day, author, reason)
    vacancy = contract_changes.vacancy_of(session, contract_id)
    if vacancy is None:
        return None
    number = f"{vacancy.point}-VAC-{day:%Y%m%d}"
    owner = MoveIn(number, vacancy.service_point_id, vacancy.account_id, vacancy.tariff_id, day)
    return move_in(session, owner, author=author, reason=f"vacant: {reason}")


def _end_contract(session: Session, contract_id: int, day: date, author: str, reason: str) -> None:
    before = contract_changes.stored_contract(session, contract_id)
    if day <= before.start or (before.end is not None and day > before.end):
        raise InputError(f"{day} is not within the contract, which began {before.start}", path="day")
    billed = contract_changes.billed_until(session, contract_id)
    if billed is not None and billed > day:
        raise ConflictError(
            f"days up to {billed} are billed already", hint="credit the bill first: `energy-cloud correct credit`"
        )
    contract_changes.end_contract(session, contract_id, day)
    log.record(
        session,
        [
            log.AuditChange(
                author, "contract.end", f"contract:{contract_id}", {"end": before.end and before.end.isoformat()},
                {"end": day.isoformat()}, reason,
            )
        ],
    )  # fmt: skip


def change_owner(session: Session, contract_id: int, account_id: int, day: date, *, author: str, reason: str) -> int:
    """Another account pays from a day on: the contract ends, its successor has the same point and tariff."""
    old = contract_changes.stored_contract(session, contract_id)
    _end_contract(session, contract_id, day, author, reason)
    number = f"{old.number}-{day:%Y%m%d}"
    successor = MoveIn(
        number, old.service_point_id, account_id, contract_changes.tariff_on(session, contract_id, day), day, old.end
    )
    return move_in(session, successor, author=author, reason=reason)


def exchange_meter(session: Session, exchange: MeterExchange, *, author: str, reason: str = "") -> None:
    """The old meter's mount ends with its final indexes, the new one begins with its first; nothing is billed twice."""
    old = contract_changes.mounted_meter(session, exchange.service_point_id, exchange.at)
    if old is None:
        raise ConflictError("no meter is mounted there at that time")
    if exchange.at <= old.since:
        raise InputError(f"the old meter was hung up at {old.since.isoformat()} only", path="at")
    missing = contract_changes.index_registers(session, old.meter_id) - set(exchange.closing)
    if missing:
        raise InputError(f"the final index of register {min(missing)} is missing", path="closing")
    _check_indexes(session, exchange, old)
    contract_changes.dismount(session, old.mount_id, exchange.at, exchange.closing)
    contract_changes.mount(
        session, meter_id=exchange.new_meter_id, point_id=exchange.service_point_id, at=exchange.at,
        opening=exchange.opening, multiplier=exchange.multiplier,
    )  # fmt: skip
    log.note(
        session, author, "meter.exchange", f"service_point:{exchange.service_point_id}", reason=reason,
        old=old.meter_id, new=exchange.new_meter_id, at=exchange.at.isoformat(), closing=exchange.closing,
        opening=exchange.opening,
    )  # fmt: skip


def _check_indexes(session: Session, exchange: MeterExchange, old: contract_changes.MountedMeter) -> None:
    """Both meters' indexes are ones that their registers can have shown."""
    going = entered_registers(session, old.meter_id, exchange.at, mounted=old.since)
    mount_entry.check_closing(mount_entry.since_opening(going, old.opening, old.since), exchange.closing, exchange.at)
    coming = entered_registers(session, exchange.new_meter_id, exchange.at)
    mount_entry.check_opening(coming, exchange.opening, exchange.at)


def change_tariff(session: Session, contract_id: int, tariff_id: int, day: date, *, author: str, reason: str) -> None:
    """Another tariff from a day on; days that are billed already keep theirs."""
    billed = contract_changes.billed_until(session, contract_id)
    if billed is not None and billed > day:
        raise ConflictError(f"days up to {billed} are billed already", hint="credit the bill first")
    contract = contract_changes.stored_contract(session, contract_id)
    _refuse_mixed_entities(session, contract.service_point_id, contract.account_id, tariff_id)
    before = contract_changes.tariff_on(session, contract_id, day)
    contract_changes.end_assignment(session, contract_id, day)
    contract_changes.assign_tariff(session, contract_id, tariff_id, day, None)
    log.record(
        session,
        [
            log.AuditChange(
                author, "contract.tariff", f"contract:{contract_id}", {"tariff": before},
                {"tariff": tariff_id, "from": day.isoformat()}, reason,
            )
        ],
    )  # fmt: skip


def change_cycle(session: Session, account_id: int, cycle: str, day: int, *, author: str, reason: str = "") -> None:
    """How often and on which day of the month the account is billed."""
    if cycle not in CYCLES:
        raise InputError(f"{cycle!r} is no billing cycle", path="cycle", hint=", ".join(CYCLES))
    if not 1 <= day <= 31:  # noqa: PLR2004 - days of a month; shorter months bill on their last
        raise InputError(f"{day} is no day of a month", path="day")
    after = BillingCycle(cycle, day)
    before = contract_changes.set_cycle(session, account_id, after)
    change = log.AuditChange(author, "account.cycle", f"account:{account_id}", asdict(before), asdict(after), reason)
    log.record(session, [change])


def change_mode(session: Session, account_id: int, mode: str, day: date, *, author: str, reason: str = "") -> None:
    """Prepaid or postpaid from a day on; the ledger is the same for both."""
    if mode not in ("prepaid", "postpaid"):
        raise InputError(f"{mode!r} is no mode", path="mode", hint="prepaid or postpaid")
    before = {"mode": contract_changes.set_mode(session, account_id, mode, day)}
    after = {"mode": mode, "from": day.isoformat()}
    log.record(session, [log.AuditChange(author, "account.mode", f"account:{account_id}", before, after, reason)])


def set_vacancy(
    session: Session, point_id: int, account_id: int, tariff_id: int, *, author: str, reason: str = ""
) -> None:
    """From now on the owner's account pays for a service point while nobody lives there."""
    _refuse_mixed_entities(session, point_id, account_id, tariff_id)
    contract_changes.set_vacancy(session, point_id, account_id, tariff_id)
    log.note(
        session, author, "point.vacancy", f"service_point:{point_id}", reason=reason, account=account_id,
        tariff=tariff_id,
    )  # fmt: skip
