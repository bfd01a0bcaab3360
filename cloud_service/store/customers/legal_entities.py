"""The legal entities of the operator."""

from dataclasses import asdict, dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from cloud_service.domain.customers.postal_address import READ
from cloud_service.store.customers.tables import LegalEntity, Site
from cloud_service.store.scope import Scope
from common.errors import InputError, NotFoundError
from common.period import local_day

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


ADD = text("""
INSERT INTO legal_entity (name, currency, timezone, address, street, postcode, city, region, address_state,
                          country, vat_id, tax_number, company_number, electronic_address, email, phone, website,
                          locale, mails_receipts)
VALUES (:name, :currency, :timezone, :address, :street, :postcode, :city, :region, :address_state, :country, :vat_id,
        :tax_number, :company_number, :electronic_address, :email, :phone, :website, :locale, :mails_receipts)
RETURNING id
""")
GET = text("""
SELECT name, currency, timezone, address, street, postcode, city, region, address_state, country, vat_id, tax_number,
       company_number, electronic_address, email, phone, website, locale, mails_receipts
  FROM legal_entity WHERE id = :id FOR UPDATE
""")
SET = text("""
UPDATE legal_entity SET name = :name, currency = :currency, timezone = :timezone, address = :address,
       street = :street, postcode = :postcode, city = :city, region = :region, address_state = :address_state,
       country = :country, vat_id = :vat_id, tax_number = :tax_number,
       company_number = :company_number, electronic_address = :electronic_address, email = :email,
       phone = :phone, website = :website, locale = :locale,
       mails_receipts = :mails_receipts
 WHERE id = :id
""")
HAS_INVOICE = text("SELECT EXISTS (SELECT 1 FROM invoice WHERE legal_entity_id = :id)")


@dataclass(frozen=True, slots=True)
class EntityFields:
    """A company of the operator, as it is printed on bills; amounts are summed up in its currency."""

    name: str
    currency: str  # ISO 4217
    timezone: str  # IANA name
    address: str = ""  # as it is printed: lines as on an envelope
    country: str = ""  # ISO 3166-1 alpha-2
    vat_id: str = ""
    email: str = ""
    phone: str = ""
    website: str = ""
    locale: str = "en"
    tax_number: str = ""  # of the tax office, where it differs from the VAT id
    company_number: str = ""  # of the register of companies
    electronic_address: str = ""  # at which it is known to Peppol: 9930:DE123456789
    mails_receipts: bool = False  # of each payment, to clients who want mails
    street: str = ""  # the address in its fields; a line each
    postcode: str = ""
    city: str = ""
    region: str = ""
    address_state: str = READ  # one of `postal_address.STATES`


def add(session: Session, entity: EntityFields) -> int:
    """A new company of the operator; its id."""
    return int(session.execute(ADD, asdict(entity)).scalar_one())


def entity_fields(session: Session, entity_id: int) -> EntityFields:
    """The company as stored; its row is locked until the transaction ends. NotFoundError where there is none."""
    row = session.execute(GET, {"id": entity_id}).mappings().one_or_none()
    if row is None:
        raise NotFoundError(f"there is no legal entity {entity_id}")
    return EntityFields(**row)


def change(session: Session, entity_id: int, entity: EntityFields) -> None:
    """Write all of it anew."""
    session.execute(SET, {"id": entity_id, **asdict(entity)})


def has_billed(session: Session, entity_id: int) -> bool:
    """Whether it has issued a bill: then its currency stays."""
    return bool(session.execute(HAS_INVOICE, {"id": entity_id}).scalar_one())


def entities(session: Session, scope: Scope) -> list[LegalEntity]:
    """The legal entities a member of staff may look at."""
    query = select(LegalEntity).order_by(LegalEntity.id)
    if scope.entities is not None:
        query = query.where(LegalEntity.id.in_(scope.entities))
    return list(session.scalars(query)) if scope.clients is None else []


def today_of(session: Session, now: datetime, entity_id: int | None = None) -> date:
    """The civil day of a legal entity; of the first where nobody names one, of UTC where there is none."""
    zone_names = select(LegalEntity.timezone).order_by(LegalEntity.id).limit(1)
    if entity_id is not None:
        zone_names = zone_names.where(LegalEntity.id == entity_id)
    return local_day(now, session.scalar(zone_names) or "UTC")


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
