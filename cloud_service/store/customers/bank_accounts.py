"""Where a company's money goes: its accounts by currency, one of each the default; retired ones are kept."""

from dataclasses import asdict, dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from cloud_service.store.customers.tables import BankAccount
from common.errors import NotFoundError

ADD = text("""
INSERT INTO bank_account (legal_entity_id, holder, scheme, iban, bic, bank_code, branch_code, account_number, bank_name,
                          free_lines, currency)
VALUES (:entity, :holder, :scheme, :iban, :bic, :bank_code, :branch_code, :account_number, :bank_name,
        :free_lines, :currency)
RETURNING id
""")
SET = text("""
UPDATE bank_account
   SET holder = :holder, scheme = :scheme, iban = :iban, bic = :bic, bank_code = :bank_code,
       branch_code = :branch_code, account_number = :account_number, bank_name = :bank_name,
       free_lines = :free_lines, currency = :currency
 WHERE id = :id
""")
LOCK = text("SELECT id FROM legal_entity WHERE id = :entity FOR UPDATE")
NO_DEFAULT = text("""
UPDATE bank_account SET is_default = false WHERE legal_entity_id = :entity AND currency = :currency AND is_default
""")
MAKE_DEFAULT = text("UPDATE bank_account SET is_default = true WHERE id = :id")
RETIRE = text("UPDATE bank_account SET retired_on = :day, is_default = false WHERE id = :id")
ORPHANS = text("""
UPDATE bank_account SET is_default = true
 WHERE id IN (SELECT DISTINCT ON (b.currency) b.id
                FROM bank_account b
               WHERE b.legal_entity_id = :entity AND b.retired_on IS NULL
                 AND NOT EXISTS (SELECT 1 FROM bank_account d
                                  WHERE d.legal_entity_id = b.legal_entity_id AND d.currency = b.currency
                                    AND d.is_default)
               ORDER BY b.currency, b.id)
""")


@dataclass(frozen=True, slots=True)
class BankFields:
    """Where money in one currency goes: by IBAN, or by the parts that a country's scheme has."""

    holder: str
    iban: str = ""
    currency: str = ""
    bic: str = ""
    scheme: str = "iban"  # a key of `bank_schemes.SCHEMES`
    bank_code: str = ""  # routing number, sort code, IFSC, BSB, paybill …
    branch_code: str = ""
    account_number: str = ""
    bank_name: str = ""
    free_lines: str = ""  # as written on a cheque


FIELDS = tuple(BankFields.__dataclass_fields__)


def accounts_of(session: Session, entity_id: int) -> list[BankAccount]:
    """All accounts of a company: those in use first, then by currency, the default first."""
    query = select(BankAccount).where(BankAccount.legal_entity_id == entity_id)
    order = (BankAccount.retired_on.isnot(None), BankAccount.currency, BankAccount.is_default.desc(), BankAccount.id)
    return list(session.scalars(query.order_by(*order).execution_options(populate_existing=True)))


def account_of(session: Session, entity_id: int, public_id: UUID) -> BankAccount:
    """The account of that company; NotFoundError where there is none."""
    for account in accounts_of(session, entity_id):
        if account.public_id == public_id:
            return account
    raise NotFoundError("there is no such bank account")


def fields_of(account: BankAccount) -> BankFields:
    """What is stored of an account."""
    return BankFields(**{name: getattr(account, name) for name in FIELDS})


def lock(session: Session, entity_id: int) -> None:
    """Let nobody else change the company's accounts until the transaction ends."""
    session.execute(LOCK, {"entity": entity_id})


def add(session: Session, entity_id: int, bank: BankFields) -> int:
    """A new account; its id. The first of a currency is its default."""
    account_id = int(session.execute(ADD, {"entity": entity_id, **asdict(bank)}).scalar_one())
    session.execute(ORPHANS, {"entity": entity_id})
    return account_id


def change(session: Session, account_id: int, bank: BankFields) -> None:
    """Write all of it anew."""
    session.execute(SET, {"id": account_id, **asdict(bank)})


def clear_default(session: Session, entity_id: int, currency: str) -> None:
    """Let no account be the default of that currency for now."""
    session.execute(NO_DEFAULT, {"entity": entity_id, "currency": currency})


def make_default(session: Session, entity_id: int, account_id: int, currency: str) -> None:
    """Bills in that currency print this account from now on."""
    clear_default(session, entity_id, currency)
    session.execute(MAKE_DEFAULT, {"id": account_id})
    session.execute(ORPHANS, {"entity": entity_id})


def retire(session: Session, entity_id: int, account_id: int, day: date) -> None:
    """No bill prints it any more; the oldest other one of its currency takes its place."""
    session.execute(RETIRE, {"id": account_id, "day": day})
    session.execute(ORPHANS, {"entity": entity_id})
