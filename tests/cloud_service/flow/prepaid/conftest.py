import pytest
from sqlalchemy.orm import Session

from tests.books.world import build
from tests.cloud_service.till import Till


@pytest.fixture
def till(session: Session) -> Till:
    return Till(build(session, tenants=1))
