"""The made-up invoice that shows a theme."""

from decimal import Decimal

from cloud_service.documents.invoice_view import invoice_view
from cloud_service.documents.sample import sample_invoice
from cloud_service.documents.theme import Theme


def test_its_lines_sum_to_its_net_and_its_tax_to_the_total() -> None:
    paper = sample_invoice()

    assert paper.net == sum(line.amount for line in paper.lines)
    assert Decimal("173.75") == paper.total


def test_every_block_of_the_template_is_on_it() -> None:
    view = invoice_view(sample_invoice(), Theme())

    assert [] == [name for name in ("summary", "groups", "totals", "chart", "readings", "pay") if not view[name]]
    assert 2 == len(view["pay"]["codes"])


def test_it_is_the_operator_s_own_in_the_reader_s_language_and_currency() -> None:
    paper = sample_invoice("ar_AE", "Stadtwerk", "AED")

    assert ("ar_AE", "Stadtwerk", "AED") == (paper.locale, paper.seller.name, paper.currency)
