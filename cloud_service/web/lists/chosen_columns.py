"""The columns of a list as the person of this request chose them: which, in which order, how many rows a page."""

from collections.abc import Sequence
from dataclasses import replace

from flask import g
from flask_login import current_user
from werkzeug.datastructures import MultiDict

from cloud_service.store.identity.list_choices import ChosenColumns, choice_of
from cloud_service.web.database import session
from cloud_service.web.language.sentences import gettext as _
from cloud_service.web.lists.column import Column
from common.errors import InputError

SIZES = (25, 50, 100, 250)
COLUMNS_MAX, KEY_MAX = 60, 40


def own_choice(page: str) -> ChosenColumns:
    """What the person chose, read once a request."""
    choices: dict[str, ChosenColumns] = g.setdefault("list_choices", {})
    if page not in choices:
        signed_in = current_user and current_user.is_authenticated
        choices[page] = choice_of(session(), current_user.id, page) if signed_in else ChosenColumns()
    return choices[page]


def columns_in_order(columns: Sequence[Column], choice: ChosenColumns) -> list[Column]:
    """All columns: the chosen ones first, in the chosen order and on screen, then the others, which are not."""
    by_key = {column.key: column for column in columns}
    chosen = [key for key in choice.columns if key in by_key]
    if not chosen:
        return list(columns)
    others = [column for column in columns if column.key not in chosen]
    return [
        *(replace(by_key[key], on_screen=True) for key in chosen),
        *(replace(column, on_screen=False) for column in others),
    ]


def typed_choice(form: "MultiDict[str, str]") -> ChosenColumns:
    """What the form says: ticked columns by the numbers beside them; of equal ones the changed one comes first."""
    ticked = [key for key in form.getlist("columns")[:COLUMNS_MAX] if key and len(key) <= KEY_MAX]
    if not ticked:
        raise InputError(_("a list has at least one column"), path="columns")
    size = form.get("size", "")
    return ChosenColumns(
        sorted(dict.fromkeys(ticked), key=lambda key: _place(form, key)),
        int(size) if size.isdecimal() and int(size) in SIZES else SIZES[0],
    )


def _place(form: "MultiDict[str, str]", key: str) -> tuple[int, bool]:
    typed = form.get(f"place.{key}", "")
    usable = typed.isascii() and typed.isdecimal() and len(typed) <= 3  # noqa: PLR2004 - three digits
    return int(typed) if usable else COLUMNS_MAX, typed == form.get(f"was.{key}", "")
