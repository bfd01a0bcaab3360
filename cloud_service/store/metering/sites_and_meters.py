"""Rows of sites, service points and meters as people set them up, and which of them are free."""

from dataclasses import asdict, dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from psycopg.types.json import Jsonb
from sqlalchemy import text
from sqlalchemy.orm import Session

from cloud_service.domain.customers.postal_address import READ
from cloud_service.domain.metering.register_meaning import register_meaning
from cloud_service.store.scope import Scope
from common.errors import NotFoundError

ADD_SITE = text("""
INSERT INTO site (legal_entity_id, name, timezone, currency, address, street, postcode, city, region, address_state,
                  country, holiday_calendar)
VALUES (:entity, :name, :timezone, :currency, :address, :street, :postcode, :city, :region, :address_state, :country,
        :holiday_calendar)
RETURNING id
""")
GET_SITE = text("""
SELECT name, timezone, currency, address, street, postcode, city, region, address_state, country, holiday_calendar
  FROM site WHERE id = :id FOR UPDATE
""")
SET_SITE = text("""
UPDATE site SET name = :name, timezone = :timezone, currency = :currency, address = :address,
       street = :street, postcode = :postcode, city = :city, region = :region, address_state = :address_state,
       country = :country, holiday_calendar = :holiday_calendar
 WHERE id = :id
""")
BILLED_SITE = text("""
SELECT EXISTS (SELECT 1 FROM service_point p JOIN contract k ON k.service_point_id = p.id
 JOIN invoice_span s ON s.contract_id = k.id AND NOT s.credited WHERE p.site_id = :id)
""")  # fmt: skip
CONTRACTS = text("""
SELECT k.id FROM service_point p JOIN contract k ON k.service_point_id = p.id WHERE p.site_id = :id
""")  # fmt: skip
USED = text("""
SELECT EXISTS (SELECT 1 FROM service_point p JOIN contract k ON k.service_point_id = p.id
 WHERE p.site_id = :id)
""")  # fmt: skip
ADD_POINT = text("""
INSERT INTO service_point (site_id, name, utility, grid_id, parent_id, settings)
 VALUES (:site, :name, :utility, :grid_id, :parent, jsonb_build_object('values', cast(:values AS jsonb)))
 RETURNING id
""")
GET_POINT = text("""
SELECT name, utility, grid_id, parent_id AS parent, coalesce(settings->'values', '{}') AS values
  FROM service_point WHERE id = :id FOR UPDATE
""")
SET_POINT = text("""
UPDATE service_point SET name = :name, utility = :utility, grid_id = :grid_id, parent_id = :parent,
 settings = settings || jsonb_build_object('values', cast(:values AS jsonb)) WHERE id = :id
""")
NAMED = text("SELECT id FROM service_point WHERE site_id = :site AND name = :name LIMIT 1")
SUPPLIED = text("SELECT EXISTS (SELECT 1 FROM contract WHERE service_point_id = :id)")
ABOVE = text("""
WITH RECURSIVE above AS (SELECT id, parent_id FROM service_point WHERE id = :id
 UNION SELECT p.id, p.parent_id FROM service_point p JOIN above a ON p.id = a.parent_id) SELECT id FROM above
""")
ADD_METER = text("""
INSERT INTO meter (maker, serial, name, profile, max_power_kw)
 VALUES (:maker, :serial, :name, :profile, :max_power_kw) RETURNING id
""")
ADD_REGISTER = text("""
INSERT INTO register (meter_id, name, unit, direction, quantity, kind, digits, step_s)
 VALUES (:meter, :name, :unit, :direction, :quantity, :kind, :digits, :step_s)
""")
SITE_OF_POINT = text("""
SELECT s.id AS site_id, s.name AS site, s.timezone, s.currency, s.legal_entity_id AS entity_id, p.utility
 FROM service_point p JOIN site s ON s.id = p.site_id WHERE p.id = :point
""")
FREE_POINTS = text("""
SELECT s.name || ': ' || p.name AS full_name, coalesce(nullif(p.grid_id, ''), p.utility) AS known_as
  FROM service_point p JOIN site s ON s.id = p.site_id
 WHERE (cast(:entities AS bigint[]) IS NULL OR s.legal_entity_id = ANY(:entities)) AND NOT EXISTS
   (SELECT 1 FROM contract k WHERE k.service_point_id = p.id AND k.during @> cast(:day AS date)
      AND NOT k.vacancy)
 ORDER BY s.name, p.name LIMIT :rows
""")
GET_BILLED = text("SELECT name, billed FROM register WHERE meter_id = :meter ORDER BY id FOR UPDATE")
SET_BILLED = text("UPDATE register SET billed = :billed WHERE meter_id = :meter AND name = :name")
# Live bills over days on which the register counted while its meter hung at their place: they are not as bills would be
# now. Days of which nothing was counted change none.
NOTE_BILLS = text("""
INSERT INTO late_day (invoice_id, register_id, day, before, after)
SELECT s.invoice_id, r.id, i.day, CASE WHEN r.billed THEN 0 ELSE round(i.total * m.multiplier) END,
       CASE WHEN r.billed THEN round(i.total * m.multiplier) ELSE 0 END
  FROM register r
  JOIN meter_mount m ON m.meter_id = r.meter_id
  JOIN service_point p ON p.id = m.service_point_id
  JOIN site h ON h.id = p.site_id
  JOIN contract c ON c.service_point_id = m.service_point_id
  JOIN invoice_span s ON s.contract_id = c.id AND NOT s.credited
  JOIN interval_day i ON i.register_id = r.id AND s.during @> i.day AND i.total <> 0
 WHERE r.meter_id = :meter AND r.name = :name
   AND m.during && tstzrange(i.day::timestamp AT TIME ZONE h.timezone, (i.day + 1)::timestamp AT TIME ZONE h.timezone)
""")
FREE_METERS = text("""
SELECT m.name, m.maker, m.serial FROM meter m WHERE NOT EXISTS
 (SELECT 1 FROM meter_mount n WHERE n.meter_id = m.id AND upper_inf(n.during))
   AND (cast(:entities AS bigint[]) IS NULL OR NOT EXISTS (SELECT 1 FROM meter_mount n
     JOIN service_point p ON p.id = n.service_point_id JOIN site s ON s.id = p.site_id
    WHERE n.meter_id = m.id AND NOT s.legal_entity_id = ANY(:entities))) ORDER BY m.id DESC LIMIT :rows
""")


@dataclass(frozen=True, slots=True)
class PointSite:
    """Where a service point is."""

    site_id: int
    site: str
    timezone: str
    currency: str
    entity_id: int
    utility: str


@dataclass(frozen=True, slots=True)
class SiteFields:
    """A property: its days begin in its time zone, its bills are in its currency."""

    name: str
    timezone: str  # IANA name
    currency: str  # ISO 4217
    address: str = ""
    country: str = ""  # ISO 3166-1 alpha-2
    holiday_calendar: str = ""
    street: str = ""  # the address in its fields; a line each
    postcode: str = ""
    city: str = ""
    region: str = ""
    address_state: str = READ  # one of `postal_address.STATES`


@dataclass(frozen=True, slots=True)
class ServicePointFields:
    """A place where a service is taken; `grid_id` is what the grid calls it (MaLo, MPAN, NMI, EAN, PRM).

    `parent` is the service point whose meter counts this one too. `values` are numbers that its tariff may ask for
    (`contracted_kw`, `area_m2` ...), as decimals in text.
    """

    name: str
    utility: str = "electricity"  # electricity, water, gas, heat or cooling
    grid_id: str = ""
    parent: int | None = None  # id of a service point
    values: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RegisterFields:
    """One counter of a meter."""

    name: str
    unit: str  # kWh, m3 ...: see `common.reading.Unit`
    direction: str = ""  # as the client sees it, import or export; empty: as name and unit say
    quantity: str = ""  # active_energy, reactive_energy, volume ...; empty: as the unit says
    kind: str = "index"  # index or interval
    digits: int | None = None  # before the point, where the counter rolls over
    step_s: int = 900  # of the days that are made of it, in seconds


@dataclass(frozen=True, slots=True)
class MeterFields:
    """A meter by maker and serial; `name` is what its gateway or file calls it."""

    serial: str
    maker: str = ""
    name: str = ""
    profile: str = ""
    max_power_kw: Decimal | None = None


def add_site(session: Session, entity_id: int, site: SiteFields) -> int:
    """A new property; its id."""
    return int(session.execute(ADD_SITE, {"entity": entity_id, **asdict(site)}).scalar_one())


def site_fields(session: Session, site_id: int) -> SiteFields:
    """A site as stored; its row is locked until the transaction ends. NotFoundError where there is none."""
    row = session.execute(GET_SITE, {"id": site_id}).mappings().one_or_none()
    if row is None:
        raise NotFoundError(f"there is no site {site_id}")
    return SiteFields(**row)


def change_site(session: Session, site_id: int, site: SiteFields) -> None:
    """Write all of it anew."""
    session.execute(SET_SITE, {"id": site_id, **asdict(site)})


def is_supplied(session: Session, site_id: int) -> bool:
    """Whether there ever was a contract at the site: then its days and money are settled."""
    return bool(session.execute(USED, {"id": site_id}).scalar_one())


def is_billed(session: Session, site_id: int) -> bool:
    """Whether days of the site stand on a bill: then it is settled when they begin."""
    return bool(session.execute(BILLED_SITE, {"id": site_id}).scalar_one())


def contracts_at(session: Session, site_id: int) -> list[int]:
    """All contracts there ever were at the site."""
    return list(session.execute(CONTRACTS, {"id": site_id}).scalars())


def add_point(session: Session, site_id: int, point: ServicePointFields) -> int:
    """A new service point; its id."""
    return int(session.execute(ADD_POINT, {"site": site_id, **_columns(point)}).scalar_one())


def point_fields(session: Session, point_id: int) -> ServicePointFields:
    """A service point as stored; its row is locked until the transaction ends. NotFoundError where there is none."""
    row = session.execute(GET_POINT, {"id": point_id}).mappings().one_or_none()
    if row is None:
        raise NotFoundError(f"there is no service point {point_id}")
    return ServicePointFields(**row)


def change_point(session: Session, point_id: int, point: ServicePointFields) -> None:
    """Write all of it anew; what else its settings hold stays."""
    session.execute(SET_POINT, {"id": point_id, **_columns(point)})


def _columns(point: ServicePointFields) -> dict[str, Any]:
    return {**asdict(point), "values": Jsonb(point.values)}


def point_named(session: Session, site_id: int, name: str) -> int | None:
    """The service point of that name at a site, if there is one."""
    point_id: int | None = session.execute(NAMED, {"site": site_id, "name": name}).scalar_one_or_none()
    return point_id


def is_point_supplied(session: Session, point_id: int) -> bool:
    """Whether there ever was a contract at the service point."""
    return bool(session.execute(SUPPLIED, {"id": point_id}).scalar_one())


def with_all_above(session: Session, point_id: int) -> set[int]:
    """A service point and all those whose meters count it too."""
    return set(session.execute(ABOVE, {"id": point_id}).scalars())


def add_meter(session: Session, meter: MeterFields) -> int:
    """A new meter without registers; its id."""
    values = {name: getattr(meter, name) for name in MeterFields.__slots__}
    return int(session.execute(ADD_METER, values).scalar_one())


def add_register(session: Session, meter_id: int, register: RegisterFields) -> None:
    """A counter of a meter."""
    meaning = register_meaning(register.name, register.unit, register.quantity, register.direction)
    session.execute(ADD_REGISTER, {"meter": meter_id, **asdict(register), **asdict(meaning)})


def billed_registers(session: Session, meter_id: int) -> dict[str, bool]:
    """Whether each register of a meter is billed; the rows are locked until the transaction ends."""
    return {row.name: row.billed for row in session.execute(GET_BILLED, {"meter": meter_id})}


def bill_register(session: Session, meter_id: int, name: str, *, billed: bool) -> None:
    """Whether bills and completeness count a register from now on; issued bills stay and are noted."""
    session.execute(SET_BILLED, {"meter": meter_id, "name": name, "billed": billed})
    session.execute(NOTE_BILLS, {"meter": meter_id, "name": name})


def site_of_point(session: Session, point_id: int) -> PointSite:
    """The site of a service point."""
    return PointSite(**session.execute(SITE_OF_POINT, {"point": point_id}).mappings().one())


def next_name(session: Session, site_id: int, name: str) -> str:
    """The name with the next number behind it that no service point of the site has: Flat 7 -> Flat 8."""
    stem = name.rstrip("0123456789")
    digits = name[len(stem) :]
    number, width = int(digits or 1), len(digits)
    stem = stem if digits else f"{name} "
    while True:
        number += 1
        if point_named(session, site_id, f"{stem}{number:0{width}d}") is None:
            return f"{stem}{number:0{width}d}"


def free_points(session: Session, scope: Scope, day: date, rows: int = 300) -> list[tuple[str, str]]:
    """(`site: name`, grid id or utility) of service points without a tenant on the day, by site and name."""
    values = {"entities": None if scope.entities is None else list(scope.entities), "day": day, "rows": rows}
    return [(row.full_name, row.known_as) for row in session.execute(FREE_POINTS, values)]


def free_meters(session: Session, scope: Scope, rows: int = 300) -> list[tuple[str, str]]:
    """(name, maker and serial) of meters that hang nowhere now and never hung at others' sites, the newest first."""
    values = {"entities": None if scope.entities is None else list(scope.entities), "rows": rows}
    return [(row.name, f"{row.maker} {row.serial}".strip()) for row in session.execute(FREE_METERS, values)]
