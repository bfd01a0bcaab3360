import io
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pypdf
import pytest

from cloud_service.documents import statement_pdf
from cloud_service.documents.statement_pdf import Booking, StatementPaper
from cloud_service.documents.theme import Theme
from common.errors import InputError
from tests.cloud_service.documents.papers import BANK, BUYER, SELLER

D = Decimal
BOOKINGS = (
    Booking(date(2026, 10, 2), "invoice", "INV-2026-00007", D("118.29"), D("128.29")),
    Booking(date(2026, 10, 9), "payment", "", D("-100.00"), D("28.29")),
    Booking(date(2026, 10, 20), "sponsorship", "Bazaar", D("-28.29"), D("0.00")),
)
PAPER = StatementPaper(
    "A-77", "EUR", "de", date(2026, 10, 1), date(2026, 10, 31), SELLER, BUYER, D("10.00"), BOOKINGS, D("0.00"), BANK
)


def text_of(paper: StatementPaper) -> str:
    pages = pypdf.PdfReader(io.BytesIO(statement_pdf.render(paper, Theme()))).pages
    return "\n".join(page.extract_text() for page in pages).replace("\u00a0", " ")


def test_a_statement_says_each_booking_with_the_balance_after_it() -> None:
    text = text_of(PAPER)

    for said in ("Kontoauszug Oktober 2026", "Rechnung INV-2026-00007", "118,29", "Zahlung", "100,00", "28,29",
                 "Saldo am 31.10.2026", "0,00 €", "Buchung Bazaar"):  # fmt: skip
        assert said in text


def test_equal_statements_give_equal_archivable_bytes() -> None:
    first, again = (statement_pdf.render(PAPER, Theme()) for _ in range(2))

    assert first == again
    assert b"<pdfaid:part>3" in first


@pytest.mark.parametrize("changes", [{"closing": D(1)}, {"opening": D(11)}, {"bookings": BOOKINGS[:2]}])
def test_a_statement_that_does_not_add_up_is_refused(changes: dict[str, object]) -> None:
    with pytest.raises(InputError):
        replace(PAPER, **changes)  # type: ignore[arg-type]  # any field


def test_a_long_statement_repeats_its_head_and_loses_no_row() -> None:
    rows = [Booking(date(2026, 10, 2), "payment", f"P{at:04}", D(-1), D(10) - at - 1) for at in range(400)]
    text = text_of(replace(PAPER, bookings=rows, closing=D(-390)))

    assert [] == [at for at in range(400) if f"P{at:04}" not in text]
    assert text.count("Haben EUR") > 5


def test_an_account_without_bookings_has_a_statement_too() -> None:
    assert "10,00 €" in text_of(replace(PAPER, bookings=(), closing=D("10.00")))


def test_how_money_came_is_said_in_the_reader_s_words_without_a_machine_s_reference() -> None:
    texts = ("bank DE02120300000000202051:2026-10-09:7f3a", "cash receipt 12", "stripe pi_1", "INV-1")
    bookings = tuple(Booking(date(2026, 10, 2), "payment", said, D(0), D("10.00")) for said in texts)
    view = statement_pdf.statement_view(replace(PAPER, bookings=bookings, closing=D("10.00")), Theme())

    assert ["Zahlung Bank", "Zahlung bar receipt 12", "Zahlung stripe pi_1", "Zahlung INV-1"] == [
        row["text"] for row in view["rows"]
    ]
