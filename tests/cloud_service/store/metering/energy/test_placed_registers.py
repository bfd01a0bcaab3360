"""Which registers hung where, within what a reader may know of."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from psycopg.types.json import Jsonb

from cloud_service.store.database.session import transaction
from cloud_service.store.metering.energy.placed_registers import (
    PlaceFilter,
    check_places,
    parents,
    placed_registers,
    tenancies,
)
from cloud_service.store.scope import Scope
from common.errors import NotFoundError
from tests.cloud_service.metered_house import MeteredHouse
from tests.cloud_service.plant import value_of
from tests.cloud_service.store.metering.energy.test_day_sums import put

FIRST, AFTER = date(2026, 3, 1), date(2026, 4, 1)
SINCE = datetime(2026, 1, 1, tzinfo=UTC)


def seen(house: MeteredHouse, scope: Scope | None = None, **places: str) -> list[tuple[str, str, str]]:
    with transaction(house.engine) as session:
        placed = placed_registers(session, scope or Scope(), PlaceFilter(**places), FIRST, AFTER)
    return [(register.meter, register.register, register.point) for register in placed]


@pytest.fixture
def two_flats(house: MeteredHouse) -> MeteredHouse:
    cellar = house.add_point("Cellar")
    for name, utility in (("A", "electricity"), ("B", "water")):
        house.add_meter(name, {"import": {}, "peak": {"kind": "maximum"}})
        house.mount(name, house.add_point(f"Flat {name}", under=cellar, utility=utility), SINCE)
    return house


def test_registers_of_energy_are_found_with_their_place_and_filtered_by_it(two_flats: MeteredHouse) -> None:
    assert [("A", "import", "Flat A"), ("B", "import", "Flat B")] == seen(two_flats)
    assert [("B", "import", "Flat B")] == seen(two_flats, utility="water")
    assert [("A", "import", "Flat A")] == seen(two_flats, meter="A", site="House")
    assert [] == seen(two_flats, site="Elsewhere")


def test_a_reader_of_another_company_and_a_customer_see_nothing(two_flats: MeteredHouse) -> None:
    own = value_of(two_flats.owner, "SELECT max(id) FROM legal_entity")

    assert 2 == len(seen(two_flats, Scope(frozenset({own}))))
    assert [] == seen(two_flats, Scope(frozenset({own + 1})))
    assert [] == seen(two_flats, Scope(clients=frozenset({1})))


def test_a_meter_that_left_before_is_not_there_and_one_without_a_beginning_is(two_flats: MeteredHouse) -> None:
    two_flats.owner.execute("UPDATE meter_mount SET during = tstzrange(NULL, '2026-02-20Z') WHERE meter_id = 1")
    two_flats.owner.execute("UPDATE meter_mount SET during = tstzrange(NULL, NULL) WHERE meter_id = 2")

    assert [("B", "import", "Flat B")] == seen(two_flats)


def test_a_register_is_known_from_its_first_usable_step_on(two_flats: MeteredHouse) -> None:
    register = value_of(two_flats.owner, "SELECT id FROM register WHERE meter_id = 1 AND name = 'import'")
    put(two_flats.owner, register, 3, {}, {})
    put(two_flats.owner, register, 2, {0: 4, 1: 4, 2: 3, 4: 4}, {})
    with transaction(two_flats.engine) as session:
        first, second = placed_registers(session, Scope(), PlaceFilter(), FIRST, AFTER)

    assert (datetime(2026, 3, 2, 3, tzinfo=UTC), None) == (first.first_known, second.first_known)


def test_a_virtual_register_names_its_parts(two_flats: MeteredHouse) -> None:
    parts: list[Any] = [[7, "1"], [8, "-1"]]
    two_flats.owner.execute(
        "INSERT INTO virtual_meter (register_id, terms)"
        " SELECT id, %s FROM register WHERE meter_id = 1 AND name = 'import'",
        (Jsonb({"terms": parts}),),
    )
    with transaction(two_flats.engine) as session:
        first, second = placed_registers(session, Scope(), PlaceFilter(), FIRST, AFTER)

    assert (frozenset({7, 8}), frozenset()) == (first.parts, second.parts)


def test_tenancies_of_the_days_come_in_their_order_and_limit_by_client(two_flats: MeteredHouse) -> None:
    point = value_of(two_flats.owner, "SELECT id FROM service_point WHERE name = 'Flat A'")
    two_flats.supply("Ann", point, date(2025, 1, 1), date(2026, 3, 11))
    two_flats.supply("Bob", point, date(2026, 3, 11))
    two_flats.supply("Old", point, date(2024, 1, 1), date(2025, 1, 1))
    with transaction(two_flats.engine) as session:
        there = tenancies(session, {point}, FIRST, AFTER)[point]

    assert [("Ann", date(2025, 1, 1)), ("Bob", date(2026, 3, 11))] == [(each.client, each.start) for each in there]
    assert [("A", "import", "Flat A")] == seen(two_flats, client=there[0].client_number)


def test_the_tree_of_service_points_is_told(two_flats: MeteredHouse) -> None:
    with transaction(two_flats.engine) as session:
        assert {1} == set(parents(session, Scope(), "House").values())
        assert {} == parents(session, Scope(), "Elsewhere")


@pytest.mark.parametrize("places", [{"site": "Elsewhere"}, {"meter": "Z"}, {"client": "C-99"}])
def test_what_nobody_knows_is_refused(two_flats: MeteredHouse, places: dict[str, str]) -> None:
    with transaction(two_flats.engine) as session, pytest.raises(NotFoundError, match=next(iter(places.values()))):
        check_places(session, Scope(), PlaceFilter(**places))
