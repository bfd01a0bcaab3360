"""The accounts of a company: one of each currency is the default, retired ones stay known."""

from datetime import date

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from cloud_service.store.customers import bank_accounts, legal_entities
from cloud_service.store.customers.bank_accounts import BankFields
from cloud_service.store.customers.legal_entities import EntityFields
from common.errors import NotFoundError

LONDON = BankFields("Lake", currency="GBP", scheme="uk", bank_code="123456", account_number="12345678")
SHOPS = BankFields("Lake", currency="GBP", scheme="uk", bank_code="654321", account_number="87654321")


@pytest.fixture
def company(session: Session) -> int:
    return legal_entities.add(session, EntityFields("Lake Power", "GBP", "Europe/London"))


def defaults(session: Session, company: int) -> list[str]:
    return [each.account_number for each in bank_accounts.accounts_of(session, company) if each.is_default]


def test_the_first_account_of_a_currency_is_its_default_until_another_is_made_it(
    session: Session, company: int
) -> None:
    bank_accounts.add(session, company, LONDON)
    second = bank_accounts.add(session, company, SHOPS)
    assert ["12345678"] == defaults(session, company)

    bank_accounts.make_default(session, company, second, "GBP")
    assert ["87654321"] == defaults(session, company)


def test_where_the_default_is_retired_the_oldest_other_one_takes_its_place(session: Session, company: int) -> None:
    first = bank_accounts.add(session, company, LONDON)
    bank_accounts.add(session, company, SHOPS)
    bank_accounts.retire(session, company, first, date(2026, 11, 1))

    assert ["87654321"] == defaults(session, company)
    assert [None, date(2026, 11, 1)] == [each.retired_on for each in bank_accounts.accounts_of(session, company)]


def test_an_account_is_read_back_as_written_and_as_changed(session: Session, company: int) -> None:
    account_id = bank_accounts.add(session, company, LONDON)
    (account,) = bank_accounts.accounts_of(session, company)
    assert LONDON == bank_accounts.fields_of(account)

    bank_accounts.change(session, account_id, SHOPS)
    (account,) = bank_accounts.accounts_of(session, company)
    assert SHOPS == bank_accounts.fields_of(account)
    assert account == bank_accounts.account_of(session, company, account.public_id)
    with pytest.raises(NotFoundError):
        bank_accounts.account_of(session, company + 1, account.public_id)


def test_the_database_itself_refuses_two_defaults_of_a_currency(session: Session, company: int) -> None:
    bank_accounts.add(session, company, LONDON)
    bank_accounts.add(session, company, SHOPS)

    with pytest.raises(IntegrityError):
        session.execute(text("UPDATE bank_account SET is_default = true"))
