"""Rows of clients and their accounts as people open and change them."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from psycopg.types.json import Jsonb
from sqlalchemy import TextClause, text
from sqlalchemy.orm import Session

from cloud_service.domain.customers.postal_address import READ
from cloud_service.store.scope import Scope
from common.errors import NotFoundError

ADD_CLIENT = text("""
INSERT INTO client (legal_entity_id, number, name, kind, email, phone, address, street, postcode, city, region,
                    address_state, country, locale, vat_id, buyer_reference, einvoice, electronic_address, protected)
VALUES (:entity, :number, :name, :kind, :email, :phone, :address, :street, :postcode, :city, :region,
        :address_state, :country, :locale, :vat_id, :buyer_reference, :einvoice, :electronic_address, :protected)
RETURNING id
""")
GET_CLIENT = text("""
SELECT name, kind, email, phone, address, street, postcode, city, region, address_state, country, locale, vat_id,
       buyer_reference, einvoice, electronic_address, protected
  FROM client WHERE id = :id FOR UPDATE
""")
SET_CLIENT = text("""
UPDATE client SET name = :name, kind = :kind, email = :email, phone = :phone, address = :address,
       street = :street, postcode = :postcode, city = :city, region = :region, address_state = :address_state,
       country = :country, locale = :locale, vat_id = :vat_id, buyer_reference = :buyer_reference, einvoice = :einvoice,
       electronic_address = :electronic_address, protected = :protected
 WHERE id = :id
""")
ADD_ACCOUNT = text("""
INSERT INTO account (client_id, number, currency, payment_terms_days, billing_cycle, billing_day, billing_month,
                     billing_year, delivery, settings)
VALUES (:client, :number, :currency, :payment_terms_days, :billing_cycle, :billing_day, :billing_month,
        :billing_year, :delivery, :settings)
RETURNING id
""")
GET_TERMS = text("""
SELECT payment_terms_days, billing_cycle, billing_day, billing_month, billing_year, delivery, settings
  FROM account WHERE id = :id FOR UPDATE
""")
SET_TERMS = text("""
UPDATE account SET payment_terms_days = :payment_terms_days, billing_cycle = :billing_cycle,
       billing_day = :billing_day, billing_month = :billing_month,
       billing_year = :billing_year, delivery = :delivery, settings = :settings
 WHERE id = :id
""")
ACCOUNT_NUMBER = text("SELECT number FROM account WHERE id = :id")
ACCOUNT_NAMES = text("""
SELECT a.number, c.name || ', ' || a.currency AS name FROM account a JOIN client c ON c.id = a.client_id
 WHERE cast(:entities AS bigint[]) IS NULL OR c.legal_entity_id = ANY(:entities) ORDER BY a.id DESC LIMIT :rows
""")
NUMBERS = text("""
SELECT c.number, coalesce(array_agg(a.number ORDER BY a.id) FILTER (WHERE a.id IS NOT NULL), '{}') AS accounts
 FROM client c LEFT JOIN account a ON a.client_id = c.id WHERE c.id = :id GROUP BY c.id
""")


@dataclass(frozen=True, slots=True)
class ClientFields:
    """Who owes the money, as people write it down; the number and the legal entity are no part of it."""

    name: str
    kind: str = "person"  # person or company
    email: str = ""
    phone: str = ""
    address: str = ""  # as it is printed: lines as on an envelope
    country: str = ""  # ISO 3166-1 alpha-2, empty where it is not known
    locale: str = "en"  # language of mails and documents
    vat_id: str = ""
    buyer_reference: str = ""  # what the buyer wants on an e-invoice (EN 16931 BT-10)
    protected: bool = False  # never disconnected
    einvoice: str = ""  # the kind it wants; empty as the company's bills have it
    electronic_address: str = ""  # where it receives e-invoices: 0088:7300010000001
    street: str = ""  # the address in its fields; a line each
    postcode: str = ""
    city: str = ""
    region: str = ""
    address_state: str = READ  # one of `postal_address.STATES`


@dataclass(frozen=True, slots=True)
class TermsFields:
    """How an account is billed and reached; `settings` has the prepaid terms, the debt share and `invoice_per`."""

    payment_terms_days: int = 14
    billing_cycle: str = "monthly"
    billing_day: int = 1  # of the month; a shorter month is billed on its last day
    delivery: str = "email"  # email, post or none
    settings: Mapping[str, Any] = field(default_factory=dict)
    billing_month: int = 1  # in which cycles of several months begin
    billing_year: int = 2000  # in which one begins in that month: tells where a cycle does not divide a year


@dataclass(frozen=True, slots=True)
class ClientNumbers:
    """The numbers by which people know a client."""

    number: str
    accounts: list[str]  # oldest first


def add_client(session: Session, entity_id: int, number: str, client: ClientFields) -> int:
    """A new client of a legal entity; its id."""
    return int(session.execute(ADD_CLIENT, {"entity": entity_id, "number": number, **asdict(client)}).scalar_one())


def client_fields(session: Session, client_id: int) -> ClientFields:
    """A client as stored; its row is locked until the transaction ends. NotFoundError where there is none."""
    return ClientFields(**_locked(session, GET_CLIENT, client_id, "client"))


def change_client(session: Session, client_id: int, client: ClientFields) -> None:
    """Write all of it anew."""
    session.execute(SET_CLIENT, {"id": client_id, **asdict(client)})


def add_account(session: Session, client_id: int, number: str, currency: str, terms: TermsFields) -> int:
    """A new money account of a client; its id."""
    values = {"client": client_id, "number": number, "currency": currency, **_columns(terms)}
    return int(session.execute(ADD_ACCOUNT, values).scalar_one())


def account_terms(session: Session, account_id: int) -> TermsFields:
    """The terms of an account; its row is locked until the transaction ends. NotFoundError where there is none."""
    return TermsFields(**_locked(session, GET_TERMS, account_id, "account"))


def change_terms(session: Session, account_id: int, terms: TermsFields) -> None:
    """Write all of them anew."""
    session.execute(SET_TERMS, {"id": account_id, **_columns(terms)})


def numbers_of(session: Session, client_id: int) -> ClientNumbers:
    """The number of a client and those of their accounts."""
    return ClientNumbers(**session.execute(NUMBERS, {"id": client_id}).mappings().one())


def account_number(session: Session, account_id: int) -> str:
    """The number by which people know an account."""
    return str(session.execute(ACCOUNT_NUMBER, {"id": account_id}).scalar_one())


def account_names(session: Session, scope: Scope, rows: int = 300) -> list[tuple[str, str]]:
    """(number, tenant and currency) of the newest accounts, for a person to choose from."""
    entities = None if scope.entities is None else list(scope.entities)
    return [(row.number, row.name) for row in session.execute(ACCOUNT_NAMES, {"entities": entities, "rows": rows})]


def _locked(session: Session, statement: TextClause, row_id: int, noun: str) -> dict[str, Any]:
    row = session.execute(statement, {"id": row_id}).mappings().one_or_none()
    if row is None:
        raise NotFoundError(f"there is no {noun} {row_id}")
    return dict(row)


def _columns(terms: TermsFields) -> dict[str, Any]:
    return {**asdict(terms), "settings": Jsonb(dict(terms.settings))}
