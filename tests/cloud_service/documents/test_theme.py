import pytest

from cloud_service.documents import invoice_pdf
from cloud_service.documents.theme import Theme, read_theme
from common.errors import InputError
from tests.cloud_service.documents.papers import make_paper, text_of


def test_a_theme_is_its_default_where_nothing_is_text_of() -> None:
    assert Theme() == read_theme({})


@pytest.mark.parametrize(
    ("record", "fault"),
    [
        ({"primary": "red"}, "primary"),
        ({"primary": 7}, "primary"),
        ({"colour": "#123456"}, "unknown field"),
        ({"hidden_blocks": ["everything"]}, "hidden_blocks"),
        ({"hidden_blocks": "chart"}, "hidden_blocks"),
        ({"renderer": "word"}, "renderer"),
        ({"renderer": "html"}, "template: empty"),
        ({"paper": "a0"}, "paper"),
        ({"logo_height_mm": 400}, "logo_height_mm"),
        ({"logo_height_mm": True}, "logo_height_mm"),
        ({"show_name": "yes"}, "show_name"),
        ({"texts": {"greeting": {"de": "Hallo"}}}, "texts.greeting"),
        ({"texts": {"intro": "Hallo"}}, "texts.intro"),
        ({"logo_svg": "<svg"}, "logo_svg"),
        ({"logo_svg": "<html/>"}, "not <svg>"),
        ({"logo_svg": "<svg><script>alert(1)</script></svg>"}, "script"),
        ({"logo_svg": '<svg><image href="file:///etc/passwd"/></svg>'}, "elsewhere"),
        ({"logo_svg": '<svg><use href="https://evil.example/x.svg#a"/></svg>'}, "elsewhere"),
        ({"logo_svg": '<svg xmlns:x="http://www.w3.org/1999/xlink"><use x:href="x.svg"/></svg>'}, "elsewhere"),
        ({"logo_svg": "<svg><style>@import url(x.css);</style></svg>"}, "style"),
        ({"logo_svg": '<svg><rect fill="url(http://evil.example)"/></svg>'}, "fill"),
        ({"logo_svg": '<svg onload="alert(1)"/>'}, "onload"),
        ({"logo_svg": '<!DOCTYPE svg [<!ENTITY a "a">]><svg>&a;</svg>'}, "entities"),
        ({"logo_svg": "<svg>" + " " * 400_000 + "</svg>"}, "at most"),
    ],
)
def test_a_theme_with_a_fault_is_refused_by_the_field_s_name(record: dict[str, object], fault: str) -> None:
    with pytest.raises(InputError, match=fault):
        read_theme(record)


def test_a_logo_as_drawing_programs_write_it_is_printed() -> None:
    logo = (
        '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="0 0 20 10">'
        "<defs><style>.a{fill:#f00}</style><linearGradient id='g'><stop stop-color='#00f'/></linearGradient>"
        '<g id="m"><rect class="a" width="9" height="9"/></g></defs>'
        '<use xlink:href="#m"/><circle cx="14" cy="5" r="4" fill="url(#g)"/></svg>'
    )

    assert "649,93" in text_of(invoice_pdf.render(make_paper(), read_theme({"logo_svg": logo})))


def test_all_faults_of_a_theme_are_named_at_once() -> None:
    with pytest.raises(InputError, match=r"primary.*accent.*paper"):
        read_theme({"primary": "x", "accent": "y", "paper": "z"})


def test_texts_fall_back_to_english_then_to_any() -> None:
    theme = read_theme({"texts": {"intro": {"en": "Hello", "de": "Hallo"}, "closing": {"fr": "Merci"}}})

    assert ["Hallo", "Hello", "Merci", ""] == [
        theme.text("intro", "de"), theme.text("intro", "es"), theme.text("closing", "de"), theme.text("footer", "de"),
    ]  # fmt: skip


def test_the_operator_s_colours_and_texts_are_printed() -> None:
    theme = read_theme({"primary": "#ff0000", "texts": {"intro": {"de": "Danke für Ihr Vertrauen."}}})
    pdf = invoice_pdf.render(make_paper(), theme)

    assert "Danke für Ihr Vertrauen." in text_of(pdf)
    assert pdf != invoice_pdf.render(make_paper(), Theme())


def test_a_plain_mark_in_the_operator_s_colours_stands_for_a_logo() -> None:
    assert '<stop offset="0" stop-color="#123456"/>' in Theme(primary="#123456").logo()
    assert "<svg/>" == Theme(logo_svg="<svg/>").logo()


def test_a_hidden_block_is_not_shown() -> None:
    theme = read_theme({"hidden_blocks": ["chart"]})

    assert (False, True) == (theme.shows("chart"), theme.shows("qr"))
