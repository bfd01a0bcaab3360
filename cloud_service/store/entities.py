"""The legal entities of the operator, with where their money goes."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from common.errors import InputError, NotFoundError

CURRENCIES = text("SELECT DISTINCT currency FROM legal_entity")
NAMES = text("SELECT id, name FROM legal_entity ORDER BY id")


def entities(session: Session) -> dict[int, str]:
    """Id -> name."""
    return {row.id: row.name for row in session.execute(NAMES)}


def local_currency(session: Session) -> str:
    """The currency of the legal entity; with several entities of different currencies it must be named."""
    found = [row.currency for row in session.execute(CURRENCIES)]
    if len(found) != 1:
        raise InputError("name the local currency", path="--base", hint=", ".join(found))
    return str(found[0])


FACTS = (
    "name", "address", "country", "vat_id", "email", "phone", "website", "currency", "timezone", "locale",
)  # fmt: skip
ADD = text(
    f"INSERT INTO legal_entity ({', '.join(FACTS)}) VALUES ({', '.join(f':{name}' for name in FACTS)}) RETURNING id"  # noqa: S608 - our own column names
)
GET = text(f"SELECT {', '.join(FACTS)} FROM legal_entity WHERE id = :id FOR UPDATE")  # noqa: S608 - the same
SET = text(f"UPDATE legal_entity SET {', '.join(f'{name} = :{name}' for name in FACTS)} WHERE id = :id")  # noqa: S608
ADD_BANK = text(
    "INSERT INTO bank_account (legal_entity_id, holder, iban, bic, currency)"
    " VALUES (:entity, :holder, :iban, :bic, :currency)"
)
BILLS = text("SELECT EXISTS (SELECT 1 FROM invoice WHERE legal_entity_id = :id)")


def add(session: Session, facts: Mapping[str, Any]) -> int:
    """A new company of the operator."""
    return int(session.execute(ADD, dict(facts)).scalar_one())


def facts_of(session: Session, entity_id: int) -> dict[str, Any]:
    """What is known of it; its row is locked until the transaction ends."""
    row = session.execute(GET, {"id": entity_id}).mappings().one_or_none()
    if row is None:
        raise NotFoundError(f"there is no legal entity {entity_id}")
    return dict(row)


def change(session: Session, entity_id: int, facts: Mapping[str, Any]) -> None:
    """Write all of it anew."""
    session.execute(SET, {"id": entity_id, **facts})


def has_billed(session: Session, entity_id: int) -> bool:
    """Whether it has issued a bill: then its currency stays."""
    return bool(session.execute(BILLS, {"id": entity_id}).scalar_one())


def add_bank(session: Session, entity_id: int, facts: Mapping[str, Any]) -> None:
    """Where money in one currency goes, printed on bills from then on."""
    session.execute(ADD_BANK, {"entity": entity_id, **facts})
