"""Splits of common costs, and what the meters of members and masters counted."""

from decimal import Decimal

import pytest

from cloud_service.store.invoicing.cost_splits import (
    consumption,
    contract_ids,
    find_split,
    get_split,
    point_consumption,
    put_split,
    splits,
)
from cloud_service.store.scope import Scope
from common.errors import InputError, NotFoundError
from tests.books.world import World
from tests.cloud_service.store.invoicing.october import NOVEMBER, OCTOBER

DOCUMENT = {"label": "Heating"}


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


def test_members_are_contracts_of_the_legal_entity(world: World) -> None:
    assert {"V2": world.contracts[1], "V1": world.contracts[0]} == contract_ids(
        world.session, world.entity, ["V2", "V1"]
    )
    with pytest.raises(InputError, match="no contract V9"):
        contract_ids(world.session, world.entity, ["V1", "V9"])
    with pytest.raises(InputError, match="no contract V1"):
        contract_ids(world.session, world.entity + 1, ["V1"])


def test_members_and_masters_count_what_their_billed_meters_did_on_the_days(world: World) -> None:
    world.readings(world.registers[0], OCTOBER)  # 100 Wh in each of 2980 quarter hours
    world.readings(world.registers[0], NOVEMBER)

    assert {world.contracts[0]: Decimal(298)} == consumption(world.session, world.contracts, OCTOBER)
    assert Decimal(298) == point_consumption(world.session, "Flat 1", OCTOBER)
    with pytest.raises(InputError, match="nothing was counted at 'Flat 2'"):
        point_consumption(world.session, "Flat 2", OCTOBER)
