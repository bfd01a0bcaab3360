"""What the rows of a sheet may name and is there already, each within one legal entity."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import text
from sqlalchemy.orm import Session

METER = text(
    "SELECT id, maker, serial FROM meter WHERE serial = :serial AND (:maker = '' OR maker = :maker) ORDER BY id LIMIT 2"
)
REGISTERS = text("SELECT name FROM register WHERE meter_id = :meter ORDER BY id")
MOUNTS = text(
    """
    SELECT n.id, n.meter_id, m.serial, n.service_point_id AS point_id, s.name || ': ' || p.name AS point,
           lower(n.during) AS at, upper(n.during) AS until, n.multiplier, n.opening, s.timezone AS zone
      FROM meter_mount n
      JOIN meter m ON m.id = n.meter_id
      JOIN service_point p ON p.id = n.service_point_id
      JOIN site s ON s.id = p.site_id
     WHERE (n.meter_id = :meter OR n.service_point_id = :point)
       AND (CASE WHEN cast(:at AS timestamptz) IS NULL THEN upper_inf(n.during)
                 ELSE n.during && tstzrange(:at, :until) END)
     ORDER BY lower(n.during)
    """
)
CLIENT = text("SELECT id FROM client WHERE legal_entity_id = :entity AND number = :number")
CLIENTS = text(
    """
    SELECT id
      FROM client
     WHERE legal_entity_id = :entity AND lower(name) = lower(:name)
       AND (:email = '' OR lower(email) = lower(:email))
       AND (:phone = '' OR phone = :phone)
     ORDER BY id
     LIMIT 2
    """
)
ACCOUNTS = text(
    """
    SELECT a.id, a.number, a.client_id, c.number AS client, a.currency
      FROM account a
      JOIN client c ON c.id = a.client_id
     WHERE c.legal_entity_id = :entity
       AND (:number = '' OR a.number = :number)
       AND (cast(:client AS bigint) IS NULL OR a.client_id = :client)
       AND (:currency = '' OR a.currency = :currency)
     ORDER BY a.id
     LIMIT 2
    """
)
ACCOUNT_NUMBER = text("SELECT number FROM account WHERE id = :id")
TARIFFS = text(
    """
    SELECT id, code, name
      FROM tariff
     WHERE legal_entity_id = :entity AND (code = :name OR lower(name) = lower(:name))
     ORDER BY code = :name DESC, id
     LIMIT 2
    """
)
NUMBERS = {
    "client": text("SELECT number FROM client"),
    "account": text("SELECT number FROM account"),
    "contract": text("SELECT number FROM contract"),
}
CONTRACT = text(
    """
    SELECT k.id, k.number, k.account_id, lower(k.during) AS start, upper(k.during) AS end, c.name AS client,
           a.number AS account,
           (SELECT x.tariff_id
              FROM tariff_assignment x
             WHERE x.contract_id = k.id AND x.role = 'supply'
             ORDER BY lower(x.during)
             LIMIT 1) AS tariff_id,
           k.vacancy
      FROM contract k
      JOIN account a ON a.id = k.account_id
      JOIN client c ON c.id = a.client_id
     WHERE k.service_point_id = :point AND k.during && daterange(:start, :end)
     ORDER BY lower(k.during)
     LIMIT 1
    """
)


@dataclass(frozen=True, slots=True)
class KnownMeter:
    """A meter that is there."""

    id: int
    maker: str
    serial: str


@dataclass(frozen=True, slots=True)
class KnownMount:
    """Where a meter hangs, or hung."""

    id: int
    meter_id: int
    serial: str
    point_id: int
    point: str
    at: datetime
    until: datetime | None
    multiplier: Decimal
    opening: dict[str, int]  # thousandths
    zone: str


@dataclass(frozen=True, slots=True)
class KnownAccount:
    """An account that is there."""

    id: int
    number: str
    client_id: int
    client: str
    currency: str


@dataclass(frozen=True, slots=True)
class KnownTariff:
    """A tariff that is there."""

    id: int
    code: str
    name: str


@dataclass(frozen=True, slots=True)
class KnownContract:
    """A connection that is there; `tariff_id` is the first it had."""

    id: int
    number: str
    account_id: int
    start: date
    end: date | None
    client: str
    account: str
    tariff_id: int | None
    vacancy: bool


def known_meters(session: Session, serial: str, maker: str) -> list[KnownMeter]:
    """At most two meters of that serial."""
    return [KnownMeter(**row) for row in session.execute(METER, {"serial": serial, "maker": maker}).mappings()]


def register_names(session: Session, meter_id: int) -> list[str]:
    """In the order in which they were made."""
    return list(session.execute(REGISTERS, {"meter": meter_id}).scalars())


def mounts_between(
    session: Session, meter_id: int, point_id: int, at: datetime | None, until: datetime | None
) -> list[KnownMount]:
    """Where the meter hung in the span, and what hung at the point; where they hang now if no span is known."""
    values = {"meter": meter_id, "point": point_id, "at": at, "until": until}
    return [KnownMount(**row) for row in session.execute(MOUNTS, values).mappings()]


def client_of_number(session: Session, entity_id: int, number: str) -> int | None:
    """The client of that number."""
    client: int | None = session.execute(CLIENT, {"entity": entity_id, "number": number}).scalar_one_or_none()
    return client


def clients_like(session: Session, entity_id: int, name: str, email: str, phone: str) -> list[int]:
    """At most two clients of that name; with that address and number where they are given."""
    values = {"entity": entity_id, "name": name, "email": email, "phone": phone}
    return list(session.execute(CLIENTS, values).scalars())


def known_accounts(
    session: Session, entity_id: int, *, number: str = "", client_id: int | None = None, currency: str = ""
) -> list[KnownAccount]:
    """At most two accounts that fit."""
    values = {"entity": entity_id, "number": number, "client": client_id, "currency": currency}
    return [KnownAccount(**row) for row in session.execute(ACCOUNTS, values).mappings()]


def account_number(session: Session, account_id: int) -> str:
    """How an account is called."""
    return str(session.execute(ACCOUNT_NUMBER, {"id": account_id}).scalar_one())


def known_tariffs(session: Session, entity_id: int, name: str) -> list[KnownTariff]:
    """At most two tariffs of that code or name; one of that code goes first."""
    return [KnownTariff(**row) for row in session.execute(TARIFFS, {"entity": entity_id, "name": name}).mappings()]


def taken_numbers(session: Session, table: str) -> set[str]:
    """All numbers of clients, accounts or contracts."""
    return set(session.execute(NUMBERS[table]).scalars())


def contract_between(session: Session, point_id: int, start: date, end: date | None) -> KnownContract | None:
    """The first contract at a point that has a day of the span."""
    row = session.execute(CONTRACT, {"point": point_id, "start": start, "end": end}).mappings().one_or_none()
    return KnownContract(**row) if row else None
