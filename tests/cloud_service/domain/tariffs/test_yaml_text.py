"""YAML of tariffs: exact numbers, no key twice, no objects of Python."""

from datetime import date
from decimal import Decimal

import pytest

from cloud_service.domain.tariffs.yaml_text import load_yaml
from common.errors import InputError


def test_a_number_with_a_point_is_the_decimal_that_was_written() -> None:
    assert {"price": Decimal("0.2500"), "many": Decimal(1000)} == load_yaml("price: 0.2500\nmany: 1_000.0")
    assert "0.2500" == str(load_yaml("price: 0.2500")["price"])


def test_a_day_is_a_date_and_a_word_is_text() -> None:
    assert {"from": date(2026, 1, 1), "id": "t"} == load_yaml("from: 2026-01-01\nid: t")


def test_a_key_that_is_there_twice_is_refused_with_its_line() -> None:
    with pytest.raises(InputError, match="line 2: a key is there twice"):
        load_yaml("charges:\n  price: 1\n  price: 2")


@pytest.mark.parametrize("text", ["a: [1", "!!python/object/apply:os.getcwd []"])
def test_what_is_no_plain_yaml_is_refused(text: str) -> None:
    with pytest.raises(InputError, match="this is not YAML"):
        load_yaml(text)
