"""Bank accounts of a company: taken up, changed, made the default of their currency, retired; each with a trace."""

from dataclasses import asdict, dataclass, replace
from datetime import date
from typing import Self

from cloud_service.domain.money import currency_digits
from cloud_service.domain.receivables.bank_schemes import account_id, checked_parts
from cloud_service.store.audit import log
from cloud_service.store.customers import bank_accounts
from cloud_service.store.customers.tables import BankAccount
from cloud_service.store.database.session import Session
from common.errors import ConflictError, InputError, at_field


@dataclass(frozen=True, slots=True)
class BankDetails(bank_accounts.BankFields):
    """Where money in one currency goes, checked as it was typed: by IBAN or in the parts of a country's scheme."""

    def __post_init__(self) -> None:
        if not self.holder.strip():
            raise InputError("an account has a holder", path="holder")
        checked_parts(self)
        with at_field("currency"):
            currency_digits(self.currency)

    def as_kept(self) -> Self:
        """As it is kept: without spaces and hyphens, in capitals."""
        return replace(self, holder=" ".join(self.holder.split()), **checked_parts(self))


def add(
    session: Session, entity_id: int, bank: BankDetails, *, default: bool = False, author: str, reason: str = ""
) -> int:
    """A bank account; bills in its currency print it if it is the first, or with `default`. Its id."""
    stored = bank.as_kept()
    bank_accounts.lock(session, entity_id)
    _refuse_twice(session, entity_id, stored)
    new_id = bank_accounts.add(session, entity_id, stored)
    if default:
        bank_accounts.make_default(session, entity_id, new_id, stored.currency)
    stated = {name: value for name, value in asdict(stored).items() if value}
    log.note(session, author, "entity.bank", f"legal_entity:{entity_id}", reason=reason, default=default, **stated)
    return new_id


def edit(
    session: Session,
    account: BankAccount,
    bank: BankDetails,
    *,
    default: bool = False,
    author: str,
    reason: str = "",
) -> list[str]:
    """Change an account; issued bills keep what they print. What changed."""
    before, stored, entity_id = bank_accounts.fields_of(account), bank.as_kept(), account.legal_entity_id
    bank_accounts.lock(session, entity_id)
    _refuse_retired(account)
    _refuse_twice(session, entity_id, stored, besides=account.id)
    if stored.currency != before.currency and account.is_default:
        raise ConflictError(
            f"bills in {before.currency} print it", path="currency", hint="retire it and add a new account"
        )
    bank_accounts.change(session, account.id, stored)
    was_default, account_default = account.is_default, account.is_default or default
    if account_default and not was_default:
        bank_accounts.make_default(session, entity_id, account.id, stored.currency)
    change = log.AuditChange(
        author,
        "entity.bank_change",
        f"legal_entity:{entity_id}",
        asdict(before) | {"default": was_default},
        asdict(stored) | {"default": account_default},
        reason,
    )
    return log.note_change(session, change)


def retire(session: Session, account: BankAccount, day: date, *, author: str, reason: str = "") -> None:
    """No bill prints it from now on; money that still arrives there is known as the company's."""
    bank_accounts.lock(session, account.legal_entity_id)
    _refuse_retired(account)
    bank_accounts.retire(session, account.legal_entity_id, account.id, day)
    log.note(
        session,
        author,
        "entity.bank_retire",
        f"legal_entity:{account.legal_entity_id}",
        reason=reason,
        holder=account.holder,
        account=account_id(account) or account.free_lines,
        currency=account.currency,
        retired_on=day.isoformat(),
    )


def _refuse_retired(account: BankAccount) -> None:
    if account.retired_on is not None:
        raise ConflictError(f"this account was retired on {account.retired_on}", hint="add it anew")


def _refuse_twice(session: Session, entity_id: int, bank: BankDetails, besides: int = 0) -> None:
    for other in bank_accounts.accounts_of(session, entity_id):
        if other.id != besides and other.retired_on is None and _key(other) == _key(bank):
            raise ConflictError(f"this account in {bank.currency} is there already", path=_first_field(bank))


def _key(bank: BankDetails | BankAccount) -> tuple[str, ...]:
    return bank.scheme, bank.currency, account_id(bank), bank.free_lines


def _first_field(bank: BankDetails) -> str:
    return {"iban": "iban", "free": "free_lines"}.get(bank.scheme, "account_number")
