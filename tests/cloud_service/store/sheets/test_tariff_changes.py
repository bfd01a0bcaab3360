from datetime import date

import pytest
from sqlalchemy import text

from cloud_service.flow.customers.contract import change_tariff
from cloud_service.store.sheets.tariff_changes import assignments_from, connection_of, put_back
from tests.books.world import START, World, build

CHANGED = date(2026, 12, 1)


@pytest.fixture
def world(session: object) -> World:
    return build(session, tenants=2)  # type: ignore[arg-type]  # the fixture's session


def other_tariff(world: World) -> int:
    query = (
        "INSERT INTO tariff (legal_entity_id, code, name, currency) VALUES (:e, 'green', 'Green', 'EUR') RETURNING id"
    )
    return int(world.session.execute(text(query), {"e": world.entity}).scalar_one())


def test_a_connection_is_found_by_number_or_place_within_its_company(world: World) -> None:
    def number(entity: int, name: str = "", point: int | None = None) -> str | None:
        connection = connection_of(world.session, entity, number=name, point_id=point, day=CHANGED)
        return connection.number if connection else None

    point = world.session.execute(text("SELECT service_point_id FROM contract WHERE number = 'V2'")).scalar_one()
    assert ["V1", "V2", None, None] == [
        number(world.entity, "V1"), number(world.entity, point=point), number(world.entity, "V3"),
        number(world.entity + 1, "V1"),
    ]  # fmt: skip


def test_what_is_planned_stands_behind_what_is_now(world: World) -> None:
    green = other_tariff(world)
    change_tariff(world.session, world.contracts[0], green, CHANGED, author="t", reason="")

    assert [("flat", START), ("green", CHANGED)] == [
        (row.tariff, row.start) for row in assignments_from(world.session, world.contracts[0], START)
    ]
    assert ["green"] == [row.tariff for row in assignments_from(world.session, world.contracts[0], CHANGED)]


def test_put_back_the_earlier_assignment_goes_on(world: World) -> None:
    (before,) = assignments_from(world.session, world.contracts[0], START)
    change_tariff(world.session, world.contracts[0], other_tariff(world), CHANGED, author="t", reason="")
    changed = assignments_from(world.session, world.contracts[0], CHANGED)[0]

    put_back(world.session, [(changed.id, before.tariff_id), (-1, before.tariff_id)])

    assert [before] == assignments_from(world.session, world.contracts[0], START)
