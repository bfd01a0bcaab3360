"""A form from a description: what was typed, as values; what is wrong, said at its field; nothing half stored.

A view describes its fields, says what to do with them and hands both to `answer`: the page shows the form, a sent form
is read, done and committed as one, or comes back with what was typed and why it was refused.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from itertools import groupby
from typing import Any

from flask import flash, render_template, request
from markupsafe import Markup, escape
from werkzeug.wrappers import Response

from cloud_service.store.database.errors import REFUSALS, field_of, reason_of
from cloud_service.web.database import session
from cloud_service.web.language.sentences import gettext as _
from cloud_service.web.language.typed_numbers import number_as_typed, typed_number
from common.errors import ConflictError, EnergyError, InputError
from common.period import is_in_calendar

EMAIL = re.compile(r"[^\s@]+@[^\s@]+")
WORDS = ("text", "email", "lines", "document", "choice", "code", "password")
"""Kinds that are an empty text where nothing was typed."""
Options = Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Field:
    """One field.

    Kinds: text, email, lines, document, date, moment, amount, number, choice, code (one of many, typed as it is or by
    its name), tick, file, index, and password, which is never sent to a browser.
    """

    key: str
    label: str
    kind: str = "text"
    hint: str = ""
    required: bool = False
    options: Options = ()
    group: str = ""
    longest: int = 200

    @property
    def wide(self) -> bool:
        """Whether it takes a row of its own."""
        return self.kind in ("lines", "document", "file", "tick")


@dataclass(frozen=True, slots=True)
class FormPage:
    """What stands around the fields: heading, where it belongs, the button, a word on what it does."""

    title: str
    back: tuple[str, str]
    submit: str
    note: str = ""
    icon: str = "check"


@dataclass
class Form:
    """Fields with what is in them (`shown`), what they mean (`values`) and what is wrong with them (`errors`)."""

    fields: Sequence[Field]
    initial: Mapping[str, Any] = field(default_factory=dict)
    values: dict[str, Any] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)
    typed: dict[str, str] = field(default_factory=dict)  # what stands in a field instead of what was sent

    def __getitem__(self, key: str) -> Any:
        return self.values[key]

    def shown(self, key: str) -> str:
        """What stands in the field: as typed, else what is stored."""
        if request.method == "POST":
            return self.typed.get(key, request.form.get(key, ""))
        return _as_text(self.initial.get(key))

    def groups(self) -> Iterator[tuple[str, list[Field]]]:
        """The fields under their headings, in their order."""
        for group, fields in groupby(self.fields, key=lambda form_field: form_field.group):
            yield group, list(fields)

    def read(self) -> bool:
        """Take what was sent; whether all of it can be used."""
        for form_field in self.fields:
            try:
                self.values[form_field.key] = _value(form_field, self.shown(form_field.key))
            except InputError as error:
                self.errors[form_field.key] = _sentence(error)
        return not self.errors

    def refuse(self, error: BaseException) -> None:
        """Say at the field what was refused; at the top where it belongs to none."""
        where = (error.path if isinstance(error, EnergyError) else field_of(error)).removeprefix("--")
        keys = {form_field.key for form_field in self.fields}
        key = where if where in keys else where.partition(".")[0].partition("[")[0]
        text = self.sentence(error)
        if key in keys:
            self.errors[key] = text
        else:
            self.errors[""] = f"{where}: {text}" if where else text

    @staticmethod
    def sentence(error: BaseException) -> str:
        """What was refused and what to do, for a person."""
        return _sentence(error if isinstance(error, EnergyError) else ConflictError(reason_of(error, detail=False)))


def answer(
    form: Form, page: FormPage, do: Callable[[], Response | str], *, template: str = "form.html", **values: Any
) -> Response | str | tuple[str, int]:
    """Show the form; when it was sent and can be used, do it in one transaction. 422 with the reasons otherwise."""
    if request.method == "POST" and form.read():
        try:
            done = do()
            session().commit()
        except REFUSALS as error:
            session().rollback()
            form.refuse(error)
        else:
            return done
    return render_template(template, form=form, page=page, **values), 422 if form.errors else 200


def _value(form_field: Field, typed: str) -> Any:
    if form_field.kind == "tick":
        return typed == "yes"
    if form_field.kind == "file":
        sent = request.files.get(form_field.key)
        return sent if sent is not None and sent.filename else None
    text = typed.replace("\r\n", "\n").strip()
    if not text:
        if form_field.required:
            raise InputError(_("fill this in"))
        return "" if form_field.kind in WORDS else None
    if len(text) > form_field.longest and form_field.kind != "document":
        raise InputError(_("at most %(characters)s characters", characters=form_field.longest))
    return READERS.get(form_field.kind, _plain_text)(form_field, text)


def _plain_text(_field: Field, text: str) -> str:
    if any(ord(sign) < 32 for sign in text):  # noqa: PLR2004 - control characters of ASCII
        raise InputError(_("there is a control character in it"))
    return text


def _moment(_field: Field, text: str) -> datetime:
    try:
        moment: datetime | None = datetime.fromisoformat(text).replace(tzinfo=None)
    except ValueError:
        moment = None
    if moment is None or not is_in_calendar(moment):
        raise InputError(_("%(text)r is not a day and time", text=text), hint=_("for example 2026-11-20T10:30"))
    return moment


def _number(_field: Field, text: str) -> int:
    if not text.isascii() or not text.isdecimal():
        raise InputError(_("%(text)r is not a whole number", text=text))
    return int(text)


def _email(_field: Field, text: str) -> str:
    if not EMAIL.fullmatch(text):
        raise InputError(_("%(text)r is not an e-mail address", text=text))
    return text


def _choice(form_field: Field, text: str) -> str:
    if text not in dict(form_field.options):
        raise InputError(_("choose one of the list"))
    return text


def _code(form_field: Field, text: str) -> str:
    """A code typed as it is, or by a name that is one's alone (Austria, Vienna); else what was typed."""
    typed = text.casefold()
    codes = {
        code
        for code, name in form_field.options
        if typed in (code.casefold(), name.casefold(), name.rpartition("/")[2].casefold())
    }
    return codes.pop() if len(codes) == 1 else _plain_text(form_field, text)


READERS: dict[str, Callable[[Field, str], Any]] = {
    "email": _email,
    "lines": lambda _field, text: text,
    "document": lambda _field, text: text,
    "date": lambda _field, text: parse_day(text),
    "moment": _moment,
    "amount": lambda _field, text: typed_number(text),
    "number": _number,
    "choice": _choice,
    "code": _code,
}


def _sentence(error: EnergyError) -> str:
    said = f"{error.message} ({error.hint})" if error.hint else error.message
    return said[:1].upper() + said[1:]


def _as_text(value: Any) -> str:
    """As it stands in a field; a number as its reader would type it."""
    if value is None or value is False:
        return ""
    if value is True:
        return "yes"
    return number_as_typed(value) if isinstance(value, Decimal) else str(value)


def say_changed(names: Sequence[str]) -> None:
    """Tell on the next page which fields were changed."""
    flash(_("Changed: %(names)s.", names=", ".join(names)) if names else _("Nothing was changed."), "success")


def say_next(message: str, address: str, label: str) -> None:
    """Tell on the next page what was done, with a link to what comes next."""
    link = Markup('<a href="{}">{}</a>').format(address, label)
    flash(Markup(" ").join((escape(message), link)), "success")


def parse_day(text: str, path: str = "") -> date:
    """A civil day as the browser sends it: 2026-11-20. InputError at `path` where it is none."""
    if not text:
        raise InputError(_("a day is missing"), path=path, hint=_("for example 2026-11-20"))
    try:
        day: date | None = date.fromisoformat(text)
    except ValueError:
        day = None
    if day is None or not is_in_calendar(day):
        raise InputError(_("'%(text)s' is not a day", text=text), path=path, hint=_("for example 2026-11-20"))
    return day


def typed_reason() -> str:
    """Why something is done, as typed beside its button; empty where nothing was."""
    return request.form.get("reason", "").strip()
