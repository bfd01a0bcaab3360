"""A metered house for tests of the store."""

from typing import Any

import psycopg
import pytest
from sqlalchemy import Engine

from tests.cloud_service.metered_house import MeteredHouse


@pytest.fixture
def house(engine: Engine, owner: psycopg.Connection[Any]) -> MeteredHouse:
    return MeteredHouse(engine, owner, zone="UTC")
