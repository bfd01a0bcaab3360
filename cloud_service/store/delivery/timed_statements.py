"""Statements of account on their days: who gets them, which are due, which were sent and how."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from cloud_service.store.scope import Scope
from common.errors import NotFoundError

EVERY = text("SELECT statement_every FROM account WHERE id = :id FOR UPDATE")
SET_EVERY = text("UPDATE account SET statement_every = :every, statement_until = :until WHERE id = :id")
DUE = text(
    """
    SELECT a.id AS account_id, a.number, a.statement_every AS every, a.statement_until AS until
      FROM account a
      JOIN client c ON c.id = a.client_id
     WHERE c.legal_entity_id = :entity AND a.statement_every <> 'none' AND a.id > :after
       AND a.statement_until < (date_trunc(a.statement_every, cast(:today AS timestamp)) - interval '1 day')::date
     ORDER BY a.id
     LIMIT :limit
       FOR UPDATE OF a SKIP LOCKED
    """
)
COMPANIES = text(
    """
    SELECT DISTINCT e.id, e.timezone
      FROM account a
      JOIN client c ON c.id = a.client_id
      JOIN legal_entity e ON e.id = c.legal_entity_id
     WHERE a.statement_every <> 'none'
     ORDER BY e.id
    """
)
KEEP = text(
    """
    INSERT INTO account_statement (account_id, first_day, last_day, document_id, delivery_id)
    VALUES (:account, :first_day, :last_day, :document, :delivery)
    """
)
TOLD = text("UPDATE account SET statement_until = :last_day WHERE id = :account")
SENT = text(
    """
    SELECT s.id, s.public_id, a.number AS account, a.public_id AS account_public_id, c.name AS client,
           s.first_day, s.last_day, s.created_at, coalesce(d.state, 'print') AS state,
           coalesce(d.recipient, '') AS recipient
      FROM account_statement s
      JOIN account a ON a.id = s.account_id
      JOIN client c ON c.id = a.client_id
      LEFT JOIN delivery d ON d.id = s.delivery_id
     WHERE (cast(:entities AS bigint[]) IS NULL OR c.legal_entity_id = ANY(:entities))
       AND (cast(:clients AS bigint[]) IS NULL OR c.id = ANY(:clients))
       AND (cast(:before AS bigint) IS NULL OR s.id < :before)
       AND (cast(:public_id AS uuid) IS NULL OR s.public_id = :public_id)
     ORDER BY s.id DESC
     LIMIT :rows
    """
)
DOCUMENT = text("SELECT document_id FROM account_statement WHERE public_id = :public_id")


@dataclass(frozen=True, slots=True)
class DueStatement:
    """An account whose statement is due, and up to which day it was told."""

    account_id: int
    number: str
    every: str
    until: date


@dataclass(frozen=True, slots=True)
class StatementCompany:
    """A company some of whose clients get statements; its days are those of its zone."""

    entity_id: int
    timezone: str


@dataclass(frozen=True, slots=True)
class SentStatement:
    """A statement that went out on its day, or waits to be printed."""

    id: int
    public_id: UUID
    account: str
    account_public_id: UUID
    client: str
    first_day: date
    last_day: date
    created_at: datetime
    state: str
    recipient: str


def every(session: Session, account_id: int) -> str:
    """How often an account gets one; its row is locked until the transaction ends."""
    span: str | None = session.execute(EVERY, {"id": account_id}).scalar_one_or_none()
    if span is None:
        raise NotFoundError(f"there is no account {account_id}")
    return span


def set_every(session: Session, account_id: int, span: str, until: date | None) -> None:
    """How often from now on, and up to which day nothing needs to be told."""
    session.execute(SET_EVERY, {"id": account_id, "every": span, "until": until})


def due_accounts(session: Session, entity_id: int, today: date, limit: int, after: int = 0) -> list[DueStatement]:
    """Some accounts after an id whose month or quarter is over and untold, locked for who sends them."""
    rows = session.execute(DUE, {"entity": entity_id, "today": today, "limit": limit, "after": after}).mappings()
    return [DueStatement(**row) for row in rows]


def statement_companies(session: Session) -> list[StatementCompany]:
    """The companies some of whose clients get statements."""
    return [StatementCompany(row.id, row.timezone) for row in session.execute(COMPANIES)]


def keep(
    session: Session, account_id: int, first_day: date, last_day: date, *, document_id: int, delivery_id: int | None
) -> None:
    """Note a statement; a second one of the same days is refused by the database."""
    sent = {"account": account_id, "first_day": first_day, "last_day": last_day}
    session.execute(KEEP, sent | {"document": document_id, "delivery": delivery_id})
    session.execute(TOLD, {"account": account_id, "last_day": last_day})


def sent_statements(
    session: Session, scope: Scope, *, before: int | None = None, public_id: UUID | None = None, rows: int = 50
) -> list[SentStatement]:
    """Those a reader may know of, the newest first, a page of them."""
    bounds = {
        "entities": None if scope.entities is None else list(scope.entities),
        "clients": None if scope.clients is None else list(scope.clients),
        "before": before, "public_id": public_id, "rows": rows,
    }  # fmt: skip
    return [SentStatement(**row) for row in session.execute(SENT, bounds).mappings()]


def document_of(session: Session, public_id: UUID) -> int:
    """The PDF of a statement."""
    return int(session.execute(DOCUMENT, {"public_id": public_id}).scalar_one())
