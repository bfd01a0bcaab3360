import pytest

from cloud_service.web.lists.column import Column


@pytest.mark.parametrize(("kind", "numeric"), [("amount", True), ("kwh", True), ("text", False), ("date", False)])
def test_what_is_a_number_is_set_to_the_right(kind: str, numeric: bool) -> None:
    assert numeric is Column("key", "Label", kind).numeric
