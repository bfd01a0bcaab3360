"""Tariffs and their dated versions."""

from datetime import date

import pytest
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from cloud_service.store.scope import Scope
from cloud_service.store.tariffs import published
from tests.books.world import FLAT, START, build

JUNE, JULY = date(2026, 6, 1), date(2026, 7, 1)


def test_a_tariff_is_known_by_its_code_within_its_entity(session: Session) -> None:
    world = build(session)

    assert (world.tariff, "EUR") == published.find(session, world.entity, "flat")
    assert published.find(session, world.entity + 1, "flat") is None
    assert [("flat", "flat, EUR")] == published.names(session, Scope(frozenset({world.entity})))
    assert [] == published.names(session, Scope(frozenset()))


def test_versions_follow_each_other(session: Session) -> None:
    tariff = build(session).tariff
    (first,) = published.versions(session, tariff)
    published.end_version(session, first.id, JUNE)
    second = published.add_version(session, tariff, (JUNE, None), FLAT, "hash")

    assert [(START, JUNE), (JUNE, None)] == [
        (version.start, version.until) for version in published.versions(session, tariff)
    ]
    published.drop_version(session, second)
    assert [first.id] == [version.id for version in published.versions(session, tariff)]


def test_two_versions_on_one_day_are_refused(session: Session) -> None:
    tariff = build(session).tariff

    with pytest.raises(IntegrityError, match="ex_tariff_version_during"):
        published.add_version(session, tariff, (JUNE, JULY), FLAT, "hash")


def test_a_tariff_has_its_name_for_people(session: Session) -> None:
    entity = build(session).entity
    tariff = published.add(session, entity, "night", "Night", "EUR")
    published.rename(session, tariff, "Night and day")

    assert ("night", "Night and day, EUR") in published.names(session, Scope())
    assert published.billed_until(session, tariff) is None
