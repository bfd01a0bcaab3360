"""The invoice as finished texts."""

from decimal import Decimal

import pytest

from cloud_service.documents.invoice_view import invoice_view, title
from cloud_service.documents.theme import Theme
from cloud_service.documents.translations import localizer_for
from tests.cloud_service.documents.papers import make_paper

D = Decimal


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"utility": "electricity"}, "Electricity invoice"),
        ({"utility": "something new"}, "Utility invoice"),
        ({"kind": "credit_note"}, "Credit note"),
    ],
)
def test_the_title_names_what_is_billed(changes: dict[str, str], expected: str) -> None:
    assert expected == title(make_paper(**changes), localizer_for("en_GB"))


def test_the_first_card_is_what_is_due_and_the_second_what_was_used() -> None:
    due, used = invoice_view(make_paper(locale="en_GB"), Theme())["summary"]

    assert "€649.93" == due["value"]
    assert "1,834.25 kWh" == used["value"]
    assert "59.2 kWh" in used["note"]  # a day of 31


@pytest.mark.parametrize(
    ("changes", "label"),
    [
        ({"settled": D("649.93")}, "summary.paid_by_credit"),
        ({"net": D(0), "tax": D(0), "total": D(0)}, "summary.nothing_due"),
        ({"net": D(-5), "tax": D(0), "total": D(-5)}, "summary.credit"),
    ],
)
def test_an_invoice_that_asks_for_nothing_says_why_and_how_to_pay_is_not_there(
    changes: dict[str, Decimal], label: str
) -> None:
    view = invoice_view(make_paper(locale="en_GB", **changes), Theme())

    assert localizer_for("en_GB").label(label) == view["summary"][0]["label"]
    assert view["pay"] is None


def test_the_box_beside_the_address_has_the_numbers_that_people_ask_for() -> None:
    values = [row["value"] for row in invoice_view(make_paper(locale="en_GB"), Theme())["meta"]]

    assert ["RE-2026-004711", "5 Nov 2026", "19 Nov 2026", "K-100482", "ET-2026-0771"] == values[:5]


def test_a_credit_note_names_the_invoice_and_the_reason() -> None:
    view = invoice_view(make_paper(kind="credit_note", corrects="RE-1", reason="wrong meter"), Theme())

    assert "RE-1" in [row["value"] for row in view["meta"]]
    assert "wrong meter" == view["notes"][0]


def test_blocks_without_content_or_hidden_by_the_theme_are_not_there() -> None:
    hidden = invoice_view(make_paper(), Theme(hidden_blocks=frozenset({"summary", "chart", "readings", "notes"})))
    empty = invoice_view(make_paper(uses=(), readings=()), Theme())

    assert (None, None, None, []) == (hidden["summary"], hidden["chart"], hidden["readings"], hidden["notes"])
    assert (None, None, None) == (empty["chart"], empty["readings"], empty["annex"])
