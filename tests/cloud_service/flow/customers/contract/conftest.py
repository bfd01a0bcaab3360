import pytest
from sqlalchemy.orm import Session

from tests.books.world import World, build
from tests.cloud_service.flow.customers.contract.october import OCTOBER


@pytest.fixture
def world(session: Session) -> World:
    world = build(session, tenants=3)
    for register in world.registers:
        world.readings(register, OCTOBER)
    session.commit()
    return world
