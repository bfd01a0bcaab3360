from decimal import Decimal

import pytest
from flask import Flask

from cloud_service.domain.receivables.dunning import dunning_rules
from cloud_service.web.console.receivables.dunning_rule_fields import amounts_text, shown_values, typed_amounts
from common.errors import InputError
from tests.cloud_service.web.conftest import Console


@pytest.fixture
def app(console: Console) -> Flask:
    return console.app


@pytest.mark.parametrize(
    ("language", "typed", "amounts"),
    [
        ("en", "", {}),
        ("en", "2.50", {"EUR": "2.50"}),
        ("en", "EUR 2.50; KES 1,200", {"EUR": "2.50", "KES": "1200"}),
        ("en", "eur 2.5, 200 kes", {"EUR": "2.5", "KES": "200"}),
        ("de", "2,50", {"EUR": "2.50"}),
        ("de", "EUR 2,50; KES 1.200", {"EUR": "2.50", "KES": "1200"}),
    ],
)
def test_amounts_are_read_in_the_reader_s_writing(
    app: Flask, language: str, typed: str, amounts: dict[str, str]
) -> None:
    with app.test_request_context(headers={"Accept-Language": language}):
        read = typed_amounts(typed, "EUR", "least")
        assert {key: Decimal(amount) for key, amount in amounts.items()} == read
        assert read == typed_amounts(amounts_text(read, "EUR"), "EUR", "least")


@pytest.mark.parametrize("typed", ["much", "EUR", "EUR 1 KES", "EURO 1", "EUR 1; EUR 2", "-1"])
def test_what_is_no_amount_is_refused_at_its_field(app: Flask, typed: str) -> None:
    with app.test_request_context(), pytest.raises(InputError) as caught:
        typed_amounts(typed, "EUR", "least")
    assert "least" == caught.value.path


def test_the_rules_of_a_country_fill_the_fields(app: Flask) -> None:
    with app.test_request_context():
        german = shown_values(dunning_rules("DE"), "DE", "EUR")
        other = shown_values(dunning_rules("KE"), "KE", "KES")

    assert ("1. Mahnung", 21, "EUR 2.50", "second") == tuple(
        german[f"level-2-{key}"] for key in ("name", "days", "fee", "wording")
    )
    assert ("base", "DE", "EUR 40.00") == (german["charged"], german["base_country"], german["lump_sum"])
    assert ("none", "KES 1.00") == (other["charged"], other["least"])
