"""The catalog: numbers keep their meaning."""

import pytest

from common.message import (
    Catalog,
    Channel,
    Up,
    extends,
)
from common.message.envelope import MessageKind
from tests.common.message.builders import catalog, code_of, packed


class TestCatalogs:
    def test_a_catalog_may_grow_but_not_change_its_numbers(self) -> None:
        assert extends(catalog(4, base=9, version=2), catalog(3))
        assert not extends(catalog(2, version=2), catalog(3))
        assert not extends(catalog(3, epoch=8), catalog(3))
        other = Catalog(7, 2, (Channel("x", "import", "kWh", "index"), *catalog().channels[1:]))
        assert not extends(other, catalog(3))

    @pytest.mark.parametrize("name", ["", "x" * 65, "a\x00b", "a\nb"])
    def test_names_in_a_catalog_have_one_to_64_printable_characters(self, name: str) -> None:
        body = [7, 1, [[name, "import", "kWh", "index", 0]]]
        assert "bad_frame" == code_of(packed(body, kind=MessageKind.CATALOG), Up.CATALOG)

    def test_a_register_with_two_numbers_is_refused(self) -> None:
        body = [7, 1, [["m", "import", "kWh", "index", 0], ["m", "import", "kWh", "index", 0]]]
        assert "bad_frame" == code_of(packed(body, kind=MessageKind.CATALOG), Up.CATALOG)
