"""Rows of clients and their accounts as people open and change them."""

from collections.abc import Mapping
from typing import Any

from psycopg.types.json import Jsonb
from sqlalchemy import text
from sqlalchemy.orm import Session

from cloud_service.store.scope import Scope
from common.errors import NotFoundError

CLIENT = ("name", "kind", "email", "phone", "address", "country", "locale", "vat_id", "buyer_reference", "protected")
TERMS = ("payment_terms_days", "billing_cycle", "billing_day", "delivery", "settings")

ADD_CLIENT = text(f"""
INSERT INTO client (legal_entity_id, number, {", ".join(CLIENT)})
 VALUES (:entity, :number, {", ".join(f":{name}" for name in CLIENT)}) RETURNING id
""")  # noqa: S608 - our own column names
GET_CLIENT = text(f"SELECT {', '.join(CLIENT)} FROM client WHERE id = :id FOR UPDATE")  # noqa: S608 - the same
SET_CLIENT = text(f"UPDATE client SET {', '.join(f'{name} = :{name}' for name in CLIENT)} WHERE id = :id")  # noqa: S608
ADD_ACCOUNT = text(f"""
INSERT INTO account (client_id, number, currency, {", ".join(TERMS)})
 VALUES (:client, :number, :currency, {", ".join(f":{name}" for name in TERMS)}) RETURNING id
""")  # noqa: S608 - the same
GET_ACCOUNT = text(f"SELECT {', '.join(TERMS)} FROM account WHERE id = :id FOR UPDATE")  # noqa: S608 - the same
SET_ACCOUNT = text(f"UPDATE account SET {', '.join(f'{name} = :{name}' for name in TERMS)} WHERE id = :id")  # noqa: S608
ACCOUNT_NUMBER = text("SELECT number FROM account WHERE id = :id")
ACCOUNT_NAMES = text("""
SELECT a.number, c.name || ', ' || a.currency AS name FROM account a JOIN client c ON c.id = a.client_id
 WHERE cast(:entities AS bigint[]) IS NULL OR c.legal_entity_id = ANY(:entities) ORDER BY a.id DESC LIMIT :rows
""")
NUMBERS = text("""
SELECT c.number, coalesce(array_agg(a.number ORDER BY a.id) FILTER (WHERE a.id IS NOT NULL), '{}') AS accounts
 FROM client c LEFT JOIN account a ON a.client_id = c.id WHERE c.id = :id GROUP BY c.id
""")


def add_client(session: Session, entity_id: int, number: str, facts: Mapping[str, Any]) -> int:
    """A new client of a legal entity."""
    values = {"entity": entity_id, "number": number, **facts}
    return int(session.execute(ADD_CLIENT, values).scalar_one())


def client_fields(session: Session, client_id: int) -> dict[str, Any]:
    """What is known of a client; its row is locked until the transaction ends."""
    return _locked(session, GET_CLIENT, client_id, "client")


def change_client(session: Session, client_id: int, facts: Mapping[str, Any]) -> None:
    """Write all of it anew."""
    session.execute(SET_CLIENT, {"id": client_id, **facts})


def add_account(session: Session, client_id: int, number: str, currency: str, terms: Mapping[str, Any]) -> int:
    """A new money account of a client."""
    values = {"client": client_id, "number": number, "currency": currency, **_json(terms)}
    return int(session.execute(ADD_ACCOUNT, values).scalar_one())


def account_terms(session: Session, account_id: int) -> dict[str, Any]:
    """The terms of an account; its row is locked until the transaction ends."""
    return _locked(session, GET_ACCOUNT, account_id, "account")


def change_terms(session: Session, account_id: int, terms: Mapping[str, Any]) -> None:
    """Write all of them anew."""
    session.execute(SET_ACCOUNT, {"id": account_id, **_json(terms)})


def numbers_of(session: Session, client_id: int) -> dict[str, Any]:
    """The number of a client and those of their accounts."""
    return dict(session.execute(NUMBERS, {"id": client_id}).mappings().one())


def account_number(session: Session, account_id: int) -> str:
    """The number by which people know an account."""
    return str(session.execute(ACCOUNT_NUMBER, {"id": account_id}).scalar_one())


def account_names(session: Session, scope: Scope, rows: int = 300) -> list[tuple[str, str]]:
    """(number, tenant and currency) of the newest accounts, for a person to choose from."""
    entities = None if scope.entities is None else list(scope.entities)
    return [(row.number, row.name) for row in session.execute(ACCOUNT_NAMES, {"entities": entities, "rows": rows})]


def _locked(session: Session, statement: Any, row_id: int, noun: str) -> dict[str, Any]:
    row = session.execute(statement, {"id": row_id}).mappings().one_or_none()
    if row is None:
        raise NotFoundError(f"there is no {noun} {row_id}")
    return dict(row)


def _json(terms: Mapping[str, Any]) -> dict[str, Any]:
    return {**terms, "settings": Jsonb(terms["settings"])}
