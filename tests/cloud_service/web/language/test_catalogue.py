"""The catalogue holds every sentence of the sources, and a language made from it reaches every page."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest
from babel.dates import get_day_names, get_month_names
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from flask import Flask
from sqlalchemy import text

from cloud_service.documents.translations import localizer_for
from cloud_service.store.database.session import transaction
from cloud_service.web.language.locale import LANGUAGES, babel
from deploy import catalogue
from tests.cloud_service.web.bare_sentences import NOT_READ, SAME_EVERYWHERE, SPOKEN
from tests.cloud_service.web.conftest import Console

OPEN, CLOSE = "⟦", "⟧"
CONSOLE_PAGES = (
    "/dashboard", "/dashboard?range=30d", "/bills", "/bills?q=nothing&from=2026-01-01", "/bills/touched",
    "/bills/unbilled", "/payments",
    "/payments/statement", "/runs", "/runs/new", "/prepaid", "/dunning", "/shared", "/shared/new",
    "/reports/ageing", "/reports/revenue", "/reports/cash-book", "/clients", "/clients/new", "/accounts",
    "/connections", "/connections/new", "/tariffs", "/tariffs/new", "/points", "/points/new", "/meters", "/gateways",
    "/tariffs/sheet", "/setup", "/today", "/settings/entities/{entity}/calendar",
    "/support", "/support?q=amina", "/search?q=amina", "/search?q=nobody", "/audit", "/users",
    "/settings", "/settings/entities/{entity}/rates", "/settings/entities/{entity}/rates/import",
    "/settings/entities/{entity}/rates/automatic", "/settings/entities/{entity}/numbers",
    "/settings/entities/{entity}/reminders", "/settings/payments", "/statements",
    "/accounts/{A-1}/letters", "/settings/sites/new", "/settings/sites/{site}/edit",
    "/settings/entities/{entity}/edit", "/settings/entities/{entity}/bank",
    "/settings/entities/{entity}/bank/{account}",
    "/me", "/me/password", "/me/second-factor", "/nowhere",
    "/clients/{Amina}", "/clients/{Amina}/edit", "/clients/{Amina}/accounts/new",
    "/accounts/{A-1}", "/accounts/{A-1}/edit", "/accounts/{A-1}/mode", "/accounts/{A-1}/money",
    "/accounts/{A-1}/payout", "/accounts/{A-1}/statement", "/accounts/{A-2}",
    "/connections/{K-1}", "/connections/{K-1}/meter", "/connections/{K-1}/move-out", "/connections/{K-1}/owner",
    "/connections/{K-1}/tariff", "/meters/{M-1}", "/gateways/{gw-K-1}", "/points/{Lake House 1}",
    "/points/{Lake House 1}/edit", "/points/{Lake House 1}/vacancy", "/tariffs/{T-K-1}", "/tariffs/{T-K-1}/edit",
    "/payments/{R-1}", "/payments/{R-1}/back", "/bills/{INV-1}", "/bills/{INV-2}",
)  # fmt: skip
PORTAL_PAGES = ("/portal", "/portal/usage", "/portal/bills", "/portal/bills/{INV-1}", "/me", "/nowhere")
PUBLIC_PAGES = ("/sign-in", "/pay/{INV-1}", "/pay/{INV-2}?back=1", "/top-up/{A-2}", "/link", "/nowhere")
MONTHS = {name for style in ("abbreviated", "wide") for name in get_month_names(style, locale="en").values()}
DAYS = {name for style in ("abbreviated", "wide") for name in get_day_names(style, locale="en").values()}
EINVOICES = {"CII", "UBL", "EN", "XRechnung"}  # names of standards
FORMATTED = {*LANGUAGES.values(), "UTC", *MONTHS, *DAYS, *EINVOICES}
ON_PAPER = set(re.findall(r"[^\W\d_]{2,}", " ".join(localizer_for("en").section("bank").values())))  # its own catalogue
"""What Babel writes, names of languages."""
TYPED = {*NOT_READ, "textarea", "datalist"}
WORD = re.compile(r"[^\W\d_]{2,}")


def test_the_catalogue_holds_what_the_sources_say() -> None:
    with catalogue.TEMPLATE.open("rb") as file:
        written = read_po(file)

    assert _messages(catalogue.collected()) == _messages(written), "make catalogue"


def _messages(messages: Catalog) -> set[tuple[object, str | None]]:
    return {(message.id, message.context) for message in messages if message.id}


def test_a_new_language_begins_with_every_sentence_and_keeps_what_is_translated(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sources = catalogue.collected()
    monkeypatch.setattr(catalogue, "FOLDER", tmp_path)
    monkeypatch.setattr(catalogue, "collected", lambda: sources)
    path = catalogue.add("sw")
    path.write_text(
        path.read_text().replace('msgid "Nothing is open."\nmsgstr ""', 'msgid "Nothing is open."\nmsgstr "X"')
    )
    catalogue.add("sw")

    with path.open("rb") as file:
        translated = read_po(file)
    assert "X" == translated["Nothing is open."].string
    assert _messages(sources) == _messages(translated)
    assert [path.with_suffix(".mo")] == catalogue.compile_all(tmp_path)


@pytest.fixture(scope="module")
def bracketed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a catalogue in which every English sentence stands in brackets."""
    folder = tmp_path_factory.mktemp("translations")
    pseudo = Catalog(locale="en")
    for message in catalogue.collected():
        if message.id:
            forms = message.id if isinstance(message.id, list | tuple) else [message.id]
            strings = tuple(f"{OPEN}{form}{CLOSE}" for form in forms)
            pseudo.add(message.id, strings if len(strings) > 1 else strings[0], context=message.context)
    path = folder / "en" / "LC_MESSAGES" / "messages.mo"
    path.parent.mkdir(parents=True)
    with path.open("wb") as file:
        write_mo(file, pseudo)
    return folder


@pytest.fixture
def in_brackets(console: Console, bracketed: Path) -> Iterator[Flask]:
    """The console in the bracketed language."""
    folders = console.app.extensions["babel"].translation_directories
    shipped = list(folders)
    with console.app.app_context():
        cache = babel.domain_instance.cache
    folders[:] = [str(bracketed)]
    cache.clear()
    yield console.app
    folders[:] = shipped
    cache.clear()


class _Texts(HTMLParser):
    """What a page says: its text with the brackets, in order, and each spoken attribute."""

    def __init__(self) -> None:
        super().__init__()
        self.said: list[str] = []
        self.attributes: list[str] = []
        self.silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.silent += tag in TYPED
        self.attributes += [value or "" for name, value in attrs if name in SPOKEN]

    def handle_endtag(self, tag: str) -> None:
        self.silent -= tag in TYPED

    def handle_data(self, data: str) -> None:
        self.said += [] if self.silent else [data]


def outside_brackets(said: str) -> str:
    """What stands in no bracket; brackets may stand in brackets, where a sentence has a gap for another."""
    outside, depth = [], 0
    for sign in said:
        depth += (sign == OPEN) - (sign == CLOSE)
        outside.append(sign if depth == 0 else " ")
    return "".join(outside)


def bare_words(page: str, data: set[str]) -> set[str]:
    """The words of a page that come neither out of the catalogue nor out of the database."""
    texts = _Texts()
    texts.feed(page)
    said = outside_brackets(" ".join([*texts.said, ""])) + " ".join(
        outside_brackets(value) for value in texts.attributes
    )
    return set(WORD.findall(said)) - data - SAME_EVERYWHERE - FORMATTED - ON_PAPER


def words_of(console: Console) -> set[str]:
    """Every word that stands in a row of the database."""
    names = (
        "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public' AND table_type = 'BASE TABLE'"
    )
    with transaction(console.engine) as session:
        tables = session.scalars(text(names)).all()
        rows = [session.scalars(text(f'SELECT to_jsonb(r)::text FROM "{table}" r')).all() for table in tables]
    return {word for table in rows for row in table for word in WORD.findall(row)}


@pytest.mark.parametrize(
    ("who", "pages"),
    [
        pytest.param("root", CONSOLE_PAGES, marks=pytest.mark.slow, id="console"),
        pytest.param("amina", PORTAL_PAGES, id="portal"),
        pytest.param("", PUBLIC_PAGES, id="public"),
    ],
)
def test_no_page_says_anything_past_the_catalogue(
    console: Console, in_brackets: Flask, who: str, pages: tuple[str, ...]
) -> None:
    client = console.sign_in(who) if who else console.visitor()
    data = words_of(console) | set(WORD.findall(str(console.app.extensions["settings"])))
    bare = {}
    for page in pages:
        answer = client.get(re.sub(r"\{([^}]+)\}", lambda name: str(console.ids[name[1]]), page))
        assert (404 if page == "/nowhere" else 200) == answer.status_code, (page, answer.location)
        bare[page] = bare_words(answer.text, data)

    assert {} == {page: words for page, words in bare.items() if words}


def test_a_word_past_the_catalogue_is_seen() -> None:
    page = f'<h1 title="Go back">{OPEN}Bill {OPEN}late{CLOSE} INV-1{CLOSE}</h1><p>Amina owes</p><code>make</code>'

    assert {"Go", "back", "owes"} == bare_words(page, {"Amina"})
