"""The next free number, in the manner of the newest."""

from sqlalchemy import text
from sqlalchemy.orm import Session

from cloud_service.store.customers import number_suggestions
from cloud_service.store.customers.clients import ClientFields, TermsFields, add_account, add_client
from tests.books.world import build


def test_the_first_number_of_each_kind(session: Session) -> None:
    entity = build(session).entity
    client_id = add_client(session, entity, "C-1001", ClientFields("Amina"))

    assert "A-1001" == number_suggestions.account_number(session, client_id)
    assert "V-1001" == number_suggestions.contract_number(session, entity)
    assert "C-1002" == number_suggestions.client_number(session, entity)


def test_a_taken_number_is_passed_over(session: Session) -> None:
    entity = build(session).entity
    add_client(session, entity, "K-09", ClientFields("One"))
    add_client(session, entity, "K-08", ClientFields("Two"))

    assert "K-10" == number_suggestions.client_number(session, entity)


def test_an_account_goes_on_from_the_newest_of_its_legal_entity(session: Session) -> None:
    entity = build(session).entity
    first, second = (add_client(session, entity, number, ClientFields(number)) for number in ("C-1", "C-2"))
    add_account(session, first, "2026/0041", "EUR", TermsFields())

    assert "2026/0042" == number_suggestions.account_number(session, second)


def test_contracts_of_vacancies_and_successors_are_nobodys_manner(session: Session) -> None:
    world = build(session, tenants=2)
    session.execute(text("UPDATE contract SET number = 'V2-VAC-20260301' WHERE number = 'V2'"))

    assert "V2" == number_suggestions.contract_number(session, world.entity)
