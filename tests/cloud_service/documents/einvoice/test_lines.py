"""A line's quantity, unit and price give its amount; where they do not, one piece is billed and the rest is said."""

from decimal import Decimal

import pytest

from cloud_service.documents.einvoice.lines import line_terms
from cloud_service.documents.paper import PaperLine
from tests.cloud_service.documents.papers import make_paper

D = Decimal


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (PaperLine("E", D("81.500000000000"), "m3", D("2.000000000000"), D("163.000000")), ("81.5", "MTQ", "2", None)),
        (PaperLine("E", D(100), "kWh", D("-0.08"), D("-8.00")), ("-100", "KWH", "0.08", None)),
        (PaperLine("Share", D(3), "kWh", D(1), D("2.50")), ("1", "C62", "2.5", None)),
        (PaperLine("Share", D(3), "persons", D(1), D("3.00")), ("1", "C62", "3", "3 persons")),
        (PaperLine("Minimum", D(3), "kW", None, D("3.00")), ("1", "C62", "3", "3 kW")),
        (PaperLine("Nothing", D(0), "kWh", D("0.30"), D("0.00")), ("0", "KWH", "0.3", None)),
    ],
)
def test_quantity_and_price_give_the_amount(line: PaperLine, said: tuple[str, str, str, str | None]) -> None:
    terms = line_terms(1, line, make_paper(), 1)

    assert said == (terms["BT-129"], terms["BT-130"], terms["BT-146"], terms.get("BT-154"))


def test_a_credit_note_s_line_is_positive() -> None:
    terms = line_terms(1, PaperLine("E", D(-100), "kWh", D("0.10"), D("-10.00")), make_paper(), -1)

    assert ("100", "0.1", "10.00") == (terms["BT-129"], terms["BT-146"], terms["BT-131"])
