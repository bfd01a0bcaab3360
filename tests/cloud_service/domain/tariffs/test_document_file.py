"""Files in JSON, TOML and YAML say the same, and keep every digit."""

from decimal import Decimal
from pathlib import Path

import pytest

from cloud_service.domain.tariffs.document_file import parse_document, read_document
from cloud_service.domain.tariffs.tariff import load_tariff
from common.errors import InputError


def test_toml_yaml_and_json_say_the_same(tmp_path: Path) -> None:
    texts = {
        "t.toml": 'id = "t"\ncurrency = "EUR"\nfrom = 2026-01-01\n[[charges]]\nkind = "energy"\nprice = 0.2500\n',
        "t.yaml": "id: t\ncurrency: EUR\nfrom: 2026-01-01\ncharges:\n  - kind: energy\n    price: 0.25\n",
        "t.json": '{"id": "t", "currency": "EUR", "from": "2026-01-01", "charges":[{"price": 0.25, "kind": "energy"}]}',
    }
    tariffs = []
    for name, text in texts.items():
        (tmp_path / name).write_text(text)
        tariffs.append(load_tariff(read_document(tmp_path / name)))

    assert 1 == len({tariff.hash for tariff in tariffs})
    assert Decimal("0.25") == tariffs[0].versions[0].document.charges[0].price  # type: ignore[union-attr]  # an energy charge


def test_a_number_keeps_every_digit_it_was_written_with() -> None:
    text = (
        '{"id": "t", "currency": "EUR", "charges": [{"kind": "energy", "price": 0.1000000000000000055511151231257827}]}'
    )

    price = load_tariff(parse_document(text, ".json")).versions[0].document.charges[0].price  # type: ignore[union-attr]

    assert Decimal("0.1000000000000000055511151231257827") == price


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("t.toml", "id = "),
        ("t.json", "{"),
        ("t.yaml", "a: [1"),
        ("t.yaml", "a: 1\na: 2"),
        ("t.json", "[1]"),
        ("t.yaml", "[1]"),
    ],
)
def test_a_file_that_is_none_is_refused(tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / name).write_text(text)

    with pytest.raises(InputError) as refused:
        read_document(tmp_path / name)
    assert name in refused.value.path


def test_a_name_twice_in_json_is_refused_as_it_is_in_toml_and_yaml(tmp_path: Path) -> None:
    (tmp_path / "t.json").write_text(
        '{"id": "t", "currency": "EUR", "charges": [{"kind": "energy", "price": 1, "price": 2}]}'
    )

    with pytest.raises(InputError, match="'price' is there twice"):
        read_document(tmp_path / "t.json")


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        read_document(tmp_path / "none.toml")
