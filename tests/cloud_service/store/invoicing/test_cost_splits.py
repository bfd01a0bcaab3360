"""Splits of common costs, and what the meters of members and masters counted."""

import json
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from sqlalchemy import text

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


def test_on_the_day_of_a_change_each_mount_counts_its_own_steps(world: World) -> None:
    """New current transformers at 10:07 on 16 October: 15 days and 40 steps by 20, both have a part of step 40."""
    world.readings(world.registers[0], OCTOBER)
    change = datetime(2026, 10, 16, 8, 7, tzinfo=UTC)
    world.session.execute(
        text("UPDATE meter_mount SET multiplier = 20, during = tstzrange(lower(during), :at) WHERE meter_id = :meter"),
        {"at": change, "meter": _meter(world)},
    )
    world.session.execute(
        text(
            "INSERT INTO meter_mount (meter_id, service_point_id, during, multiplier, opening)"
            " SELECT meter_id, service_point_id, tstzrange(:at, NULL), 30, '{}' FROM meter_mount"
            " WHERE meter_id = :meter"
        ),
        {"at": change, "meter": _meter(world)},
    )
    shared = [[40, 0, 47], [40, int(change.timestamp() * 1000), 53]]
    first = world.session.execute(
        text(
            "SELECT (extract(epoch FROM lower(during)) * 1000)::bigint FROM meter_mount"
            " WHERE meter_id = :meter ORDER BY 1"
        ),
        {"meter": _meter(world)},
    ).scalars().first()  # fmt: skip
    shared[0][1] = int(first or 0)
    world.session.execute(
        text(
            "UPDATE interval_day SET made_from = made_from || jsonb_build_object('shared', cast(:shared AS jsonb))"
            " WHERE register_id = :register AND day = '2026-10-16'"
        ),
        {"shared": json.dumps(shared), "register": world.registers[0]},
    )

    before, after = (15 * 96 + 40) * 100 + 47, 53 + (55 + 15 * 96 + 4) * 100
    used = Decimal(before * 20 + after * 30) / 1000
    assert used == consumption(world.session, world.contracts[:1], OCTOBER)[world.contracts[0]]
    assert used == point_consumption(world.session, "Flat 1", OCTOBER)


def test_a_master_that_two_places_are_called_is_refused(world: World) -> None:
    for register in world.registers[:2]:
        world.readings(register, OCTOBER)
    world.session.execute(text("UPDATE service_point SET name = 'Main'"))

    with pytest.raises(InputError, match="service points are called 'Main'"):
        point_consumption(world.session, "Main", OCTOBER)


def _meter(world: World) -> int:
    sql = text("SELECT meter_id FROM register WHERE id = :id")
    return int(world.session.execute(sql, {"id": world.registers[0]}).scalar_one())
