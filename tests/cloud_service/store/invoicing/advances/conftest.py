from datetime import date

import pytest
from sqlalchemy.orm import Session

from common.period import Span
from tests.books.world import build
from tests.cloud_service.flow.advances.house import House


@pytest.fixture
def house(session: Session) -> House:
    """One tenant, read all the year."""
    world = build(session, tenants=1)
    world.readings(world.registers[0], Span(date(2026, 1, 1), date(2027, 2, 1)))
    return House(world)
