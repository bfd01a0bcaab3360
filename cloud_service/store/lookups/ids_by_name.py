"""From the numbers that people use to our ids. What lies outside of the reader's scope does not exist.

Where two companies use a name, the company's is written before it: `Alpha Energy: INV-2026-00001`.
"""

from typing import Any

from sqlalchemy import TextClause, text
from sqlalchemy.orm import Session

from cloud_service.store.scope import Scope
from common.errors import InputError, NotFoundError

ALL = Scope()
COMPANY_SIGN = ": "

CLIENT = text(
    """
    SELECT c.id, c.number AS name, e.id AS entity_id, e.name AS company
      FROM client c
      JOIN legal_entity e ON e.id = c.legal_entity_id
     WHERE c.number = :name AND (cast(:entities AS bigint[]) IS NULL OR e.id = ANY(:entities))
     ORDER BY c.id
     LIMIT 10
    """
)
ACCOUNT = text(
    """
    SELECT a.id, a.number AS name, e.id AS entity_id, e.name AS company
      FROM account a
      JOIN client c ON c.id = a.client_id
      JOIN legal_entity e ON e.id = c.legal_entity_id
     WHERE a.number = :name AND (cast(:entities AS bigint[]) IS NULL OR e.id = ANY(:entities))
     ORDER BY a.id
     LIMIT 10
    """
)
CONTRACT = text(
    """
    SELECT k.id, k.number AS name, e.id AS entity_id, e.name AS company
      FROM contract k
      JOIN account a ON a.id = k.account_id
      JOIN client c ON c.id = a.client_id
      JOIN legal_entity e ON e.id = c.legal_entity_id
     WHERE k.number = :name AND (cast(:entities AS bigint[]) IS NULL OR e.id = ANY(:entities))
     ORDER BY k.id
     LIMIT 10
    """
)
SITE = text(
    """
    SELECT s.id, s.name, e.id AS entity_id, e.name AS company
      FROM site s
      JOIN legal_entity e ON e.id = s.legal_entity_id
     WHERE s.name = :name AND (cast(:entities AS bigint[]) IS NULL OR e.id = ANY(:entities))
     ORDER BY s.id
     LIMIT 10
    """
)
POINT = text(
    """
    SELECT p.id, s.name || ': ' || p.name AS name, e.id AS entity_id, e.name AS company
      FROM service_point p
      JOIN site s ON s.id = p.site_id
      JOIN legal_entity e ON e.id = s.legal_entity_id
     WHERE :name IN (p.name, p.grid_id, s.name || ': ' || p.name)
       AND (cast(:entities AS bigint[]) IS NULL OR e.id = ANY(:entities))
     ORDER BY p.id
     LIMIT 10
    """
)
METER = text(
    # One that hangs nowhere is everybody's.
    """
    SELECT m.id, m.maker || ' ' || m.serial AS name, m.name = :name AS exact, 0 AS entity_id, '' AS company
      FROM meter m
     WHERE :name IN (m.name, m.serial, m.maker || ' ' || m.serial)
       AND NOT EXISTS (SELECT 1
                         FROM meter_mount n
                         JOIN service_point p ON p.id = n.service_point_id
                         JOIN site s ON s.id = p.site_id
                        WHERE n.meter_id = m.id
                          AND NOT (cast(:entities AS bigint[]) IS NULL OR s.legal_entity_id = ANY(:entities)))
     ORDER BY m.id
     LIMIT 10
    """
)
GATEWAY = text(
    """
    SELECT g.id, g.name, s.legal_entity_id AS entity_id, '' AS company
      FROM gateway g
      JOIN site s ON s.id = g.site_id
     WHERE g.name = :name AND (cast(:entities AS bigint[]) IS NULL OR s.legal_entity_id = ANY(:entities))
    """
)
TARIFF = text(
    """
    SELECT t.id, t.code AS name, t.code = :name AS exact, e.id AS entity_id, e.name AS company
      FROM tariff t
      JOIN legal_entity e ON e.id = t.legal_entity_id
     WHERE :name IN (t.code, t.name) AND (cast(:entities AS bigint[]) IS NULL OR e.id = ANY(:entities))
     ORDER BY t.id
     LIMIT 10
    """
)
INVOICE = text(
    # Of a bill of earlier books that was taken back, the newest edition.
    """
    SELECT DISTINCT ON (e.id) i.id, i.number AS name, e.id AS entity_id, e.name AS company
      FROM invoice i
      JOIN legal_entity e ON e.id = i.legal_entity_id
     WHERE i.number = :name AND (cast(:entities AS bigint[]) IS NULL OR e.id = ANY(:entities))
     ORDER BY e.id, i.edition DESC
     LIMIT 10
    """
)
COMPANIES = text(
    """
    SELECT id
      FROM legal_entity
     WHERE name = :name AND (cast(:entities AS bigint[]) IS NULL OR id = ANY(:entities))
    """
)


class SharedNameError(InputError):
    """Several things have a name, and nothing says which is meant. `companies` are theirs, by id."""

    def __init__(self, message: str, *, path: str, hint: str, companies: dict[int, str]) -> None:
        super().__init__(message, path=path, hint=hint)
        self.companies = companies


def client_id(session: Session, number: str, scope: Scope = ALL) -> int:
    """The client of that number."""
    return _only(session, CLIENT, "client", number, scope, path="client")


def account_id(session: Session, number: str, scope: Scope = ALL) -> int:
    """The account of that number."""
    return _only(session, ACCOUNT, "account", number, scope, path="account")


def contract_id(session: Session, number: str, scope: Scope = ALL) -> int:
    """The contract of that number."""
    return _only(session, CONTRACT, "contract", number, scope, path="contract")


def invoice_id(session: Session, number: str, scope: Scope = ALL) -> int:
    """The invoice of that number; its newest edition, where earlier books told it anew."""
    return _only(session, INVOICE, "bill", number, scope, path="number")


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


def connection_scope(session: Session, point: str, account: str, tariff: str, scope: Scope = ALL) -> Scope:
    """The company that has a service point, an account and a tariff of these names, if it is only one."""
    companies = [
        {row.entity_id for row in _rows(session, statement, name, scope)}
        for statement, name in ((POINT, point), (ACCOUNT, account), (TARIFF, tariff))
    ]
    shared = companies[0].intersection(*companies[1:])
    return Scope(frozenset(shared)) if len(shared) == 1 else scope


def _only(session: Session, statement: TextClause, noun: str, name: str, scope: Scope, *, path: str) -> int:
    """The one row of that name; none and several are said, never guessed."""
    rows = _rows(session, statement, name, scope)
    if not rows:
        raise NotFoundError(f"there is no {noun} {name}", path=path)
    if len(rows) > 1:
        companies = {row.entity_id: row.company for row in rows if row.company}
        raise SharedNameError(f"several have the name {name}", path=path, hint=_choices(rows), companies=companies)
    return int(rows[0].id)


def _rows(session: Session, statement: TextClause, name: str, scope: Scope) -> list[Any]:
    """All of that name, or of the name behind a company's.

    A meter's own name goes before a serial, a tariff's code before a name.
    """
    entities = None if scope.entities is None else list(scope.entities)
    rows = list(session.execute(statement, {"name": name, "entities": entities}))
    company, sign, rest = name.partition(COMPANY_SIGN)
    if not rows and sign:
        companies = list(session.execute(COMPANIES, {"name": company, "entities": entities}).scalars())
        rows = list(session.execute(statement, {"name": rest, "entities": companies})) if companies else []
    return [row for row in rows if getattr(row, "exact", False)] or rows


def _choices(rows: list[Any]) -> str:
    """What to write instead: the full names, or those of the companies before them."""
    names = {str(row.name) for row in rows}
    if len(names) < len(rows):
        names = {f"{row.company}{COMPANY_SIGN}{row.name}" for row in rows}
    if len(names) < len(rows):
        return "they belong to several legal entities of one name"
    return f"write {' or '.join(sorted(names))}"
