"""Clients and their money accounts: taken on, changed, each change with who, from what to what and why."""

import re
from dataclasses import asdict, dataclass, field, replace
from datetime import date

from cloud_service.documents.einvoice.kinds import KINDS as KINDS_OF_EINVOICES
from cloud_service.documents.einvoice.wish import INSIDE
from cloud_service.domain.calendar.billing_cycle import CYCLES, CYCLES_HINT
from cloud_service.domain.customers.address_entry import is_stated, settled_address
from cloud_service.domain.invoicing.electronic_address import check_electronic_address
from cloud_service.domain.money import currency_digits, exact
from cloud_service.domain.receivables.prepaid import prepaid_terms
from cloud_service.mail.letter import address as mail_address
from cloud_service.store.audit import log
from cloud_service.store.customers import clients, contract_changes, number_suggestions
from cloud_service.store.database.session import Session
from common.errors import InputError, at_field

KINDS = ("person", "company")
MODES = ("postpaid", "prepaid")
EINVOICES = ("", INSIDE, *KINDS_OF_EINVOICES)
DELIVERIES = ("email", "post", "none")
TERMS_DAYS_MAX = 365
DAYS_OF_A_MONTH, MONTHS_OF_A_YEAR = 31, 12
YEAR_MIN, YEAR_MAX = 1990, 2100
LOCALE = re.compile(r"[a-z]{2,3}([_-][A-Za-z]{2,4})?")
COUNTRY = re.compile(r"[A-Z]{2}")


@dataclass(frozen=True, slots=True)
class ClientDetails(clients.ClientFields):
    """The fields of a client, checked as they were typed; `protected` clients are never disconnected."""

    def __post_init__(self) -> None:
        if not self.name.strip():
            raise InputError("a client has a name", path="name")
        _refuse_unless_in(self.kind, KINDS, "kind")
        if self.email:
            with at_field("email"):
                mail_address(self.email)
        if self.country and not COUNTRY.fullmatch(self.country):
            raise InputError(f"{self.country!r} is no country", path="country", hint="two capitals, for example DE")
        _refuse_unless_in(self.einvoice, EINVOICES, "einvoice")
        check_electronic_address(self.electronic_address)
        if not LOCALE.fullmatch(self.locale):
            raise InputError(f"{self.locale!r} is no language", path="locale", hint="for example de or en_KE")


@dataclass(frozen=True, slots=True)
class AccountTerms(clients.TermsFields):
    """How an account is billed and reached, checked as it was typed."""

    def __post_init__(self) -> None:
        if not 0 <= self.payment_terms_days <= TERMS_DAYS_MAX:
            raise InputError("bills are due within a year", path="payment_terms_days", hint=f"0 to {TERMS_DAYS_MAX}")
        if self.billing_cycle not in CYCLES:
            raise InputError(f"{self.billing_cycle!r} is no billing cycle", path="billing_cycle", hint=CYCLES_HINT)
        if not 1 <= self.billing_day <= DAYS_OF_A_MONTH:
            raise InputError(f"{self.billing_day} is no day of a month", path="billing_day")
        if not 1 <= self.billing_month <= MONTHS_OF_A_YEAR:
            raise InputError(f"{self.billing_month} is no month", path="billing_month", hint="1 to 12")
        if not YEAR_MIN <= self.billing_year <= YEAR_MAX:
            raise InputError(
                f"no cycle begins in {self.billing_year}", path="billing_year", hint=f"{YEAR_MIN} to {YEAR_MAX}"
            )
        _refuse_unless_in(self.delivery, DELIVERIES, "delivery")
        prepaid_terms(self.settings)
        share = exact(self.settings.get("debt_share", "0"), "debt_share")
        if not 0 <= share <= 1:
            raise InputError("the share of old debt lies between 0 and 1", path="debt_share", hint="0.25 is a quarter")


@dataclass(frozen=True, slots=True)
class NewAccount:
    """An account to open: prepaid or postpaid from a day on."""

    currency: str
    day: date
    number: str = ""  # the next free one unless given
    mode: str = "postpaid"
    terms: AccountTerms = field(default_factory=AccountTerms)

    def __post_init__(self) -> None:
        with at_field("currency"):
            currency_digits(self.currency)
        _refuse_unless_in(self.mode, MODES, "mode")


def add_client(
    session: Session, entity_id: int, client: ClientDetails, *, author: str, number: str = "", reason: str = ""
) -> int:
    """A new client; the next free number unless one is given. The id."""
    client = replace(client, **settled_address(client))
    taken = number or number_suggestions.client_number(session, entity_id)
    client_id = clients.add_client(session, entity_id, taken, client)
    stated = {name: value for name, value in asdict(client).items() if value and is_stated(client, name)}
    log.note(session, author, "client.add", f"client:{client_id}", reason=reason, number=taken, **stated)
    return client_id


def edit_client(session: Session, client_id: int, client: ClientDetails, *, author: str, reason: str = "") -> list[str]:
    """Change the fields of a client; the names of those that changed. Issued bills keep what they say."""
    before = clients.client_fields(session, client_id)
    client = replace(client, **settled_address(client, before))
    clients.change_client(session, client_id, client)
    change = log.AuditChange(author, "client.change", f"client:{client_id}", asdict(before), asdict(client), reason)
    return log.note_change(session, change)


def open_account(session: Session, client_id: int, account: NewAccount, *, author: str, reason: str = "") -> int:
    """A new money account of a client; the next free number unless one is given."""
    number = account.number or number_suggestions.account_number(session, client_id)
    account_id = clients.add_account(session, client_id, number, account.currency, account.terms)
    contract_changes.set_mode(session, account_id, account.mode, account.day)
    log.note(
        session, author, "account.open", f"account:{account_id}", reason=reason, number=number, client=client_id,
        currency=account.currency, mode=account.mode, since=account.day.isoformat(), **asdict(account.terms),
    )  # fmt: skip
    return account_id


def change_terms(session: Session, account_id: int, terms: AccountTerms, *, author: str, reason: str = "") -> list[str]:
    """Change an account's terms from the next bill on; the names of those that changed."""
    before = clients.account_terms(session, account_id)
    clients.change_terms(session, account_id, terms)
    change = log.AuditChange(author, "account.terms", f"account:{account_id}", asdict(before), asdict(terms), reason)
    return log.note_change(session, change)


def _refuse_unless_in(value: str, choices: tuple[str, ...], path: str) -> None:
    if value not in choices:
        raise InputError(f"{value!r} is not known here", path=path, hint=", ".join(choices))
