"""Hostile and broken templates get nowhere: no file, no network, little time and memory."""

import contextlib
import time

import pytest

from cloud_service.documents.operator_template import WALL_S
from cloud_service.documents.sandboxed_html import FORBIDDEN, TemplateError, refuse
from common.errors import InputError
from tests.cloud_service.documents.papers import text_of
from tests.cloud_service.documents.test_operator_template import render

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
    assert "root:" not in text_of(pdf)


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


@pytest.mark.parametrize("event", sorted(FORBIDDEN))
def test_what_a_template_never_needs_is_stopped_by_its_name(event: str) -> None:
    with pytest.raises(TemplateError, match=event):
        refuse(event, ())


def test_reading_a_font_is_not_stopped() -> None:
    refuse("open", ("NotoSans-Regular.ttf", "rb", 0))
