"""Three tenants with readings, to bill and not."""

from datetime import date

import pytest
from sqlalchemy.orm import Session

from common.period import Span
from tests.books.world import World, build

SEPTEMBER = Span(date(2026, 9, 1), date(2026, 10, 1))
OCTOBER = Span(date(2026, 10, 1), date(2026, 11, 1))


@pytest.fixture
def three_tenants(session: Session, named_database: str) -> World:
    """Three tenants: readings of two for September, of those two for October (one much more), none of the third."""
    world = build(session, tenants=3)
    for register in world.registers[:2]:
        world.readings(register, SEPTEMBER)
    world.readings(world.registers[0], OCTOBER)
    world.readings(world.registers[1], OCTOBER, wh=1000)
    session.commit()
    return world
