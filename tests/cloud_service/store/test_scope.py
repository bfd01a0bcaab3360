"""Whose data a query may touch."""

from sqlalchemy.orm import Session

from cloud_service.store.customers.legal_entities import entities
from cloud_service.store.scope import Scope
from tests.books.world import build


def test_nothing_named_means_all_and_an_empty_set_nothing(session: Session) -> None:
    world = build(session)

    assert [world.entity] == [entity.id for entity in entities(session, Scope())]
    assert [] == entities(session, Scope(entities=frozenset()))
    assert [world.entity] == [entity.id for entity in entities(session, Scope(entities=frozenset({world.entity})))]


def test_a_client_reads_no_list_of_entities(session: Session) -> None:
    build(session)

    assert [] == entities(session, Scope(clients=frozenset({1})))
