"""The legal entities of the operator, with where their money goes."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from cloud_service.store.customers.tables import LegalEntity, Site
from cloud_service.store.scope import Scope
from common.errors import InputError, NotFoundError

CURRENCIES = text("SELECT DISTINCT currency FROM legal_entity")
NAMES = text("SELECT id, name FROM legal_entity ORDER BY id")


def entity_names(session: Session) -> dict[int, str]:
    """Id -> name."""
    return {row.id: row.name for row in session.execute(NAMES)}


def local_currency(session: Session) -> str:
    """The currency of the legal entity; with several entities of different currencies it must be named."""
    currencies = [row.currency for row in session.execute(CURRENCIES)]
    if len(currencies) != 1:
        raise InputError("name the local currency", path="--base", hint=", ".join(currencies))
    return str(currencies[0])


FACTS = (
    "name", "address", "country", "vat_id", "email", "phone", "website", "currency", "timezone", "locale",
)  # fmt: skip
ADD = text(
    f"INSERT INTO legal_entity ({', '.join(FACTS)}) VALUES ({', '.join(f':{name}' for name in FACTS)}) RETURNING id"  # noqa: S608 - our own column names
)
GET = text(f"SELECT {', '.join(FACTS)} FROM legal_entity WHERE id = :id FOR UPDATE")  # noqa: S608 - the same
SET = text(f"UPDATE legal_entity SET {', '.join(f'{name} = :{name}' for name in FACTS)} WHERE id = :id")  # noqa: S608
ADD_BANK = text("""
INSERT INTO bank_account (legal_entity_id, holder, iban, bic, currency)
 VALUES (:entity, :holder, :iban, :bic, :currency)
""")
BILLS = text("SELECT EXISTS (SELECT 1 FROM invoice WHERE legal_entity_id = :id)")


def add(session: Session, facts: Mapping[str, Any]) -> int:
    """A new company of the operator."""
    return int(session.execute(ADD, dict(facts)).scalar_one())


def entity_fields(session: Session, entity_id: int) -> dict[str, Any]:
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


def entities(session: Session, scope: Scope) -> list[LegalEntity]:
    """The legal entities a member of staff may look at."""
    query = select(LegalEntity).order_by(LegalEntity.id)
    if scope.entities is not None:
        query = query.where(LegalEntity.id.in_(scope.entities))
    return list(session.scalars(query)) if scope.clients is None else []


BRAND = text("""
SELECT e.name FROM legal_entity e WHERE (cast(:entities AS bigint[]) IS NULL OR e.id = ANY(:entities))
  AND (cast(:clients AS bigint[]) IS NULL OR EXISTS (
       SELECT 1 FROM client c WHERE c.legal_entity_id = e.id AND c.id = ANY(:clients))) ORDER BY e.id LIMIT 1
""")


def brand(session: Session, scope: Scope) -> str:
    """The name of the entity whose pages these are; for a stranger the operator's first."""
    stranger = scope == Scope(frozenset(), frozenset())
    readable = {
        "entities": None if stranger or scope.entities is None else list(scope.entities),
        "clients": None if stranger or scope.clients is None else list(scope.clients),
    }
    return str(session.execute(BRAND, readable).scalar_one_or_none() or "")


def entity(session: Session, scope: Scope, public_id: str = "") -> LegalEntity:
    """The entity of that public id, or the first one."""
    readable = entities(session, scope)
    for candidate in readable:
        if not public_id or str(candidate.public_id) == public_id:
            return candidate
    raise NotFoundError(
        "there is no such legal entity" if readable else "no legal entity has been set up yet",
        hint="" if readable else "`energy-cloud entity add` sets one up, `energy-cloud demo` shows an example",
    )


def sites(session: Session, entity_id: int) -> list[Site]:
    """The sites of an entity by name."""
    return list(session.scalars(select(Site).where(Site.legal_entity_id == entity_id).order_by(Site.name)))


def site(session: Session, scope: Scope, public_id: UUID) -> Site:
    """The site of that public id, where the reader may know of it."""
    row = session.scalar(select(Site).where(Site.public_id == public_id))
    if row is None or (scope.entities is not None and row.legal_entity_id not in scope.entities):
        raise NotFoundError("there is no such site")
    return row
