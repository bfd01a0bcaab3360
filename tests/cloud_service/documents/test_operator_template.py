"""Operators' own templates are laid out, without our secrets at hand."""

import pytest

from cloud_service.documents import invoice_pdf
from cloud_service.documents.theme import read_theme
from cloud_service.documents.typesetter import TEMPLATES
from common.errors import InputError
from tests.cloud_service.documents.papers import make_paper, text_of

TYPST = '#import "letter.typ": *\n#show: letter.with(view)\n#masthead(view)\n= #view.heading\n#view.totals.value'


def render(renderer: str, template: str) -> bytes:
    theme = read_theme({"renderer": renderer, "template": template})
    return invoice_pdf.render(make_paper(), theme)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("renderer", "template"),
    [
        pytest.param("typst", TYPST, id="typst with our letterhead"),
        pytest.param("html", (TEMPLATES / "example.html").read_text(), id="the HTML example"),
    ],
)
def test_an_operator_s_template_says_what_the_bill_says_in_equal_bytes(renderer: str, template: str) -> None:
    pdf = render(renderer, template)

    assert "649,93 €" in text_of(pdf)
    assert "Stromrechnung Oktober 2026" in text_of(pdf)
    assert pdf == render(renderer, template)


@pytest.mark.slow
def test_the_html_example_prints_names_with_accents_and_other_alphabets() -> None:
    text = text_of(render("html", (TEMPLATES / "example.html").read_text()))

    assert "Jürgen Größmann" in text


@pytest.mark.slow
def test_a_template_sees_none_of_our_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    from cloud_service.documents.operator_template import _environment

    monkeypatch.setenv("SECRET_KEY", "top-secret")
    monkeypatch.setenv("DATABASE_URL", "postgresql://user:password@host/db")

    assert not {"SECRET_KEY", "DATABASE_URL"} & set(_environment())


@pytest.mark.slow
@pytest.mark.parametrize(
    ("html", "letters"),
    [
        ("<p>فاتورة Rechnung</p>", "ف (arabic letter feh)"),
        ("<p style='font-family: \"Noto Sans Arabic\"'>فاتورة Rechnung</p>", "R (latin capital letter r)"),
        ("<p style='font-family: Helvetica'>Größe 北</p>", "北 (cjk unified ideograph-5317)"),
    ],
)
def test_a_letter_that_the_font_lacks_is_refused_by_name(html: str, letters: str) -> None:
    with pytest.raises(InputError, match="the font of the place has no letter") as caught:
        render("html", html)

    assert letters in caught.value.message
    assert render("html", "<p>Größe, Ωμέγα, Счёт&nbsp;–&shy; 12,50 €</p>").startswith(b"%PDF")
