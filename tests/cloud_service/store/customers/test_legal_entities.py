"""The operator's companies, and who may look at which."""

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from cloud_service.store.customers import legal_entities
from cloud_service.store.customers.legal_entities import EntityFields
from cloud_service.store.scope import Scope
from common.errors import InputError, NotFoundError
from tests.books.world import build

LAKE = EntityFields(
    "Lake Power", "KES", "Africa/Nairobi", "Lake Road", "KE", "P05", "l@example.com", "1", "l.example", "sw"
)


def test_a_company_is_read_back_as_written_and_as_changed(session: Session) -> None:
    entity_id = legal_entities.add(session, LAKE)
    before = legal_entities.entity_fields(session, entity_id)
    legal_entities.change(session, entity_id, EntityFields("Lake", "KES", "Africa/Nairobi"))

    assert (LAKE, EntityFields("Lake", "KES", "Africa/Nairobi")) == (
        before,
        legal_entities.entity_fields(session, entity_id),
    )
    assert {entity_id: "Lake"} == legal_entities.entity_names(session)


def test_today_is_the_day_of_the_first_company(session: Session) -> None:
    night = datetime(2026, 11, 27, 22, 30, tzinfo=UTC)
    assert date(2026, 11, 27) == legal_entities.today_of(session, night)
    legal_entities.add(session, LAKE)

    assert date(2026, 11, 28) == legal_entities.today_of(session, night)  # it is past one in Nairobi


def test_a_time_zone_that_does_not_exist_is_refused_by_the_database(session: Session) -> None:
    with pytest.raises(Exception, match="time zone"):
        legal_entities.add(session, EntityFields("Moon", "EUR", "Moon/Crater"))


def test_the_local_currency_is_known_as_long_as_all_companies_share_it(session: Session) -> None:
    build(session)
    alone = legal_entities.local_currency(session)
    legal_entities.add(session, LAKE)

    assert "EUR" == alone
    with pytest.raises(InputError, match="name the local currency"):
        legal_entities.local_currency(session)


def test_a_company_without_bills_has_not_billed(session: Session) -> None:
    assert not legal_entities.has_billed(session, build(session).entity)


def test_an_entity_is_found_by_its_public_id_within_the_scope_or_is_the_first(session: Session) -> None:
    first, second = build(session).entity, legal_entities.add(session, LAKE)
    of_second = str(legal_entities.entities(session, Scope(frozenset({second})))[0].public_id)

    assert first == legal_entities.entity(session, Scope()).id
    assert second == legal_entities.entity(session, Scope(), of_second).id
    with pytest.raises(NotFoundError, match="no such legal entity"):
        legal_entities.entity(session, Scope(frozenset({first})), of_second)
    with pytest.raises(NotFoundError, match="no legal entity has been set up yet"):
        legal_entities.entity(session, Scope(frozenset()))


def test_the_brand_is_the_readers_and_a_stranger_sees_the_first(session: Session) -> None:
    world, second = build(session, tenants=1), legal_entities.add(session, LAKE)
    client = session.execute(text("SELECT id FROM client")).scalar_one()

    assert "Example Energy" == legal_entities.brand(session, Scope(frozenset(), frozenset()))
    assert "Lake Power" == legal_entities.brand(session, Scope(frozenset({second})))
    assert "Example Energy" == legal_entities.brand(session, Scope(clients=frozenset({client})))
    assert 1 == len(world.contracts)


def test_a_site_is_shown_to_readers_of_its_entity_only(session: Session) -> None:
    world = build(session)
    (site,) = legal_entities.sites(session, world.entity)

    assert site is legal_entities.site(session, Scope(), site.public_id)
    with pytest.raises(NotFoundError, match="no such site"):
        legal_entities.site(session, Scope(frozenset({world.entity + 1})), site.public_id)
