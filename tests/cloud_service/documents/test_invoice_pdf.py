import io
import time
import unicodedata
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pypdf
import pytest

from cloud_service.documents import invoice_pdf
from cloud_service.documents.paper import Annex, IntervalRow, InvoicePaper, Party
from cloud_service.documents.theme import Theme
from tests.cloud_service.documents.papers import line, make_paper, with_lines

D = Decimal


def bare(text: str) -> str:
    """Letters only, composed marks taken apart: how a search finds them."""
    return "".join(unicodedata.normalize("NFKD", text).split())


def root(pdf: pypdf.PdfReader) -> Any:
    return pdf.trailer["/Root"]


def read(pdf: bytes) -> pypdf.PdfReader:
    return pypdf.PdfReader(io.BytesIO(pdf))


def text_of(paper: InvoicePaper, theme: Theme | None = None) -> str:
    pages = read(invoice_pdf.render(paper, theme or Theme())).pages
    return "\n".join(page.extract_text() for page in pages).replace("\u00a0", " ")


def test_a_german_invoice_says_who_owes_how_much_until_when_in_german() -> None:
    text = text_of(make_paper())

    for said in (
        "Stromrechnung Oktober 2026",
        "RE-2026-004711",
        "Jürgen Größmann",
        "19.11.2026",
        "649,93 €",
        "1.834,25",
    ):
        assert said in text
    assert "Seite 1 von" in text


def test_equal_papers_give_equal_bytes_and_another_amount_gives_others() -> None:
    first, again = (invoice_pdf.render(make_paper(), Theme()) for _ in range(2))
    other = invoice_pdf.render(make_paper(net=D("546.17"), total=D("649.94")), Theme())

    assert first == again
    assert first != other


def test_the_file_declares_itself_archivable_accessible_and_in_the_readers_language() -> None:
    pdf = read(invoice_pdf.render(make_paper(), Theme()))
    metadata = root(pdf)["/Metadata"].get_object().get_data().decode()

    assert "<pdfaid:part>3</pdfaid:part>" in metadata
    assert "<pdfaid:conformance>A</pdfaid:conformance>" in metadata
    assert "<pdfuaid:part>1</pdfuaid:part>" in metadata
    assert root(pdf)["/Lang"] == "de"
    assert pdf.metadata is not None
    assert pdf.metadata.title == "Stromrechnung Oktober 2026 RE-2026-004711"
    assert pdf.metadata.creation_date == datetime(2026, 11, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    "name",
    [
        "Jürgen Größmann",
        "Ενέργεια Α.Ε.",
        "Żółć Energia Sp. z o.o.",
        "ООО Энергия",
        "北京绿能电力有限公司",
        "東京電力株式会社",
        "한국전력공사",
        "Công ty Điện lực",
        "ქართული",
    ],
)
def test_names_of_many_scripts_are_drawn_with_glyphs_and_can_be_copied(name: str) -> None:
    text = text_of(make_paper(buyer=Party(name)))

    assert bare(name) in bare(text)


@pytest.mark.parametrize(
    "name",
    [
        "บริษัท ไฟฟ้า",
        "شركة النور",
        "חברת החשמל",
        "विक्रम शर्मा",
        "வணக்கம்",
        "বাংলা",
        "అమ్మ",
        "ગુજરાતી",
        "አማርኛ",
        "ភាសាខ្មែរ",
        "မြန်မာ",
    ],
)
def test_no_letter_of_a_script_is_missing_from_our_fonts(name: str) -> None:
    """PDF/A forbids missing glyphs, so a file that still declares it has drawn them all."""
    assert b"<pdfaid:part>3" in invoice_pdf.render(make_paper(buyer=Party(name)), Theme())


def test_a_letter_that_no_font_has_costs_the_archive_standard_and_not_the_bill() -> None:
    pdf = invoice_pdf.render(make_paper(buyer=Party("Bäckerei 🥐")), Theme())

    assert b"<pdfaid:part>" not in pdf
    assert "649,93" in read(pdf).pages[0].extract_text()


def test_an_arabic_invoice_runs_from_right_to_left() -> None:
    pdf = read(invoice_pdf.render(make_paper(locale="ar_AE", currency="AED", buyer=Party("شركة النور")), Theme()))

    assert root(pdf)["/Lang"] == "ar-AE"
    assert root(pdf)["/ViewerPreferences"]["/Direction"] == "/R2L"


@pytest.mark.parametrize(
    ("currency", "amount", "printed"),
    [
        ("JPY", "64898", "¥64,898"),
        ("KWD", "7.543", "KWD 7.543"),
        ("INR", "1234567.50", "₹1,234,567.50"),
        ("EUR", "0.05", "€0.05"),
    ],
)
def test_amounts_have_the_places_of_their_currency(currency: str, amount: str, printed: str) -> None:
    paper = with_lines(line(amount=amount), currency=currency, locale="en_US")

    assert printed in text_of(paper)


def test_india_groups_its_digits_by_lakh() -> None:
    assert "₹12,34,567.50" in text_of(with_lines(line(amount="1234567.50"), currency="INR", locale="hi_IN"))


def test_negative_lines_and_credit_notes_show_their_sign_and_ask_for_no_money() -> None:
    paper = with_lines(
        line(amount="-10.00", quantity="-100"),
        kind="credit_note",
        number="CN-7",
        corrects="RE-2026-004711",
        locale="en_GB",
    )
    text = text_of(paper)

    assert "-€10.00" in text
    assert "Corrects invoice" in text
    assert "Pay this invoice" not in text


def test_an_invoice_that_credit_has_settled_asks_for_no_money() -> None:
    text = text_of(make_paper(settled=D("649.93"), locale="en_GB"))

    assert "Nothing to pay" in text
    assert "Pay this invoice" not in text


def test_an_invoice_that_credit_has_settled_in_part_asks_for_the_rest() -> None:
    text = text_of(make_paper(settled=D("600.00"), locale="en_GB"))

    assert "Please pay €49.93 by 19 Nov 2026." in text
    assert "-€600.00" in text
    assert "€649.93" in text


def test_the_payment_link_can_be_clicked() -> None:
    paper = make_paper()
    pages = read(invoice_pdf.render(paper, Theme())).pages
    links = [note.get_object()["/A"]["/URI"] for page in pages for note in page.get("/Annots", [])]

    assert [paper.pay_url] == links


def test_hostile_text_is_printed_and_never_run() -> None:
    name = '#read("/etc/passwd") $x$ *bold* @preview <b> \\ "'

    assert '#read("/etc/passwd")' in text_of(make_paper(buyer=Party(name)))


def test_blocks_that_the_theme_hides_are_not_printed() -> None:
    text = text_of(make_paper(locale="en"), Theme(hidden_blocks=frozenset({"chart", "readings", "bank"})))

    assert "Meter readings" not in text
    assert "Your consumption" not in text
    assert "BYLADEM1001" not in text


def test_an_annex_of_a_month_of_hours_takes_less_than_a_second_and_loses_no_row() -> None:
    start = datetime(2026, 10, 1, tzinfo=UTC)
    rows = tuple(IntervalRow(start + timedelta(hours=at), (D(at) / 8,)) for at in range(744))
    paper = make_paper(annex=Annex(("1.8.0 kWh",), rows))
    invoice_pdf.render(make_paper(), Theme())
    began = time.process_time()
    pdf = invoice_pdf.render(paper, Theme())
    text = "".join(page.extract_text() for page in read(pdf).pages)

    assert time.process_time() - began < 5  # rendering and reading back; the bench measures the rendering alone
    assert "92,875" in text
    assert text.count(":00") >= 744


def test_a_paper_whose_parts_do_not_make_its_total_is_refused() -> None:
    with pytest.raises(Exception, match="is not"):
        make_paper(total=D("649.92"))


def test_a_span_that_is_no_month_is_named_by_its_days() -> None:
    text = text_of(make_paper(locale="en_GB", first_day=date(2026, 10, 3), last_day=date(2026, 11, 2)))

    assert "3 Oct – 2 Nov 2026" in text


def test_the_name_of_a_meter_is_never_the_last_line_of_a_page() -> None:
    for before in range(27, 35):
        lines = [replace(line(f"Item {at}"), group="First meter") for at in range(before)]
        lines += [replace(line(f"Other {at}"), group="Second meter") for at in range(3)]
        paper = with_lines(*lines, uses=(), readings=())
        pages = [page.extract_text() for page in read(invoice_pdf.render(paper, Theme())).pages]
        (holding,) = [page for page in pages if "Second meter" in page]

        assert "Other 0" in holding, before


def test_a_usual_bill_has_its_chart_on_the_page_that_asks_for_the_money() -> None:
    lines = [line("Arbeitspreis")] * 8
    readings = [replace(make_paper().readings[0], counts=counts) for counts in ("import", "export")]
    (page,) = read(invoice_pdf.render(with_lines(*lines, readings=tuple(readings)), Theme())).pages

    assert "Ihr Verbrauch in" in page.extract_text(), page.extract_text()
