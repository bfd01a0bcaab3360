"""Where the money of a company goes, changed with a trace."""

from datetime import date

import pytest
from sqlalchemy.orm import Session

from cloud_service.flow.customers import bank_account, legal_entity
from cloud_service.flow.customers.bank_account import BankDetails
from cloud_service.flow.customers.legal_entity import LegalEntityDetails
from cloud_service.store.audit.log import changes
from cloud_service.store.customers import bank_accounts
from cloud_service.store.customers.billing_parties import _sellers
from common.errors import ConflictError, InputError

LAKE = LegalEntityDetails("Lake Power", "KES", "Africa/Nairobi")
PAYBILL = BankDetails("Lake", currency="KES", scheme="ke_paybill", bank_code="247 247")
BANK = BankDetails(
    "Lake", currency="KES", scheme="ke", bank_code="01", branch_code="094", account_number="1100161816677"
)


@pytest.fixture
def company(session: Session) -> int:
    return legal_entity.add(session, LAKE, author="mary")


def printed(session: Session, company: int) -> list[object]:
    return [each.bank_code for each in _sellers(session, {company})[company].bank_accounts]


def test_an_account_is_checked_and_stored_bare(session: Session, company: int) -> None:
    bank_account.add(session, company, BankDetails("Lake", "de02 1203 0000 0000 2020 51", "EUR"), author="mary")

    assert "DE02120300000000202051" == bank_accounts.accounts_of(session, company)[0].iban
    assert "DE02120300000000202051" == changes(session)[0].after["iban"]
    with pytest.raises(InputError, match="its check digits do not fit"):
        BankDetails("Lake", "DE03120300000000202051", "EUR")


@pytest.mark.parametrize(("details", "path"), [({"holder": " "}, "holder"), ({"currency": "Shilling"}, "currency")])
def test_an_account_has_a_holder_and_a_currency(details: dict[str, str], path: str) -> None:
    with pytest.raises(InputError) as caught:
        BankDetails(**{"holder": "Lake", "currency": "KES", "scheme": "ke_paybill", "bank_code": "247247"} | details)

    assert path == caught.value.path


def test_bills_print_the_first_account_of_a_currency_or_the_one_that_was_chosen(session: Session, company: int) -> None:
    bank_account.add(session, company, PAYBILL, author="mary")
    bank_account.add(session, company, BANK, author="mary")
    assert ["247247", "01"] == printed(session, company)

    account = bank_accounts.accounts_of(session, company)[1]
    assert ["default"] == bank_account.edit(session, account, BANK, default=True, author="mary")
    assert ["01", "247247"] == printed(session, company)


def test_a_retired_account_is_printed_no_more_and_not_changed(session: Session, company: int) -> None:
    bank_account.add(session, company, PAYBILL, author="mary")
    (account,) = bank_accounts.accounts_of(session, company)
    bank_account.retire(session, account, date(2026, 11, 1), author="mary", reason="closed")

    (account,) = bank_accounts.accounts_of(session, company)
    assert [] == printed(session, company)
    assert ("entity.bank_retire", "closed") == (changes(session)[0].action, changes(session)[0].reason)
    with pytest.raises(ConflictError, match="was retired on 2026-11-01"):
        bank_account.edit(session, account, PAYBILL, author="mary")
    bank_account.add(session, company, PAYBILL, author="mary")
    assert ["247247"] == printed(session, company)


def test_the_same_account_is_not_taken_up_twice_and_a_default_keeps_its_currency(
    session: Session, company: int
) -> None:
    bank_account.add(session, company, BANK, author="mary")
    (account,) = bank_accounts.accounts_of(session, company)

    with pytest.raises(ConflictError, match="there already"):
        bank_account.add(session, company, BANK, author="mary")
    with pytest.raises(ConflictError, match="bills in KES print it"):
        bank_account.edit(session, account, BankDetails(**_parts(BANK) | {"currency": "USD"}), author="mary")


def _parts(details: BankDetails) -> dict[str, str]:
    return {name: getattr(details, name) for name in bank_accounts.FIELDS}
