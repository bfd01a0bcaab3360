"""An operator with two tenants for the tests of invoicing's tables."""

import pytest
from sqlalchemy.orm import Session

from tests.books.world import World, build


@pytest.fixture
def world(session: Session) -> World:
    """Two tenants with a meter each, on one tariff."""
    return build(session, tenants=2)
