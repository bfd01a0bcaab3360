"""From the numbers that people use to our ids. What lies outside of the reader's scope does not exist."""

from sqlalchemy import TextClause, text
from sqlalchemy.orm import Session

from cloud_service.store.scope import Scope
from common.errors import InputError, NotFoundError

ALL = Scope()
WITHIN = "(cast(:entities AS bigint[]) IS NULL OR {owner} = ANY(:entities))"
CLIENTS = "JOIN client c ON c.id = a.client_id"


def _named(columns: str, owner: str) -> TextClause:
    return text(f"SELECT {columns} AND {WITHIN.format(owner=owner)} ORDER BY 1 LIMIT 2")


CLIENT = _named("c.id, c.number AS name FROM client c WHERE c.number = :name", "c.legal_entity_id")
ACCOUNT = _named(f"a.id, a.number AS name FROM account a {CLIENTS} WHERE a.number = :name", "c.legal_entity_id")
CONTRACT = _named(
    f"k.id, k.number AS name FROM contract k JOIN account a ON a.id = k.account_id {CLIENTS} WHERE k.number = :name",
    "c.legal_entity_id",
)
SITE = _named("s.id, s.name FROM site s WHERE s.name = :name", "s.legal_entity_id")
POINT = _named(
    "p.id, s.name || ': ' || p.name AS name FROM service_point p JOIN site s ON s.id = p.site_id"
    " WHERE :name IN (p.name, p.grid_id, s.name || ': ' || p.name)",
    "s.legal_entity_id",
)
METER = text(
    "SELECT m.id, m.maker || ' ' || m.serial AS name, m.name = :name AS exact FROM meter m"  # noqa: S608 - our own words
    " WHERE :name IN (m.name, m.serial, m.maker || ' ' || m.serial) AND NOT EXISTS (SELECT 1 FROM meter_mount n"
    "   JOIN service_point p ON p.id = n.service_point_id JOIN site s ON s.id = p.site_id"
    f"  WHERE n.meter_id = m.id AND NOT {WITHIN.format(owner='s.legal_entity_id')}) ORDER BY exact DESC, m.id LIMIT 2"
)
TARIFF = _named("t.id, t.code AS name FROM tariff t WHERE t.code = :name", "t.legal_entity_id")
INVOICE = text("SELECT id FROM invoice WHERE number = :name ORDER BY id DESC LIMIT 1")


def client_id(session: Session, number: str, scope: Scope = ALL) -> int:
    """The client of that number."""
    return _only(session, CLIENT, "client", number, scope, path="client")


def account_id(session: Session, number: str, scope: Scope = ALL) -> int:
    """The account of that number."""
    return _only(session, ACCOUNT, "account", number, scope, path="account")


def contract_id(session: Session, number: str, scope: Scope = ALL) -> int:
    """The contract of that number."""
    return _only(session, CONTRACT, "contract", number, scope, path="contract")


def invoice_id(session: Session, number: str) -> int:
    """The newest invoice of that number."""
    row_id: int | None = session.execute(INVOICE, {"name": number}).scalar_one_or_none()
    if row_id is None:
        raise NotFoundError(f"there is no bill {number}")
    return row_id


def site_id(session: Session, name: str, scope: Scope = ALL) -> int:
    """The site of that name."""
    return _only(session, SITE, "site", name, scope, path="site")


def point_id(session: Session, name: str, scope: Scope = ALL) -> int:
    """The service point of that name, grid id, or `site: name` where several sites have one of that name."""
    return _only(session, POINT, "service point", name, scope, path="point")


def meter_id(session: Session, name: str, scope: Scope = ALL) -> int:
    """The meter of that name, serial, or `maker serial` where several makers have that serial."""
    return _only(session, METER, "meter", name, scope, path="meter")


def tariff_id(session: Session, code: str, scope: Scope = ALL) -> int:
    """The tariff of that code."""
    return _only(session, TARIFF, "tariff", code, scope, path="tariff")


def _only(session: Session, statement: TextClause, noun: str, name: str, scope: Scope, *, path: str) -> int:
    """The one row of that name; none and several are said, never guessed. A meter's own name goes before a serial."""
    entities = None if scope.entities is None else list(scope.entities)
    rows = session.execute(statement, {"name": name, "entities": entities}).all()
    if not rows:
        raise NotFoundError(f"there is no {noun} {name}", path=path)
    if len(rows) > 1 and not getattr(rows[0], "exact", False):
        names = {str(row.name) for row in rows}
        hint = f"write {' or '.join(sorted(names))}" if len(names) > 1 else "they belong to several legal entities"
        raise InputError(f"several have the name {name}", path=path, hint=hint)
    return int(rows[0].id)
