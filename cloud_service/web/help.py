"""The manual inside the console: the Markdown files of `docs/`, readable offline."""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from flask import Blueprint, Response, render_template, send_file
from markdown_it import MarkdownIt
from markupsafe import Markup

from cloud_service.web.access import signed_in
from cloud_service.web.language.sentences import gettext as _
from common.errors import NotFoundError

blueprint = Blueprint("help", __name__)
HERE = Path(__file__).parent
FOLDERS = (HERE / "manual", HERE.parents[1] / "docs")
"""Inside an installed package, and in a checkout."""
PICTURES = {".png": "image/png", ".svg": "image/svg+xml", ".jpg": "image/jpeg"}


@dataclass(frozen=True, slots=True)
class Article:
    """One page of the manual."""

    name: str
    title: str
    text: str


@lru_cache(maxsize=1)
def articles() -> dict[str, Article]:
    """All pages by name, in the order of their names, the console's own first."""
    folder = next((path for path in FOLDERS if path.is_dir()), FOLDERS[-1])
    pages = {}
    for path in sorted(folder.glob("*.md"), key=lambda file: (file.stem not in ("console", "index"), file.stem)):
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
    folder = next((path for path in FOLDERS if path.is_dir()), FOLDERS[-1]) / "pictures"
    path = folder / Path(name).name
    if path.suffix not in PICTURES or not path.is_file():
        raise NotFoundError(_("the manual has no such picture"))
    return send_file(path, mimetype=PICTURES[path.suffix], max_age=3600)


def _html(text: str) -> str:
    """Markdown to HTML; links between pages lose their `.md`."""
    html: str = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"]).render(text)
    return (
        html.replace('.md"', '"')
        .replace(".md#", "#")
        .replace('src="pictures/', 'src="/help/pictures/')
        .replace("<pre>", '<pre tabindex="0">')
    )
