from datetime import timedelta
from typing import Any

import psycopg
import pytest
from sqlalchemy import Engine

from cloud_service.flow.ingest import Ingester
from tests.cloud_service.plant import START, add_gateway, add_meter, add_site

NOW = START + timedelta(days=40)


@pytest.fixture
def ingest(engine: Engine, owner: psycopg.Connection[Any]) -> Ingester:
    """Of a site with one gateway and one meter, forty days after its readings begin."""
    add_site(owner)
    add_gateway(owner)
    add_meter(owner)
    return Ingester(engine, clock=lambda: NOW)
