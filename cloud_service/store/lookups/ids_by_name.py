"""From the numbers that people use to our ids. What lies outside of the reader's scope does not exist."""

from sqlalchemy import TextClause, text
from sqlalchemy.orm import Session

from cloud_service.store.scope import Scope
from common.errors import InputError, NotFoundError

ALL = Scope()

CLIENT = text(
    """
    SELECT c.id, c.number AS name
      FROM client c
     WHERE c.number = :name AND (cast(:entities AS bigint[]) IS NULL OR c.legal_entity_id = ANY(:entities))
     ORDER BY c.id
     LIMIT 2
    """
)
ACCOUNT = text(
    """
    SELECT a.id, a.number AS name
      FROM account a
      JOIN client c ON c.id = a.client_id
     WHERE a.number = :name AND (cast(:entities AS bigint[]) IS NULL OR c.legal_entity_id = ANY(:entities))
     ORDER BY a.id
     LIMIT 2
    """
)
CONTRACT = text(
    """
    SELECT k.id, k.number AS name
      FROM contract k
      JOIN account a ON a.id = k.account_id
      JOIN client c ON c.id = a.client_id
     WHERE k.number = :name AND (cast(:entities AS bigint[]) IS NULL OR c.legal_entity_id = ANY(:entities))
     ORDER BY k.id
     LIMIT 2
    """
)
SITE = text(
    """
    SELECT s.id, s.name
      FROM site s
     WHERE s.name = :name AND (cast(:entities AS bigint[]) IS NULL OR s.legal_entity_id = ANY(:entities))
     ORDER BY s.id
     LIMIT 2
    """
)
POINT = text(
    """
    SELECT p.id, s.name || ': ' || p.name AS name
      FROM service_point p
      JOIN site s ON s.id = p.site_id
     WHERE :name IN (p.name, p.grid_id, s.name || ': ' || p.name)
       AND (cast(:entities AS bigint[]) IS NULL OR s.legal_entity_id = ANY(:entities))
     ORDER BY p.id
     LIMIT 2
    """
)
METER = text(
    # One that hangs nowhere is everybody's.
    """
    SELECT m.id, m.maker || ' ' || m.serial AS name, m.name = :name AS exact
      FROM meter m
     WHERE :name IN (m.name, m.serial, m.maker || ' ' || m.serial)
       AND NOT EXISTS (SELECT 1
                         FROM meter_mount n
                         JOIN service_point p ON p.id = n.service_point_id
                         JOIN site s ON s.id = p.site_id
                        WHERE n.meter_id = m.id
                          AND NOT (cast(:entities AS bigint[]) IS NULL OR s.legal_entity_id = ANY(:entities)))
     ORDER BY exact DESC, m.id
     LIMIT 2
    """
)
GATEWAY = text(
    """
    SELECT g.id, g.name
      FROM gateway g
      JOIN site s ON s.id = g.site_id
     WHERE g.name = :name AND (cast(:entities AS bigint[]) IS NULL OR s.legal_entity_id = ANY(:entities))
    """
)
TARIFF = text(
    """
    SELECT t.id, t.code AS name, t.code = :name AS exact
      FROM tariff t
     WHERE :name IN (t.code, t.name) AND (cast(:entities AS bigint[]) IS NULL OR t.legal_entity_id = ANY(:entities))
     ORDER BY exact DESC, t.id
     LIMIT 2
    """
)
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


def gateway_id(session: Session, name: str, scope: Scope = ALL) -> int:
    """The gateway of that name."""
    return _only(session, GATEWAY, "gateway", name, scope, path="name")


def tariff_id(session: Session, code: str, scope: Scope = ALL) -> int:
    """The tariff of that code, or of that name where only one is called so."""
    return _only(session, TARIFF, "tariff", code, scope, path="tariff")


def _only(session: Session, statement: TextClause, noun: str, name: str, scope: Scope, *, path: str) -> int:
    """The one row of that name; none and several are said, never guessed.

    A meter's own name goes before a serial, a tariff's code before a name.
    """
    entities = None if scope.entities is None else list(scope.entities)
    rows = session.execute(statement, {"name": name, "entities": entities}).all()
    if not rows:
        raise NotFoundError(f"there is no {noun} {name}", path=path)
    if len(rows) > 1 and getattr(rows[0], "exact", False) == getattr(rows[1], "exact", False):
        names = {str(row.name) for row in rows}
        hint = f"write {' or '.join(sorted(names))}" if len(names) > 1 else "they belong to several legal entities"
        raise InputError(f"several have the name {name}", path=path, hint=hint)
    return int(rows[0].id)
