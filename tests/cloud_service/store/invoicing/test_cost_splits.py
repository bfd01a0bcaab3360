"""Splits of common costs and their members."""

from datetime import date

import pytest
from sqlalchemy import text

from cloud_service.store.invoicing.cost_splits import (
    find_split,
    get_split,
    members_of,
    neighbours_of,
    put_split,
    splits,
)
from cloud_service.store.scope import Scope
from common.errors import InputError, NotFoundError
from common.period import Span
from tests.books.world import World, build
from tests.cloud_service.store.invoicing.october import OCTOBER

DOCUMENT = {"label": "Heating"}
SEPTEMBER = Span(date(2026, 9, 1), date(2026, 10, 1))


def test_a_split_is_found_by_its_name_and_a_newer_document_takes_its_place(world: World) -> None:
    split_id = put_split(world.session, world.entity, "heating", {"label": "old"}, "t")

    assert split_id == put_split(world.session, world.entity, "heating", DOCUMENT, "t")
    assert split_id == find_split(world.session, "heating")
    stored = get_split(world.session, split_id)
    assert ("heating", DOCUMENT, world.entity) == (stored.name, stored.document, stored.legal_entity_id)


def test_an_unknown_split_is_refused(world: World) -> None:
    with pytest.raises(NotFoundError, match="no split 9"):
        get_split(world.session, 9)
    with pytest.raises(NotFoundError, match="no split lift"):
        find_split(world.session, "lift")


def test_a_reader_sees_the_splits_of_the_own_legal_entities(world: World) -> None:
    put_split(world.session, world.entity, "heating", DOCUMENT, "t")
    put_split(world.session, world.entity, "common area", DOCUMENT, "t")

    assert ["common area", "heating"] == [row.name for row in splits(world.session, Scope())]
    assert [] == splits(world.session, Scope(entities=frozenset({world.entity + 1})))


def test_a_split_that_two_companies_have_is_named_with_its_company(world: World) -> None:
    other = build(world.session, tenants=0)
    first = put_split(world.session, world.entity, "heating", DOCUMENT, "t")
    second = put_split(world.session, other.entity, "heating", DOCUMENT, "t")

    with pytest.raises(InputError, match="several companies have a split heating"):
        find_split(world.session, "heating")
    assert (first, second) == tuple(
        find_split(world.session, "heating", entity) for entity in (world.entity, other.entity)
    )


def test_members_are_contracts_of_the_legal_entity(world: World) -> None:
    assert [(world.contracts[1], "Flat 2"), (world.contracts[0], "Flat 1")] == [
        (member.id, member.place) for member in members_of(world.session, world.entity, ["V2", "V1"])
    ]
    with pytest.raises(InputError, match="no contract V9"):
        members_of(world.session, world.entity, ["V1", "V9"])
    with pytest.raises(InputError, match="no contract V1"):
        members_of(world.session, world.entity + 1, ["V1"])


def test_neighbours_are_the_other_contracts_at_the_members_flats_in_the_days(world: World) -> None:
    (member,) = members_of(world.session, world.entity, ["V1"])
    world.session.execute(
        text("UPDATE contract SET during = '[2026-01-01,2026-10-16)' WHERE id = :id"), {"id": member.id}
    )
    world.session.execute(
        text(
            "INSERT INTO contract (number, service_point_id, account_id, during, vacancy)"
            " VALUES ('N', :point, :account, '[2026-10-16,)', true)"
        ),
        {"point": member.point_id, "account": world.accounts[0]},
    )

    (neighbour,) = neighbours_of(world.session, [member], OCTOBER)
    assert ("N", True, "EUR") == (neighbour.number, neighbour.vacancy, neighbour.currency)
    assert [] == neighbours_of(world.session, [member], SEPTEMBER)
