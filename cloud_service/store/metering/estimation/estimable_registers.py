"""The registers whose gaps can be estimated: those that bills count, of a meter or at a connection's place."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import TextClause, text
from sqlalchemy.orm import Session

from cloud_service.store.scope import Scope
from common.errors import NotFoundError

REGISTERS = """
SELECT r.id, t.name AS meter, t.public_id AS meter_public_id, r.name, r.unit, r.billed, s.timezone,
       greatest(lower(m.during), cast(:start AS timestamptz)) AS start,
       least(coalesce(upper(m.during), cast(:end AS timestamptz)), cast(:end AS timestamptz)) AS end
  FROM register r
  JOIN meter t ON t.id = r.meter_id
  JOIN meter_mount m ON m.meter_id = t.id AND m.during && tstzrange(:start, :end)
  JOIN service_point p ON p.id = m.service_point_id
  JOIN site s ON s.id = p.site_id
 WHERE r.kind IN ('index', 'interval') AND (:everything OR s.legal_entity_id = ANY(:entities))
"""
OF_METER = text(f"{REGISTERS} AND t.name = :meter AND (r.billed OR r.name = :register) ORDER BY r.id, 8")
OF_CONTRACT = text(f"""
{REGISTERS} AND r.billed AND p.id = (SELECT service_point_id FROM contract WHERE id = :contract) ORDER BY 8, r.id
""")  # noqa: S608 - put together from this module's own words
TENANTS = text("""
SELECT c.number AS contract, c.public_id AS contract_public_id, l.name AS tenant, lower(c.during) AS start,
       upper(c.during) AS end, coalesce(w.mode = 'prepaid', false) AS prepaid
  FROM register r
  JOIN meter_mount m ON m.meter_id = r.meter_id AND m.during && tstzrange(:start, :end)
  JOIN service_point p ON p.id = m.service_point_id
  JOIN site s ON s.id = p.site_id
  JOIN contract c ON c.service_point_id = p.id
   AND c.during && daterange((cast(:start AS timestamptz) AT TIME ZONE s.timezone)::date,
                             (cast(:end AS timestamptz) AT TIME ZONE s.timezone - interval '1 microsecond')::date, '[]')
  JOIN account a ON a.id = c.account_id
  JOIN client l ON l.id = a.client_id
  LEFT JOIN LATERAL (SELECT mode FROM account_mode WHERE account_id = a.id ORDER BY during DESC LIMIT 1) w ON true
 WHERE r.id = :register
 ORDER BY lower(c.during)
""")
CONTRACT_ZONE = text("""
SELECT s.timezone FROM contract c JOIN service_point p ON p.id = c.service_point_id JOIN site s ON s.id = p.site_id
 WHERE c.id = :contract
""")
ZONE = text("""
SELECT s.timezone FROM meter t JOIN meter_mount m ON m.meter_id = t.id JOIN service_point p ON p.id = m.service_point_id
  JOIN site s ON s.id = p.site_id WHERE t.name = :meter ORDER BY m.during DESC LIMIT 1
""")
METER = text("SELECT id FROM meter WHERE name = :meter")


@dataclass(frozen=True, slots=True)
class EstimableRegister:
    """A register during one mount, cut to the time that is asked for."""

    id: int
    meter: str
    meter_public_id: UUID
    name: str
    unit: str
    billed: bool
    timezone: str
    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class GapTenant:
    """A connection that runs during a gap."""

    contract: str
    contract_public_id: UUID
    tenant: str
    start: date
    end: date | None
    prepaid: bool


def of_meter(
    session: Session, scope: Scope, meter: str, time: tuple[datetime, datetime], register: str = ""
) -> list[EstimableRegister]:
    """The billed registers of a meter, and one more by its name, while it hung within the scope."""
    return _registers(session, scope, OF_METER, time, meter=meter, register=register)


def of_contract(
    session: Session, scope: Scope, contract_id: int, time: tuple[datetime, datetime]
) -> list[EstimableRegister]:
    """The billed registers at a connection's place."""
    return _registers(session, scope, OF_CONTRACT, time, contract=contract_id)


def _registers(
    session: Session, scope: Scope, query: TextClause, time: tuple[datetime, datetime], **values: object
) -> list[EstimableRegister]:
    everything = scope.entities is None and scope.clients is None
    values |= {"start": time[0], "end": time[1], "everything": everything, "entities": sorted(scope.entities or ())}
    return [EstimableRegister(**row) for row in session.execute(query, values).mappings()]


def tenants(session: Session, register_id: int, start: datetime, end: datetime) -> list[GapTenant]:
    """Who is supplied through the register between two instants, in the order of time."""
    rows = session.execute(TENANTS, {"register": register_id, "start": start, "end": end}).mappings()
    return [GapTenant(**row) for row in rows]


def zone_of_meter(session: Session, meter: str) -> str | None:
    """The time zone where a meter hangs, or hung last; None where there is no such meter or it never hung."""
    zone_name: str | None = session.execute(ZONE, {"meter": meter}).scalar()
    return zone_name


def zone_of_contract(session: Session, contract_id: int) -> str:
    """The time zone of a connection's place."""
    return str(session.execute(CONTRACT_ZONE, {"contract": contract_id}).scalar_one())


def meter_id(session: Session, meter: str) -> int:
    """The meter of that name."""
    row_id: int | None = session.execute(METER, {"meter": meter}).scalar()
    if row_id is None:
        raise NotFoundError(f"no meter {meter}")
    return row_id
