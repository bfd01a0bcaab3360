"""Rows of clients and accounts, written and read back as they are."""

import pytest
from sqlalchemy.orm import Session

from cloud_service.store.customers import clients
from cloud_service.store.customers.clients import ClientFields, ClientNumbers, TermsFields
from cloud_service.store.scope import Scope
from common.errors import NotFoundError
from tests.books.world import build

AMINA = ClientFields(
    "Amina", "company", "a@example.com", "+254 1", "Lake Road 1\nKisumu", "KE", "en_KE", "P05", "04011000-1234-03", True
)  # fmt: skip


def test_a_client_is_read_back_as_written(session: Session) -> None:
    entity = build(session).entity
    client_id = clients.add_client(session, entity, "C-7", AMINA)

    assert AMINA == clients.client_fields(session, client_id)


def test_a_changed_client_is_written_whole(session: Session) -> None:
    client_id = clients.add_client(session, build(session).entity, "C-7", AMINA)
    clients.change_client(session, client_id, ClientFields("Amina W."))

    assert ClientFields("Amina W.") == clients.client_fields(session, client_id)


def test_terms_keep_their_settings(session: Session) -> None:
    client_id = clients.add_client(session, build(session).entity, "C-7", AMINA)
    account_id = clients.add_account(session, client_id, "A-7", "KES", TermsFields())
    before = clients.account_terms(session, account_id)
    quarterly = TermsFields(30, "quarterly", 31, "post", {"invoice_per": "contract"})
    clients.change_terms(session, account_id, quarterly)

    assert (TermsFields(), quarterly) == (before, clients.account_terms(session, account_id))


def test_numbers_by_which_people_know_a_client(session: Session) -> None:
    client_id = clients.add_client(session, build(session).entity, "C-7", AMINA)
    without = clients.numbers_of(session, client_id)
    for number in ("A-2", "A-1"):
        account_id = clients.add_account(session, client_id, number, "KES", TermsFields())

    assert ClientNumbers("C-7", []) == without
    assert ClientNumbers("C-7", ["A-2", "A-1"]) == clients.numbers_of(session, client_id)
    assert "A-1" == clients.account_number(session, account_id)


def test_accounts_to_choose_from_are_those_of_the_reader(session: Session) -> None:
    world = build(session, tenants=2)

    assert [("A2", "Tenant 2, EUR"), ("A1", "Tenant 1, EUR")] == clients.account_names(session, Scope())
    assert [("A2", "Tenant 2, EUR")] == clients.account_names(session, Scope(frozenset({world.entity})), rows=1)
    assert [] == clients.account_names(session, Scope(frozenset()))


def test_what_is_not_there_is_told(session: Session) -> None:
    with pytest.raises(NotFoundError, match="there is no client 7"):
        clients.client_fields(session, 7)
    with pytest.raises(NotFoundError, match="there is no account 7"):
        clients.account_terms(session, 7)
