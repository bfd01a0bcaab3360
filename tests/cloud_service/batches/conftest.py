"""The operator of the store's tests, and what a batch asks for."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import text

from cloud_service.batches.action import BatchOrder
from tests.cloud_service.conftest import Office
from tests.cloud_service.web.operator_rows import NOW, TODAY


@pytest.fixture
def order() -> Callable[..., BatchOrder]:
    """What the clerk typed, on the operator's day."""
    return lambda **values: BatchOrder(values, "clerk@kilo.example", TODAY, NOW)


@pytest.fixture
def row_id(office: Office) -> Callable[[str, str, str], int]:
    """Our id of a row by its table, column and value."""

    def find(table: str, column: str, value: str) -> int:
        found: Any = office.session.execute(
            text(f"SELECT id FROM {table} WHERE {column} = :value"), {"value": value}
        ).scalar_one()
        return int(found)

    return find
