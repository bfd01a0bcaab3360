"""Single things by the id in their address, each only where the reader may know of it; else NotFoundError."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from cloud_service.store.access import Scope
from cloud_service.store.billing import BillingItem, BillingRun
from cloud_service.store.lists import metering, parties
from cloud_service.store.metering import (
    Contract,
    Gateway,
    IntervalDay,
    Meter,
    MeterMount,
    Register,
    ServicePoint,
    Stream,
)
from cloud_service.store.parties import Account, Client, Site
from cloud_service.store.tariffs import Tariff, TariffAssignment, TariffVersion
from common.errors import NotFoundError
from common.period import Span

Thing = TypeVar("Thing")


def client(session: Session, scope: Scope, public_id: UUID) -> Client:
    """A client."""
    return _found(
        session.scalar(select(Client).where(Client.public_id == public_id, *parties.in_scope(scope))), "client"
    )


def account(session: Session, scope: Scope, public_id: UUID) -> tuple[Account, Client]:
    """A money account and whose it is."""
    query = select(Account, Client).join(Client, Client.id == Account.client_id)
    row = session.execute(query.where(Account.public_id == public_id, *parties.in_scope(scope))).one_or_none()
    found = _found(row, "account")
    return found.Account, found.Client


def own_accounts(session: Session, scope: Scope) -> list[Account]:
    """The accounts of a customer, oldest first."""
    query = select(Account).join(Client, Client.id == Account.client_id).where(*parties.in_scope(scope))
    return list(session.scalars(query.order_by(Account.id)))


def own_client(session: Session, scope: Scope) -> Client:
    """The client that a customer signs in for."""
    return _found(session.scalar(select(Client).where(*parties.in_scope(scope)).order_by(Client.id)), "client")


STATEMENT = text(
    "SELECT e.day, e.kind, e.text, sum(l.amount) AS amount, min(i.number) AS number,"
    "       min(i.public_id::text) AS public_id,"
    "       sum(sum(l.amount)) OVER (ORDER BY e.day, e.id) AS balance"
    "  FROM ledger_line l JOIN ledger_account a ON a.id = l.ledger_account_id"
    "  JOIN ledger_entry e ON e.id = l.ledger_entry_id LEFT JOIN invoice i ON i.id = l.invoice_id"
    " WHERE a.account_id = :account AND a.kind IN ('receivable', 'credit')"
    " GROUP BY e.id HAVING sum(l.amount) <> 0 ORDER BY e.day, e.id"
)


def statement(session: Session, account_id: int) -> list[Any]:
    """Every booking that changed what the account owes, with the balance after it (positive: owed to us)."""
    return list(session.execute(STATEMENT, {"account": account_id}))


AGEING = text(
    "SELECT a.public_id, a.number, c.name AS tenant, c.public_id AS client_public_id, o.currency,"
    "       sum(o.left) FILTER (WHERE o.late <= 0) AS not_due,"
    "       sum(o.left) FILTER (WHERE o.late BETWEEN 1 AND 30) AS to_30,"
    "       sum(o.left) FILTER (WHERE o.late BETWEEN 31 AND 60) AS to_60,"
    "       sum(o.left) FILTER (WHERE o.late BETWEEN 61 AND 90) AS to_90,"
    "       sum(o.left) FILTER (WHERE o.late > 90) AS over_90, sum(o.left) AS total,"
    "       sum(o.left * o.local_rate) AS total_local"
    "  FROM (SELECT i.account_id, i.currency, i.local_rate, cast(:day AS date) - i.due_date AS late,"
    "               greatest(i.total, 0) - coalesce((SELECT sum(amount) FROM allocation x"
    '                   WHERE x.invoice_id = i.id AND x.day <= :day), 0) AS "left"'
    "          FROM invoice i WHERE i.kind = 'invoice' AND i.bill_date <= :day"
    "           AND (cast(:entities AS bigint[]) IS NULL OR i.legal_entity_id = ANY(:entities))"
    "           AND (cast(:account AS bigint) IS NULL OR i.account_id = :account)) o"
    "  JOIN account a ON a.id = o.account_id JOIN client c ON c.id = a.client_id"
    " WHERE o.left > 0 GROUP BY a.id, c.id, o.currency ORDER BY total_local DESC"
)


def ageing(session: Session, scope: Scope, day: date, account_id: int | None = None) -> list[Any]:
    """Open bills at the end of a day by how late they are, an account a row."""
    entities = None if scope.entities is None else list(scope.entities)
    return list(session.execute(AGEING, {"day": day, "entities": entities, "account": account_id}))


@dataclass(frozen=True, slots=True)
class Connection:
    """A contract with its surroundings."""

    contract: Contract
    account: Account
    client: Client
    point: ServicePoint
    site: Site
    mounts: list[Any]
    tariffs: list[Any]


def connection(session: Session, scope: Scope, public_id: UUID) -> Connection:
    """A contract with its service point, meters and tariffs."""
    query = (
        select(Contract, Account, Client, ServicePoint, Site)
        .join(Account, Account.id == Contract.account_id)
        .join(Client, Client.id == Account.client_id)
        .join(ServicePoint, ServicePoint.id == Contract.service_point_id)
        .join(Site, Site.id == ServicePoint.site_id)
        .where(Contract.public_id == public_id, *parties.in_scope(scope))
    )
    row = _found(session.execute(query).one_or_none(), "connection")
    mounts = session.execute(
        select(Meter, MeterMount)
        .join(MeterMount, MeterMount.meter_id == Meter.id)
        .where(MeterMount.service_point_id == row.ServicePoint.id)
        .order_by(func.lower(MeterMount.during).desc())
    )
    tariffs = session.execute(
        select(Tariff, TariffAssignment)
        .join(TariffAssignment, TariffAssignment.tariff_id == Tariff.id)
        .where(TariffAssignment.contract_id == row.Contract.id)
        .order_by(func.lower(TariffAssignment.during).desc())
    )
    return Connection(row.Contract, row.Account, row.Client, row.ServicePoint, row.Site, list(mounts), list(tariffs))


@dataclass(frozen=True, slots=True)
class MeterPage:
    """A meter, where it hung, its registers; `site` is None for one that hangs nowhere."""

    meter: Meter
    site: Site | None
    point: ServicePoint | None
    registers: list[Register]
    mounts: list[Any]


def meter(session: Session, scope: Scope, public_id: UUID) -> MeterPage:
    """A meter with its registers."""
    query = (
        select(Meter, Site, ServicePoint)
        .outerjoin(MeterMount, (MeterMount.meter_id == Meter.id) & func.upper_inf(MeterMount.during))
        .outerjoin(ServicePoint, ServicePoint.id == MeterMount.service_point_id)
        .outerjoin(Site, Site.id == ServicePoint.site_id)
        .where(Meter.public_id == public_id, *metering.sites_in_scope(scope))
    )
    row = _found(session.execute(query).first(), "meter")
    registers = session.scalars(select(Register).where(Register.meter_id == row.Meter.id).order_by(Register.id))
    mounts = session.execute(
        select(MeterMount, ServicePoint, Site)
        .join(ServicePoint, ServicePoint.id == MeterMount.service_point_id)
        .join(Site, Site.id == ServicePoint.site_id)
        .where(MeterMount.meter_id == row.Meter.id)
        .order_by(func.lower(MeterMount.during).desc())
    )
    return MeterPage(row.Meter, row.Site, row.ServicePoint, list(registers), list(mounts))


def days_of(session: Session, register_id: int, span: Span) -> list[IntervalDay]:
    """The validated days of a register."""
    return list(
        session.scalars(
            select(IntervalDay)
            .where(IntervalDay.register_id == register_id, IntervalDay.day >= span.start, IntervalDay.day < span.end)
            .order_by(IntervalDay.day)
        )
    )


READINGS = text(
    "SELECT r.at, r.value, r.quality, r.source, r.sequence, r.received_at FROM reading r"
    " WHERE r.register_id = :register ORDER BY r.at DESC LIMIT :rows"
)


def latest_readings(session: Session, register_id: int, rows: int = 20) -> list[Any]:
    """The newest readings as they were received."""
    return list(session.execute(READINGS, {"register": register_id, "rows": rows}))


def gateway(session: Session, scope: Scope, public_id: UUID) -> tuple[Gateway, Site, list[Stream]]:
    """A gateway with its site and streams."""
    query = select(Gateway, Site).join(Site, Site.id == Gateway.site_id)
    row = _found(
        session.execute(query.where(Gateway.public_id == public_id, *metering.sites_in_scope(scope))).one_or_none(),
        "gateway",
    )
    streams = session.scalars(select(Stream).where(Stream.gateway_id == row.Gateway.id).order_by(Stream.id.desc()))
    return row.Gateway, row.Site, list(streams)


def tariff(session: Session, scope: Scope, public_id: UUID) -> tuple[Tariff, list[TariffVersion]]:
    """A tariff with its versions, newest first."""
    query = select(Tariff).where(Tariff.public_id == public_id)
    if scope.entities is not None:
        query = query.where(Tariff.legal_entity_id.in_(scope.entities))
    found = _found(session.scalar(query), "tariff")
    versions = session.scalars(
        select(TariffVersion)
        .where(TariffVersion.tariff_id == found.id)
        .order_by(func.lower(TariffVersion.during).desc())
    )
    return found, list(versions)


def run(session: Session, scope: Scope, public_id: UUID) -> BillingRun:
    """A billing run."""
    query = select(BillingRun).where(BillingRun.public_id == public_id)
    if scope.entities is not None:
        query = query.where(BillingRun.legal_entity_id.in_(scope.entities))
    return _found(session.scalar(query), "billing run")


ITEMS = text(
    "SELECT b.id, b.state, b.reason, b.rated, lower(b.during) AS since, upper(b.during) AS until, k.number AS contract,"
    "       k.public_id AS contract_public_id, c.name AS tenant, i.number AS bill, i.public_id AS bill_public_id,"
    "       i.total, i.currency"
    "  FROM billing_item b JOIN contract k ON k.id = b.contract_id JOIN account a ON a.id = k.account_id"
    "  JOIN client c ON c.id = a.client_id LEFT JOIN invoice i ON i.id = b.invoice_id"
    " WHERE b.billing_run_id = :run AND (cast(:states AS text[]) IS NULL OR b.state = ANY(:states))"
    " ORDER BY b.state = 'parked' DESC, k.number LIMIT :rows"
)


def run_items(session: Session, run_id: int, states: Sequence[str] | None = None, rows: int = 200) -> list[Any]:
    """Items of a run, parked ones first."""
    return list(session.execute(ITEMS, {"run": run_id, "states": list(states) if states else None, "rows": rows}))


def run_counts(session: Session, run_id: int) -> dict[str, int]:
    """How many items are in each state."""
    rows = session.execute(
        select(BillingItem.state, func.count().label("items"))
        .where(BillingItem.billing_run_id == run_id)
        .group_by(BillingItem.state)
    )
    return {row.state: row.items for row in rows}


AUDIT_OF = text(
    "SELECT at, actor, action, before, after, reason FROM audit WHERE subject = :subject ORDER BY id DESC LIMIT 100"
)


def audit_of(session: Session, subject: str) -> list[Any]:
    """The audit rows of one thing (`table:id`), newest first."""
    return list(session.execute(AUDIT_OF, {"subject": subject}))


PREPAID = text(
    "SELECT p.*, a.number, a.currency, a.public_id, c.name AS tenant, c.public_id AS client_public_id, c.protected"
    "  FROM prepaid_state p JOIN account a ON a.id = p.account_id JOIN client c ON c.id = a.client_id"
    " WHERE (cast(:entities AS bigint[]) IS NULL OR c.legal_entity_id = ANY(:entities))"
    "   AND (cast(:clients AS bigint[]) IS NULL OR c.id = ANY(:clients))"
    "   AND (cast(:account AS bigint) IS NULL OR a.id = :account)"
    " ORDER BY p.state = 'ok', p.days_left NULLS LAST, c.name"
)


def prepaid(session: Session, scope: Scope, account_id: int | None = None) -> list[Any]:
    """Prepaid accounts as they were last looked at, those in need first."""
    facts = {
        "entities": None if scope.entities is None else list(scope.entities),
        "clients": None if scope.clients is None else list(scope.clients),
        "account": account_id,
    }
    return list(session.execute(PREPAID, facts))


COMMANDS = text(
    "SELECT g.kind, g.state, g.reason, g.author, g.created_at, g.sent_at, g.done_at, m.serial, s.name AS point,"
    "       a.number AS account, a.public_id FROM gateway_command g JOIN meter m ON m.id = g.meter_id"
    "  JOIN service_point s ON s.id = g.service_point_id JOIN account a ON a.id = g.account_id"
    "  JOIN client c ON c.id = a.client_id"
    " WHERE (cast(:entities AS bigint[]) IS NULL OR c.legal_entity_id = ANY(:entities)) ORDER BY g.id DESC LIMIT 50"
)


def commands(session: Session, scope: Scope) -> list[Any]:
    """The newest orders to connect and disconnect."""
    return list(session.execute(COMMANDS, {"entities": None if scope.entities is None else list(scope.entities)}))


USE = text(
    "SELECT d.day, sum(d.total) AS total, bool_or(d.missing > 0) AS gaps FROM interval_day d"
    "  JOIN register r ON r.id = d.register_id AND r.billed AND r.direction = 'import'"
    "  JOIN meter_mount m ON m.meter_id = r.meter_id JOIN contract k ON k.service_point_id = m.service_point_id"
    "  JOIN service_point p ON p.id = k.service_point_id JOIN site s ON s.id = p.site_id"
    " WHERE k.account_id = ANY(:accounts) AND d.day >= :start AND d.day < :end AND k.during @> d.day"
    "   AND m.during @> (d.day::timestamp AT TIME ZONE s.timezone) AND r.unit = 'kWh'"
    " GROUP BY d.day ORDER BY d.day"
)


def daily_use(session: Session, account_ids: Sequence[int], span: Span) -> list[Any]:
    """(day, Wh, whether something is missing) of the accounts' electricity."""
    return list(session.execute(USE, {"accounts": list(account_ids), "start": span.start, "end": span.end}))


OWN_REGISTERS = text(
    "SELECT DISTINCT r.id, r.step_s, m.serial, p.name AS point, s.timezone"
    "  FROM register r JOIN meter m ON m.id = r.meter_id"
    "  JOIN meter_mount n ON n.meter_id = m.id AND upper_inf(n.during)"
    "  JOIN contract k ON k.service_point_id = n.service_point_id JOIN service_point p ON p.id = k.service_point_id"
    "  JOIN site s ON s.id = p.site_id"
    " WHERE k.account_id = ANY(:accounts) AND r.billed AND r.direction = 'import' AND r.unit = 'kWh'"
    "   AND upper_inf(k.during) ORDER BY r.id"
)


def own_registers(session: Session, account_ids: Sequence[int]) -> list[Any]:
    """The registers that bill a customer today."""
    return list(session.execute(OWN_REGISTERS, {"accounts": list(account_ids)}))


SEARCH = text(
    """
    SELECT * FROM (
    (SELECT 'bill' AS kind, i.number AS title, c.name AS detail,
            i.currency || to_char(i.total, ' FM999,999,999,990.00') AS more,
            i.public_id::text AS public_id, CASE WHEN i.number ILIKE :exact THEN 0 ELSE 2 END AS rank, i.id AS newest
       FROM invoice i JOIN account a ON a.id = i.account_id JOIN client c ON c.id = a.client_id
      WHERE (i.number ILIKE :pattern OR c.name ILIKE :pattern)
        AND (cast(:entities AS bigint[]) IS NULL OR i.legal_entity_id = ANY(:entities))
      ORDER BY rank, i.id DESC LIMIT :rows)
    UNION ALL
    (SELECT 'client', c.name, c.number, c.email, c.public_id::text,
            CASE WHEN c.number ILIKE :exact THEN 0 ELSE 1 END, c.id
       FROM client c
      WHERE (c.name ILIKE :pattern OR c.number ILIKE :pattern OR c.email ILIKE :pattern OR c.phone ILIKE :pattern)
        AND (cast(:entities AS bigint[]) IS NULL OR c.legal_entity_id = ANY(:entities)) ORDER BY 6, c.name LIMIT :rows)
    UNION ALL
    (SELECT 'account', a.number, c.name, a.currency, a.public_id::text,
            CASE WHEN a.number ILIKE :exact THEN 0 ELSE 3 END, a.id
       FROM account a JOIN client c ON c.id = a.client_id
      WHERE a.number ILIKE :pattern AND (cast(:entities AS bigint[]) IS NULL OR c.legal_entity_id = ANY(:entities))
      LIMIT :rows)
    UNION ALL
    (SELECT 'meter', m.serial, m.name, coalesce(s.name, ''), m.public_id::text,
            CASE WHEN m.serial ILIKE :exact OR m.name ILIKE :exact THEN 0 ELSE 3 END, m.id
       FROM meter m LEFT JOIN meter_mount n ON n.meter_id = m.id AND upper_inf(n.during)
       LEFT JOIN service_point p ON p.id = n.service_point_id LEFT JOIN site s ON s.id = p.site_id
      WHERE (m.serial ILIKE :pattern OR m.name ILIKE :pattern OR p.grid_id ILIKE :pattern)
        AND (cast(:entities AS bigint[]) IS NULL OR s.legal_entity_id = ANY(:entities)) LIMIT :rows)
    UNION ALL
    (SELECT 'gateway', g.name, s.name, g.state, g.public_id::text, 3, g.id
       FROM gateway g JOIN site s ON s.id = g.site_id WHERE (g.name ILIKE :pattern OR s.name ILIKE :pattern)
        AND (cast(:entities AS bigint[]) IS NULL OR s.legal_entity_id = ANY(:entities)) LIMIT :rows)
    UNION ALL
    (SELECT 'connection', k.number, c.name, p.name, k.public_id::text,
            CASE WHEN k.number ILIKE :exact THEN 0 ELSE 3 END, k.id
       FROM contract k JOIN account a ON a.id = k.account_id JOIN client c ON c.id = a.client_id
       JOIN service_point p ON p.id = k.service_point_id
      WHERE (k.number ILIKE :pattern OR p.name ILIKE :pattern OR p.grid_id ILIKE :pattern)
        AND (cast(:entities AS bigint[]) IS NULL OR c.legal_entity_id = ANY(:entities)) LIMIT :rows)
    UNION ALL
    (SELECT 'payment', p.provider || ' ' || p.provider_ref, c.name,
            p.currency || to_char(p.amount, ' FM999,999,999,990.00'),
            a.public_id::text, 4, p.id
       FROM payment p JOIN account a ON a.id = p.account_id JOIN client c ON c.id = a.client_id
      WHERE p.provider_ref ILIKE :pattern
        AND (cast(:entities AS bigint[]) IS NULL OR c.legal_entity_id = ANY(:entities))
      ORDER BY p.id DESC LIMIT :rows)
    UNION ALL
    (SELECT 'tariff', t.name, t.code, t.currency, t.public_id::text, 4, t.id FROM tariff t
      WHERE (t.name ILIKE :pattern OR t.code ILIKE :pattern)
        AND (cast(:entities AS bigint[]) IS NULL OR t.legal_entity_id = ANY(:entities)) LIMIT :rows)
    ) hits ORDER BY rank, kind, newest DESC LIMIT :most
    """
)


def search(session: Session, scope: Scope, words: str, rows: int = 6, most: int = 24) -> list[Any]:
    """Bills, clients, accounts, meters, gateways, connections, payments, tariffs; exact numbers first. Staff only."""
    escaped = words.strip().replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    facts = {
        "exact": escaped,
        "pattern": f"%{escaped}%",
        "rows": rows,
        "most": most,
        "entities": None if scope.entities is None else list(scope.entities),
    }
    return list(session.execute(SEARCH, facts)) if escaped and scope.clients is None else []


def _found(thing: Thing | None, noun: str) -> Thing:
    if thing is None:
        raise NotFoundError(f"there is no such {noun}")
    return thing


def last_seen(session: Session, meter_id: int) -> datetime | None:
    """When the newest reading of a meter was received."""
    query = text(
        "SELECT max(received_at) FROM reading WHERE register_id IN (SELECT id FROM register WHERE meter_id = :meter)"
    )
    found: datetime | None = session.execute(query, {"meter": meter_id}).scalar_one_or_none()
    return found
