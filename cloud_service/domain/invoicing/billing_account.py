"""Who pays and who is paid, as they are on the day of issue; seller and buyer are frozen with each invoice as JSON."""

from dataclasses import dataclass

import msgspec


class BankAccount(msgspec.Struct, frozen=True, kw_only=True):
    """Where a transfer in one currency goes."""

    holder: str
    iban: str
    bic: str | None = ""
    currency: str  # ISO 4217


class Seller(msgspec.Struct, frozen=True, kw_only=True):
    """The legal entity that issues. Old invoices may lack what was added later."""

    name: str = ""
    address: str = ""  # a printed line each
    country: str | None = ""  # ISO 3166, two letters
    vat_id: str | None = ""
    email: str | None = ""
    phone: str | None = ""
    website: str | None = ""
    locale: str | None = ""  # de, en_IN ...
    bank_accounts: tuple[BankAccount, ...] = ()


class Buyer(msgspec.Struct, frozen=True, kw_only=True):
    """The client and the account that is billed."""

    name: str = ""
    kind: str | None = ""  # company, person ...
    email: str | None = ""
    phone: str | None = ""
    address: str = ""  # a printed line each
    country: str | None = ""  # ISO 3166, two letters
    locale: str | None = ""  # in which the buyer reads
    vat_id: str | None = ""
    buyer_reference: str | None = ""  # the buyer's own, for its bookkeeping (BT-10; in Germany the Leitweg-ID)
    number: str | None = ""  # the client's
    account: str | None = ""  # the account's number


@dataclass(frozen=True, slots=True)
class BillingAccount:
    """An account with its terms and both parties."""

    account_id: int
    entity_id: int
    currency: str  # of its invoices
    terms_days: int  # from the bill date to the due date
    delivery: str  # email, none ...
    email: str
    prepaid: bool
    local_currency: str  # the seller's own
    timezone: str
    per_contract: bool  # an invoice for each contract, instead of one for all of the same days
    seller: Seller
    buyer: Buyer
