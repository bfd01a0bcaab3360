import logging
from datetime import date

import pytest

from cloud_service.documents.statement_pdf import statement_view
from cloud_service.documents.theme import Theme
from cloud_service.documents.typesetter import typeset
from common.errors import InputError
from tests.cloud_service.documents.papers import text_of
from tests.cloud_service.documents.test_statement_pdf import PAPER

DAY = date(2026, 10, 31)
VIEW = statement_view(PAPER, Theme())


def test_equal_views_give_equal_bytes_and_another_day_gives_others() -> None:
    pdf = typeset("statement.typ", VIEW, DAY)

    assert pdf == typeset("statement.typ", dict(reversed(VIEW.items())), DAY)
    assert pdf != typeset("statement.typ", VIEW, date(2026, 11, 1))


def test_a_page_that_cannot_be_set_names_its_template() -> None:
    with pytest.raises(InputError, match="cannot set the page") as refused:
        typeset("statement.typ", {}, DAY)

    assert "statement.typ" == refused.value.path


def test_a_letter_without_a_glyph_costs_the_archive_standard_only(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        pdf = typeset("statement.typ", VIEW | {"heading": "Kontoauszug 🦊"}, DAY)

    assert "Kontoauszug" in text_of(pdf)
    assert b"pdfaid" not in pdf
    assert b"pdfaid" in typeset("statement.typ", VIEW, DAY)
    assert "written without the archive standard" in caplog.text
