"""Mounts as meters come and go."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from cloud_service.store.customers.contract_changes import stored_contract
from cloud_service.store.metering import mount_changes
from tests.books.world import World, build

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def world(session: Session) -> World:
    return build(session, tenants=1)


def test_a_meter_that_goes_leaves_its_final_index(world: World) -> None:
    point = stored_contract(world.session, world.contracts[0]).service_point_id
    old = mount_changes.mounted_meter(world.session, point, NOON)
    assert old is not None
    assert {"import"} == mount_changes.index_registers(world.session, old.meter_id)
    mount_changes.dismount(world.session, old.mount_id, NOON, {"import": 500_000})

    assert mount_changes.mounted_meter(world.session, point, NOON) is None
    mount_changes.mount(
        world.session, meter_id=old.meter_id, point_id=point, at=NOON, opening={"import": 0}, multiplier=Decimal(40)
    )
    rows = world.session.execute(text("SELECT closing, opening, multiplier FROM meter_mount ORDER BY id"))
    assert [({"import": 500_000}, {}, Decimal(1)), ({}, {"import": 0}, Decimal(40))] == [tuple(row) for row in rows]
