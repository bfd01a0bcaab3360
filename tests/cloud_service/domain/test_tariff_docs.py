"""The page about tariffs is true: its examples give the bills that it prints, and it knows every kind of price."""

from pathlib import Path

import pytest

from cloud_service.domain.charges import CHARGES
from tests.cloud_service.domain.examples import Example, bills, read_examples, written

PAGE = Path(__file__).resolve().parents[3] / "docs" / "tariffs.md"
EXAMPLES = read_examples(PAGE)


@pytest.mark.parametrize("example", EXAMPLES, ids=[example.title for example in EXAMPLES])
def test_the_example_gives_the_bill_it_prints(example: Example) -> None:
    assert example.bill == written(bills(example))


@pytest.mark.parametrize("kind", CHARGES)
def test_every_kind_of_price_has_an_example(kind: str) -> None:
    kinds = {
        str(charge.__struct_config__.tag)
        for example in EXAMPLES
        for version in example.tariff.versions
        for charge in version.document.charges
    }

    assert kind in kinds


def test_every_heading_of_the_third_level_is_an_example() -> None:
    headings = [line[4:] for line in PAGE.read_text("utf-8").splitlines() if line.startswith("### ")]

    assert headings == [example.title for example in EXAMPLES]
