"""Rows of contracts, tariff assignments and account modes as their days change."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from common.errors import ConflictError, NotFoundError


@dataclass(frozen=True, slots=True)
class RunningContract:
    """A contract at a service point; `vacancy` if it is the owner's, for days without a tenant."""

    id: int
    number: str
    vacancy: bool


@dataclass(frozen=True, slots=True)
class Vacancy:
    """Who pays for a service point without a tenant, by which tariff."""

    service_point_id: int
    point: str
    account_id: int
    tariff_id: int


@dataclass(frozen=True, slots=True)
class StoredContract:
    """A contract as it stands."""

    id: int
    number: str
    service_point_id: int
    account_id: int
    start: date  # first day
    end: date | None  # the day after the last; None while it lasts
    vacancy: bool = False  # the owner's, for days without a tenant


@dataclass(frozen=True, slots=True)
class BillingCycle:
    """How often and on which day of the month an account is billed."""

    cycle: str
    day: int


@dataclass(frozen=True, slots=True)
class AgreedChange:
    """A tariff (its code) or a mode that was agreed to hold from a later day on."""

    name: str
    start: date
    tariff_id: int = 0  # of a tariff


@dataclass(frozen=True, slots=True)
class EntitiesAndCurrencies:
    """What must fit where an account takes a service point over by a tariff: the legal entities and currencies."""

    point_entity: int
    account_entity: int
    tariff_entity: int
    account_currency: str
    tariff_currency: str


TERMS = text("""
SELECT s.legal_entity_id AS point_entity, c.legal_entity_id AS account_entity, t.legal_entity_id AS tariff_entity,
 a.currency AS account_currency, t.currency AS tariff_currency
 FROM service_point p JOIN site s ON s.id = p.site_id, account a JOIN client c ON c.id = a.client_id, tariff t
 WHERE p.id = :point AND a.id = :account AND t.id = :tariff
""")
RUNNING = text("""
SELECT c.id, c.number, c.vacancy FROM contract c
 WHERE c.service_point_id = :point AND c.during @> cast(:day AS date)
""")


VACANCY = text("""
SELECT p.id AS service_point_id, p.name AS point, (p.settings->'vacancy'->>'account')::bigint AS account_id,
 (p.settings->'vacancy'->>'tariff')::bigint AS tariff_id FROM contract c
 JOIN service_point p ON p.id = c.service_point_id WHERE c.id = :id AND p.settings ? 'vacancy'
""")
VACANCY_AT = text("""
SELECT p.id AS service_point_id, p.name AS point, (p.settings->'vacancy'->>'account')::bigint AS account_id,
 (p.settings->'vacancy'->>'tariff')::bigint AS tariff_id FROM service_point p
 WHERE p.id = :id AND p.settings ? 'vacancy'
""")
DROP_VACANCY = text("UPDATE service_point SET settings = settings - 'vacancy' WHERE id = :id")
SET_VACANCY = text("""
UPDATE service_point SET settings = settings || jsonb_build_object('vacancy',
 jsonb_build_object('account', cast(:account AS bigint), 'tariff', cast(:tariff AS bigint))) WHERE id = :point
""")
CONTRACT = text("""
SELECT id, number, service_point_id, account_id, lower(during) AS start, upper(during) AS end, vacancy
 FROM contract WHERE id = :id
""")
PUBLIC_ID = text("SELECT public_id FROM contract WHERE id = :id")
ADD = text("""
INSERT INTO contract (number, service_point_id, account_id, during, vacancy)
 VALUES (:number, :point, :account, daterange(:start, :end), :vacancy) RETURNING id
""")


BILLED_UNTIL = text("SELECT max(upper(during)) FROM invoice_span WHERE contract_id = :id AND NOT credited")
ASSIGN = text("""
INSERT INTO tariff_assignment (contract_id, tariff_id, during)
 VALUES (:contract, :tariff, daterange(:start, :end))
""")
TARIFF_ON = text("""
SELECT tariff_id FROM tariff_assignment WHERE contract_id = :id AND role = 'supply'
 AND during @> cast(:day AS date)
""")
END_ASSIGNMENT = text("""
UPDATE tariff_assignment SET during = daterange(lower(during), :day) WHERE contract_id = :id AND role = 'supply'
 AND during @> cast(:day AS date) AND lower(during) < :day
""")
DROP_ASSIGNMENT = text(
    "DELETE FROM tariff_assignment WHERE contract_id = :id AND role = 'supply' AND lower(during) = :day"
)
AGREED_TARIFFS = text("""
SELECT g.tariff_id, t.code AS name, lower(g.during) AS start
  FROM tariff_assignment g JOIN tariff t ON t.id = g.tariff_id
 WHERE g.contract_id = :id AND g.role = 'supply' AND lower(g.during) > :day ORDER BY lower(g.during)
""")
SET_CYCLE = text("""
UPDATE account a SET billing_cycle = :cycle, billing_day = :day FROM account old
 WHERE a.id = :id AND old.id = a.id RETURNING old.billing_cycle AS cycle, old.billing_day AS day
""")
MODE_ON = text("SELECT mode FROM account_mode WHERE account_id = :id AND during @> cast(:day AS date)")
END_MODE = text("""
UPDATE account_mode SET during = daterange(lower(during), :day) WHERE account_id = :id
 AND during @> cast(:day AS date) AND lower(during) < :day
""")
DROP_MODE = text("DELETE FROM account_mode WHERE account_id = :id AND lower(during) = :day")
AGREED_MODES = text("""
SELECT mode AS name, lower(during) AS start FROM account_mode WHERE account_id = :id AND lower(during) > :day
 ORDER BY lower(during)
""")
ADD_MODE = text("""
INSERT INTO account_mode (account_id, mode, during)
 SELECT :id, :mode, daterange(:day, min(lower(during)))
  FROM account_mode WHERE account_id = :id AND lower(during) > :day
""")


def entities_and_currencies(session: Session, point_id: int, account_id: int, tariff_id: int) -> EntitiesAndCurrencies:
    """The legal entities and currencies of a service point, an account and a tariff."""
    values = {"point": point_id, "account": account_id, "tariff": tariff_id}
    return EntitiesAndCurrencies(**session.execute(TERMS, values).mappings().one())


def running_contract(session: Session, point_id: int, day: date) -> RunningContract | None:
    """The contract at a service point on a day."""
    row = session.execute(RUNNING, {"point": point_id, "day": day}).mappings().one_or_none()
    return RunningContract(**row) if row else None


def vacancy_of(session: Session, contract_id: int) -> Vacancy | None:
    """Who pays for the contract's service point when it is empty."""
    row = session.execute(VACANCY, {"id": contract_id}).mappings().one_or_none()
    return Vacancy(**row) if row else None


def vacancy_at(session: Session, point_id: int) -> Vacancy:
    """Who pays for a service point when it is empty; one that names nobody is refused."""
    row = session.execute(VACANCY_AT, {"id": point_id}).mappings().one_or_none()
    if row is None:
        raise ConflictError("nobody is named who pays while nobody lives there")
    return Vacancy(**row)


def set_vacancy(session: Session, point_id: int, account_id: int, tariff_id: int) -> None:
    """From now on the owner's account pays while nobody lives there."""
    session.execute(SET_VACANCY, {"point": point_id, "account": account_id, "tariff": tariff_id})


def drop_vacancy(session: Session, point_id: int) -> None:
    """Nobody is named any more who pays for empty days."""
    session.execute(DROP_VACANCY, {"id": point_id})


def stored_contract(session: Session, contract_id: int) -> StoredContract:
    """The contract; NotFoundError where there is none."""
    row = session.execute(CONTRACT, {"id": contract_id}).mappings().one_or_none()
    if row is None:
        raise NotFoundError(f"there is no contract {contract_id}")
    return StoredContract(**row)


def public_id_of(session: Session, contract_id: int) -> UUID:
    """The id of a contract in addresses."""
    public_id: UUID = session.execute(PUBLIC_ID, {"id": contract_id}).scalar_one()
    return public_id


def add_contract(
    session: Session,
    *,
    number: str,
    point_id: int,
    account_id: int,
    start: date,
    end: date | None,
    vacancy: bool = False,
) -> int:
    """A new contract; one at a time at a service point."""
    values = {"number": number, "point": point_id, "account": account_id, "start": start, "end": end}
    values["vacancy"] = vacancy
    return int(session.execute(ADD, values).scalar_one())


def billed_until(session: Session, contract_id: int) -> date | None:
    """The first day that no live invoice bills."""
    end: date | None = session.execute(BILLED_UNTIL, {"id": contract_id}).scalar_one_or_none()
    return end


def assign_tariff(session: Session, contract_id: int, tariff_id: int, start: date, end: date | None) -> None:
    """The tariff that prices the contract."""
    session.execute(ASSIGN, {"contract": contract_id, "tariff": tariff_id, "start": start, "end": end})


def tariff_on(session: Session, contract_id: int, day: date) -> int:
    """The tariff of a day."""
    tariff_id = session.execute(TARIFF_ON, {"id": contract_id, "day": day}).scalar_one_or_none()
    if tariff_id is None:
        raise ConflictError(f"the contract has no tariff on {day}")
    return int(tariff_id)


def end_assignment(session: Session, contract_id: int, day: date) -> None:
    """The tariff of a day holds up to it; those that were agreed for later stay."""
    session.execute(DROP_ASSIGNMENT, {"id": contract_id, "day": day})
    session.execute(END_ASSIGNMENT, {"id": contract_id, "day": day})


def agreed_tariffs(session: Session, contract_id: int, day: date) -> list[AgreedChange]:
    """The tariffs that were agreed for after a day, in their order."""
    rows = session.execute(AGREED_TARIFFS, {"id": contract_id, "day": day}).mappings()
    return [AgreedChange(**row) for row in rows]


def set_cycle(session: Session, account_id: int, cycle: BillingCycle) -> BillingCycle:
    """Change the billing cycle; what it was. NotFoundError where there is no such account."""
    values = {"id": account_id, "cycle": cycle.cycle, "day": cycle.day}
    row = session.execute(SET_CYCLE, values).mappings().one_or_none()
    if row is None:
        raise NotFoundError(f"there is no account {account_id}")
    return BillingCycle(**row)


def set_mode(session: Session, account_id: int, mode: str, day: date) -> str | None:
    """Change the mode from a day on, up to a later change; the mode of that day before, None where it had none."""
    before: str | None = session.execute(MODE_ON, {"id": account_id, "day": day}).scalar_one_or_none()
    session.execute(DROP_MODE, {"id": account_id, "day": day})
    session.execute(END_MODE, {"id": account_id, "day": day})
    session.execute(ADD_MODE, {"id": account_id, "mode": mode, "day": day})
    return before


def agreed_modes(session: Session, account_id: int, day: date) -> list[AgreedChange]:
    """The modes that were agreed for after a day, in their order."""
    rows = session.execute(AGREED_MODES, {"id": account_id, "day": day}).mappings()
    return [AgreedChange(**row) for row in rows]
