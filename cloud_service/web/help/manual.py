"""The manual inside the console: the Markdown files of `docs/`, readable offline."""

import io
import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from flask import Blueprint, Response, render_template, send_file
from markdown_it import MarkdownIt
from markupsafe import Markup

from cloud_service.web.access import signed_in
from cloud_service.web.help.manual_folder import example_files, manual_folder
from cloud_service.web.language.sentences import gettext as _
from common.errors import NotFoundError

blueprint = Blueprint("help", __name__)
FIRST = ("console", "start", "first-day")
TO_PAGE = re.compile(r'href="([a-z-]+)\.md(#[^"]*)?"')
PICTURES = {".png": "image/png", ".svg": "image/svg+xml", ".jpg": "image/jpeg"}


@dataclass(frozen=True, slots=True)
class Article:
    """One page of the manual."""

    name: str
    title: str
    text: str


@lru_cache(maxsize=1)
def articles() -> dict[str, Article]:
    """All pages by name: those to begin with, then the others in the order of their names."""
    pages = {}
    for path in sorted(manual_folder().glob("*.md"), key=lambda file: (_place(file.stem), file.stem)):
        text = path.read_text(encoding="utf-8")
        title = next((line.lstrip("# ").strip() for line in text.splitlines() if line.startswith("#")), path.stem)
        pages[path.stem] = Article(path.stem, title, text)
    return pages


@blueprint.get("/help")
@blueprint.get("/help/<name>", endpoint="article")
@signed_in
def index(name: str = "") -> str:
    """One page of the manual beside the list of all."""
    pages = articles()
    page = pages.get(name) if name else next(iter(pages.values()), None)
    if page is None and name:
        raise NotFoundError(_("the manual has no such page"))
    body = Markup(_html(page.text)) if page else ""  # noqa: S704 - our own files; raw HTML in them is shown as text
    return render_template("help.html", articles=pages.values(), page=page, body=body)


@blueprint.get("/help/pictures/<name>")
@signed_in
def picture(name: str) -> Response:
    """A picture of the manual."""
    path = manual_folder() / "pictures" / Path(name).name
    if path.suffix not in PICTURES or not path.is_file():
        raise NotFoundError(_("the manual has no such picture"))
    return send_file(path, mimetype=PICTURES[path.suffix], max_age=3600)


@blueprint.get("/help/first-day/<name>")
@signed_in
def example(name: str) -> Response:
    """A file that the page of the first day works with, to be kept."""
    path = next((file for file in example_files() if file.name == name), None)
    if path is None:
        raise NotFoundError(_("the manual has no such file"))
    return send_file(io.BytesIO(path.read_bytes()), as_attachment=True, download_name=name, max_age=3600)


def _place(name: str) -> int:
    return FIRST.index(name) if name in FIRST else len(FIRST)


def _html(text: str) -> str:
    """Markdown to HTML; links to other pages and to files lead there from wherever the page is shown."""
    html: str = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"]).render(text)
    html = TO_PAGE.sub(r'href="/help/\1\2"', html)
    return (
        html.replace('href="first-day/', 'href="/help/first-day/')
        .replace('src="pictures/', 'src="/help/pictures/')
        .replace("<pre>", '<pre tabindex="0">')
    )
