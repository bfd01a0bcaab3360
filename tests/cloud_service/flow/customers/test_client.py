"""Clients and accounts are taken on and changed with a trace of who did it and why."""

from datetime import date
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from cloud_service.flow.customers.client import (
    AccountTerms,
    ClientDetails,
    NewAccount,
    add_client,
    change_terms,
    edit_client,
    open_account,
)
from cloud_service.store.audit.log import changes
from cloud_service.store.customers import clients
from common.errors import InputError
from tests.books.world import build

MARCH = date(2026, 3, 1)


@pytest.mark.parametrize(
    ("fields", "path"),
    [
        ({"name": " "}, "name"),
        ({"name": "A", "kind": "cat"}, "kind"),
        ({"name": "A", "email": "nobody"}, "email"),
        ({"name": "A", "country": "Germany"}, "country"),
        ({"name": "A", "locale": "deutsch"}, "locale"),
    ],
)
def test_a_wrong_field_of_a_client_is_named(fields: dict[str, Any], path: str) -> None:
    with pytest.raises(InputError) as caught:
        ClientDetails(**fields)

    assert path == caught.value.path


@pytest.mark.parametrize(
    ("terms", "path"),
    [
        ({"payment_terms_days": 366}, "payment_terms_days"),
        ({"billing_cycle": "daily"}, "billing_cycle"),
        ({"billing_day": 32}, "billing_day"),
        ({"delivery": "pigeon"}, "delivery"),
        ({"settings": {"debt_share": "1.5"}}, "debt_share"),
    ],
)
def test_a_wrong_term_of_an_account_is_named(terms: dict[str, Any], path: str) -> None:
    with pytest.raises(InputError) as caught:
        AccountTerms(**terms)

    assert path == caught.value.path


def test_a_new_account_has_a_currency_and_a_mode() -> None:
    for currency, mode, path in (("EURO", "postpaid", "currency"), ("EUR", "free", "mode")):
        with pytest.raises(InputError) as caught:
            NewAccount(currency, MARCH, mode=mode)
        assert path == caught.value.path


def test_a_client_gets_the_next_number_and_an_audit_row_of_what_was_stated(session: Session) -> None:
    client_id = add_client(session, build(session).entity, ClientDetails("Amina", email="a@example.com"), author="mary")
    (row,) = changes(session)

    assert "C-1001" == clients.numbers_of(session, client_id).number
    assert ("client.add", f"client:{client_id}") == (row.action, row.subject)
    assert {
        "number": "C-1001",
        "name": "Amina",
        "kind": "person",
        "email": "a@example.com",
        "locale": "en",
    } == row.after


def test_a_change_names_the_fields_that_changed_and_keeps_what_they_were(session: Session) -> None:
    client_id = add_client(session, build(session).entity, ClientDetails("Amina"), author="mary")
    changed = edit_client(session, client_id, ClientDetails("Amina W.", country="KE"), author="john", reason="married")
    row = changes(session)[0]

    assert {"name", "country"} == set(changed)
    assert ({"name": "Amina", "country": ""}, "john", "married") == (row.before, row.actor, row.reason)
    assert [] == edit_client(session, client_id, ClientDetails("Amina W.", country="KE"), author="john")


def test_an_account_is_open_in_its_mode_from_its_day_on(session: Session) -> None:
    client_id = add_client(session, build(session).entity, ClientDetails("Amina"), author="mary")
    account_id = open_account(session, client_id, NewAccount("EUR", MARCH, mode="prepaid"), author="mary")
    mode = session.execute(
        text("SELECT mode, lower(during) FROM account_mode WHERE account_id = :id"), {"id": account_id}
    )

    assert ("prepaid", MARCH) == tuple(mode.one())
    assert "A-1001" == clients.account_number(session, account_id)


def test_terms_change_from_the_next_bill_on(session: Session) -> None:
    account_id = build(session, tenants=1).accounts[0]
    changed = change_terms(session, account_id, AccountTerms(billing_day=15), author="mary")

    assert ["billing_day"] == changed
    assert 15 == clients.account_terms(session, account_id).billing_day
