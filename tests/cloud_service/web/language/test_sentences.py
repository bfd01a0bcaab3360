from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from flask import Flask, render_template_string
from markupsafe import Markup

from cloud_service.web.language import locale
from cloud_service.web.language.sentences import gettext, lazy_gettext, lazy_ngettext, lazy_pgettext, ngettext, pgettext


@pytest.fixture
def swahili(tmp_path: Path) -> Iterator[Flask]:
    """An application with a few sentences of another language, as it would find them on disk."""
    catalogue = Catalog(locale="sw")
    catalogue.add("Paid", "Imelipwa")
    catalogue.add("%(name)s is a client now.", "%(name)s ni mteja sasa.")
    catalogue.add(("%(num)s bill", "%(num)s bills"), ("bili %(num)s", "bili %(num)s zote"))
    catalogue.add("Open", "Wazi", context="state")
    path = tmp_path / "sw" / "LC_MESSAGES" / "messages.mo"
    path.parent.mkdir(parents=True)
    with path.open("wb") as file:
        write_mo(file, catalogue)
    app = Flask("sentences")
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = str(tmp_path)
    locale.init_app(app)
    with app.app_context():
        cache = locale.babel.domain_instance.cache
    cache.clear()
    yield app
    cache.clear()


def test_a_sentence_is_said_in_the_readers_language_and_in_english_where_it_has_none(swahili: Flask) -> None:
    with swahili.test_request_context(headers={"Cookie": "language=sw"}):
        assert "Amina ni mteja sasa." == gettext("%(name)s is a client now.", name="Amina")
        assert "Nothing is open." == gettext("Nothing is open.")
    with swahili.test_request_context(headers={"Cookie": "language=de"}):
        assert "Amina is a client now." == gettext("%(name)s is a client now.", name="Amina")


def test_a_count_takes_the_form_of_the_language(swahili: Flask) -> None:
    with swahili.test_request_context(headers={"Cookie": "language=sw"}):
        assert ["bili 1", "bili 2 zote"] == [ngettext("%(num)s bill", "%(num)s bills", count) for count in (1, 2)]
    with swahili.test_request_context(headers={"Cookie": "language=en"}):
        assert ["1 bill", "0 bills"] == [ngettext("%(num)s bill", "%(num)s bills", count) for count in (1, 0)]


def test_a_word_of_two_meanings_is_told_apart_by_its_context(swahili: Flask) -> None:
    with swahili.test_request_context(headers={"Cookie": "language=sw"}):
        assert ("Wazi", "Open") == (pgettext("state", "Open"), gettext("Open"))
        assert "Wazi" == str(lazy_pgettext("state", "Open"))


def test_what_is_described_at_import_speaks_each_readers_language(swahili: Flask) -> None:
    paid, plural = lazy_gettext("Paid"), lazy_ngettext("%(num)s bill", "%(num)s bills")

    assert "Paid" == str(paid)
    with swahili.test_request_context(headers={"Cookie": "language=sw"}):
        assert ("Imelipwa", "bili 5 zote") == (str(paid), plural(5))


def test_a_lazy_sentence_is_escaped_on_a_page_like_any_text(swahili: Flask) -> None:
    with swahili.test_request_context(headers={"Cookie": "language=en"}):
        assert "Bakery &amp; Söhne" == render_template_string("{{ label }}", label=lazy_gettext("Bakery & Söhne"))


def test_what_fills_a_gap_of_a_templates_sentence_is_escaped(swahili: Flask) -> None:
    with swahili.test_request_context(headers={"Cookie": "language=en"}):
        page = render_template_string('{{ _("<b>%(name)s</b> owes", name=name) }}', name="<script>")

    assert Markup("<b>&lt;script&gt;</b> owes") == page
