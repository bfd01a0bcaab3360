"""The example is made as any operator is: by files and commands. Nothing in it writes to the database."""

import re
from pathlib import Path

import pytest

import cloud_service.example

FOLDER = Path(cloud_service.example.__file__).parent
WALL = re.compile(
    r"\bINSERT\b|\bUPDATE\b|cloud_service\.(store|flow|sheets|web)\b|sqlalchemy|psycopg|\bsession\b", re.IGNORECASE
)


@pytest.mark.parametrize("path", sorted(FOLDER.rglob("*.py")), ids=lambda path: path.name)
def test_no_row_is_written_and_no_step_is_called(path: Path) -> None:
    assert [] == WALL.findall(path.read_text(encoding="utf-8"))


def test_the_wall_is_seen_where_it_is_broken() -> None:
    assert WALL.search('text("insert into client")')
    assert WALL.search("from cloud_service.store.customers.tables import Client")
