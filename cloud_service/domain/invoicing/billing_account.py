"""Who pays and who is paid, as they are on the day of issue; seller and buyer are frozen with each invoice as JSON."""

from dataclasses import dataclass

import msgspec
from msgspec import UNSET, UnsetType

from common.errors import ConflictError


class BankAccount(msgspec.Struct, frozen=True, kw_only=True):
    """Where a transfer in one currency goes: by IBAN, or by the parts of a country's scheme."""

    holder: str
    iban: str  # empty where the scheme has none
    bic: str | None = ""
    currency: str  # ISO 4217
    scheme: str | UnsetType = UNSET  # a key of `bank_schemes.SCHEMES`; without it an IBAN
    bank_code: str | UnsetType = UNSET  # routing number, sort code, IFSC, BSB, paybill …
    branch_code: str | UnsetType = UNSET
    account_number: str | UnsetType = UNSET
    bank_name: str | UnsetType = UNSET
    free_lines: str | UnsetType = UNSET  # as written on a cheque


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
    tax_number: str | UnsetType = UNSET  # of the tax office
    company_number: str | UnsetType = UNSET  # of the register of companies
    electronic_address: str | UnsetType = UNSET  # scheme and id at which it is known to Peppol
    street: str | UnsetType = UNSET  # the address once more, in its fields
    postcode: str | UnsetType = UNSET
    city: str | UnsetType = UNSET
    region: str | UnsetType = UNSET
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
    einvoice: str | UnsetType = UNSET  # the kind of e-invoice it wants
    electronic_address: str | UnsetType = UNSET  # scheme and id at which it receives e-invoices
    street: str | UnsetType = UNSET  # the address once more, in its fields
    postcode: str | UnsetType = UNSET
    city: str | UnsetType = UNSET
    region: str | UnsetType = UNSET
    number: str | None = ""  # the client's
    account: str | None = ""  # the account's number


def check_seller_address(name: str, address: str) -> None:
    """Without the seller's address a paper is no invoice in most countries: refused before a number is taken."""
    if not address.strip():
        raise ConflictError(
            f"{name} has no address, and no bill leaves without it",
            path="address",
            hint="Settings, the company, Change; or `energy-cloud entity edit --address`",
        )


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
