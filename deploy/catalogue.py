"""Collect the sentences of pages and views: `python deploy/catalogue.py` (or `make catalogue`) writes messages.pot.

`python deploy/catalogue.py add sw` starts the catalogue of a language from it, or brings one up to date;
`python deploy/catalogue.py compile` makes the files that the application reads from those that translators write.
"""

import sys
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parents[1]
SOURCES = ("cloud_service/web", "cloud_service/payments")
FOLDER = ROOT / "cloud_service" / "web" / "translations"
TEMPLATE = FOLDER / "messages.pot"
METHODS = [("**/templates/**.html", "jinja2"), ("**.py", "python")]
OPTIONS = {"**/templates/**.html": {"trimmed": "true", "silent": "false", "newstyle_gettext": "true"}}
PLURAL, IN_CONTEXT = (1, 2), ((1, "c"), 2)
KEYWORDS = {
    "_": None, "gettext": None, "_l": None, "lazy_gettext": None,
    "ngettext": PLURAL, "_ln": PLURAL, "lazy_ngettext": PLURAL,
    "pgettext": IN_CONTEXT, "lazy_pgettext": IN_CONTEXT,
}  # fmt: skip


def collected() -> Catalog:
    """Every sentence of the sources, with the files that say it."""
    catalogue = Catalog(project="energy-billing", charset="utf-8", fuzzy=False)
    catalogue.header_comment = "# The sentences of console, portal, support desk and payment pages."
    catalogue.creation_date = datetime(2026, 1, 1, tzinfo=UTC)  # no clock in the file: the same sources, the same bytes
    for source in SOURCES:
        messages = extract_from_dir(
            ROOT / source, METHODS, OPTIONS, keywords=KEYWORDS, comment_tags=("translators:",), strip_comment_tags=True
        )
        for name, _line, message, comments, context in messages:
            catalogue.add(message, None, [(f"{source}/{name}", 0)], auto_comments=comments, context=context)
    return catalogue


def write(catalogue: Catalog, path: Path) -> None:
    """The catalogue as text, in the alphabet's order."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        write_po(file, catalogue, width=120, sort_output=True, include_lineno=False, ignore_obsolete=True)


def add(language: str) -> Path:
    """Start or renew the catalogue of a language."""
    path = FOLDER / language / "LC_MESSAGES" / "messages.po"
    catalogue = Catalog(locale=language)
    if path.exists():
        with path.open("rb") as file:
            catalogue = read_po(file, locale=language)
    catalogue.update(collected(), no_fuzzy_matching=True)
    write(catalogue, path)
    return path


def compile_all(folder: Path = FOLDER) -> list[Path]:
    """Make `messages.mo` beside each `messages.po`."""
    compiled = []
    for path in sorted(folder.glob("*/LC_MESSAGES/messages.po")):
        with path.open("rb") as source, path.with_suffix(".mo").open("wb") as target:
            write_mo(target, read_po(source, locale=path.parts[-3]))
        compiled.append(path.with_suffix(".mo"))
    return compiled


def main(arguments: list[str]) -> None:
    """Do what the command line says."""
    match arguments:
        case []:
            write(collected(), TEMPLATE)
            print(TEMPLATE)
        case ["add", language]:
            print(add(language))
        case ["compile"]:
            print(*compile_all(), sep="\n")
        case _:
            sys.exit(__doc__)


if __name__ == "__main__":
    main(sys.argv[1:])
