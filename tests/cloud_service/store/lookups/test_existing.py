import pytest

from cloud_service.store.lookups.existing import existing
from common.errors import NotFoundError


def test_a_thing_that_is_there_comes_back_even_where_it_is_empty() -> None:
    assert "" == existing("", "meter")
    assert 0 == existing(0, "meter")


def test_what_is_missing_is_said_by_its_noun() -> None:
    with pytest.raises(NotFoundError, match="there is no such service point"):
        existing(None, "service point")
