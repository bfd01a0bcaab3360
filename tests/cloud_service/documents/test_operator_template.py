"""Operators' own templates are laid out, and hostile ones get nowhere."""

import contextlib
import io
import time

import pypdf
import pytest

from cloud_service.documents import invoice_pdf
from cloud_service.documents.operator_template import WALL_S
from cloud_service.documents.theme import Theme, read_theme
from cloud_service.documents.typesetter import TEMPLATES
from common.errors import InputError
from tests.cloud_service.documents.papers import make_paper

TYPST = '#import "letter.typ": *\n#show: letter.with(view)\n#masthead(view)\n= #view.heading\n#view.totals.value'


def render(renderer: str, template: str) -> bytes:
    theme = read_theme({"renderer": renderer, "template": template})
    return invoice_pdf.render(make_paper(), theme)


def said(pdf: bytes) -> str:
    return "\n".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(pdf)).pages).replace("\u00a0", " ")


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

    assert "649,93 €" in said(pdf)
    assert "Stromrechnung Oktober 2026" in said(pdf)
    assert pdf == render(renderer, template)


@pytest.mark.slow
def test_the_html_example_prints_names_with_accents_and_other_alphabets() -> None:
    text = said(render("html", (TEMPLATES / "example.html").read_text()))

    assert "Jürgen Größmann" in text


HOSTILE = {
    "typst reads a file": ("typst", '#read("/etc/passwd")'),
    "typst climbs out": ("typst", '#read("../../settings.py")'),
    "typst asks for a package": ("typst", '#import "@preview/cetz:0.2.0"'),
    "typst hides its ask": ("typst", '#eval("import \\"@pre" + "view/cetz:0.2.0\\": *")'),
    "typst runs for ever": ("typst", "#let n = 0\n#while n >= 0 { n += 1 }"),
    "typst calls itself": ("typst", "#let f(x) = f(x + 1)\n#f(1)"),
    "typst fills memory": ("typst", "#let a = range(1000000000)\n#a.len()"),
    "typst breaks": ("typst", "#view.nothing"),
    "jinja climbs to object": ("html", '{{ "".__class__.__mro__[1].__subclasses__() }}'),
    "jinja takes a module": ("html", '{{ cycler.__init__.__globals__.os.popen("id").read() }}'),
    "jinja uses a format string": ("html", '{{ "{0.__class__.__mro__}".format(number) }}{{ nothing }}'),
    "jinja includes a file": ("html", '{% include "/etc/passwd" %}'),
    "jinja runs for ever": ("html", "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}"),
    "jinja fills memory": ("html", '{{ "a" * 2000000000 }}'),
    "jinja misses a name": ("html", "{{ nothing }}"),
    "jinja asks too much of range": ("html", "{% for a in range(10000000) %}{% endfor %}"),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_or_broken_template_is_refused_soon(name: str) -> None:
    began = time.monotonic()
    with pytest.raises(InputError) as refusal:
        render(*HOSTILE[name])

    assert "root:" not in refusal.value.message
    assert "/cloud_service/" not in refusal.value.message
    assert time.monotonic() - began < WALL_S + 2


@pytest.mark.slow
@pytest.mark.parametrize(
    "html",
    [
        '<img src="file:///etc/passwd"><img src="/etc/passwd">fine',
        '<link rel="stylesheet" href="file:///etc/passwd">fine',
        "<style>@font-face { font-family: x; src: url(/etc/passwd) } @import url(/etc/passwd);</style>fine",
        '<pdf:pdf src="/etc/passwd">fine',
    ],
)
def test_html_that_reaches_for_files_gets_none_of_them(html: str) -> None:
    try:
        pdf = render("html", html)
    except InputError:
        return
    assert b"root:x" not in pdf
    assert "root:" not in said(pdf)


@pytest.mark.slow
def test_html_that_reaches_for_the_network_reaches_nobody() -> None:
    import socket

    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.1)
        address = f"http://127.0.0.1:{server.getsockname()[1]}/x.png"
        with contextlib.suppress(InputError):
            render("html", f'<img src="{address}"><link rel="stylesheet" href="{address}">fine')
        with pytest.raises(TimeoutError):
            server.accept()


@pytest.mark.slow
def test_a_template_sees_none_of_our_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    from cloud_service.documents.operator_template import _environment

    monkeypatch.setenv("SECRET_KEY", "top-secret")
    monkeypatch.setenv("DATABASE_URL", "postgresql://user:password@host/db")

    assert not {"SECRET_KEY", "DATABASE_URL"} & set(_environment())


def test_a_theme_is_its_default_where_nothing_is_said() -> None:
    assert Theme() == read_theme({})


@pytest.mark.parametrize(
    ("facts", "fault"),
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
def test_a_theme_with_a_fault_is_refused_by_the_field_s_name(facts: dict[str, object], fault: str) -> None:
    with pytest.raises(InputError, match=fault):
        read_theme(facts)


def test_a_logo_as_drawing_programs_write_it_is_printed() -> None:
    logo = (
        '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="0 0 20 10">'
        "<defs><style>.a{fill:#f00}</style><linearGradient id='g'><stop stop-color='#00f'/></linearGradient>"
        '<g id="m"><rect class="a" width="9" height="9"/></g></defs>'
        '<use xlink:href="#m"/><circle cx="14" cy="5" r="4" fill="url(#g)"/></svg>'
    )

    assert "649,93" in said(invoice_pdf.render(make_paper(), read_theme({"logo_svg": logo})))


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

    assert "Danke für Ihr Vertrauen." in said(pdf)
    assert pdf != invoice_pdf.render(make_paper(), Theme())
