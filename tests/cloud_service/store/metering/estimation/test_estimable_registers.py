"""The registers that can be estimated, and who is supplied through them."""

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from cloud_service.store.metering.estimation import estimable_registers as stored
from cloud_service.store.scope import Scope
from common.errors import NotFoundError
from tests.books.world import World, build

OCTOBER = datetime(2026, 10, 1, tzinfo=UTC), datetime(2026, 11, 1, tzinfo=UTC)


@pytest.fixture
def world(session: Session) -> World:
    return build(session, tenants=2)


def test_a_meter_and_a_connection_have_the_registers_that_bills_count_within_their_mounts(world: World) -> None:
    world.session.execute(text("UPDATE meter_mount SET during = tstzrange('2026-10-05Z', '2026-10-20Z')"))
    (of_meter,) = stored.of_meter(world.session, Scope(), "m1", OCTOBER)
    (of_contract,) = stored.of_contract(world.session, Scope(), world.contracts[0], OCTOBER)

    assert of_meter == of_contract
    assert (world.registers[0], 5, 20) == (of_meter.id, of_meter.start.day, of_meter.end.day)
    world.session.execute(text("UPDATE register SET billed = false"))
    assert [] == stored.of_contract(world.session, Scope(), world.contracts[0], OCTOBER)
    assert ["import"] == [row.name for row in stored.of_meter(world.session, Scope(), "m1", OCTOBER, "import")]


def test_what_belongs_to_another_company_is_not_there(world: World) -> None:
    assert [] == stored.of_meter(world.session, Scope(entities=frozenset({-1})), "m1", OCTOBER)
    assert "Europe/Berlin" == stored.zone_of_meter(world.session, "m1")
    assert "Europe/Berlin" == stored.zone_of_contract(world.session, world.contracts[0])
    assert stored.zone_of_meter(world.session, "m9") is None
    with pytest.raises(NotFoundError):
        stored.meter_id(world.session, "m9")


def test_a_move_within_the_gap_names_both_tenants_and_who_pays_before_use(world: World) -> None:
    point = world.session.execute(
        text("SELECT service_point_id FROM contract WHERE id = :id"), {"id": world.contracts[0]}
    ).scalar_one()
    world.session.execute(
        text("UPDATE contract SET during = daterange(lower(during), '2026-10-16') WHERE id = :id"),
        {"id": world.contracts[0]},
    )
    prepaid = world.tenant("Next", mode="prepaid", start=date(2026, 10, 16))
    world.session.execute(
        text("UPDATE contract SET service_point_id = :point WHERE id = :id"), {"point": point, "id": prepaid}
    )

    first, second = stored.tenants(world.session, world.registers[0], *OCTOBER)

    assert [("Tenant 1", False), ("Next", True)] == [(row.tenant, row.prepaid) for row in (first, second)]
    assert (date(2026, 10, 16), date(2026, 10, 16)) == (first.end, second.start)
