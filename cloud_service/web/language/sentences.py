"""Sentences that people read: the English one is the key, a catalogue of the reader's language may have another.

A view imports `gettext as _`, `lazy_gettext as _l` and `ngettext` from here; templates have `_`, `ngettext`, `pgettext`
and `{% trans %}`. Sentences are whole and written out where they are said, with named gaps:
`_("%(name)s is a client now.", name=name)`; `make catalogue` collects them in `translations/messages.pot`.
"""

from typing import Any, cast

import flask_babel
from flask_babel.speaklater import LazyString
from markupsafe import Markup, escape


class LazySentence(LazyString):  # type: ignore[misc]  # Flask-Babel ships no types
    """A sentence whose language is chosen each time it is shown; on a page it is escaped like any other text."""

    def __html__(self) -> Markup:
        return escape(str(self))


def gettext(sentence: str, /, **values: Any) -> str:
    """The sentence in the reader's language, `%(name)s` filled from `values`."""
    return str(flask_babel.gettext(sentence, **values))


def ngettext(singular: str, plural: str, count: int, /, **values: Any) -> str:
    """The form that fits `count` in the reader's language; `%(num)s` is the count unless `values` say otherwise."""
    return str(flask_babel.ngettext(singular, plural, count, **values))


def pgettext(context: str, sentence: str, /, **values: Any) -> str:
    """Like `gettext`, for a word that other languages tell apart: `context` says which is meant."""
    return str(flask_babel.pgettext(context, sentence, **values))


def lazy_gettext(sentence: str, /, **values: Any) -> str:
    """For descriptions made at import, before there is a reader. Not a `str`, but used like one."""
    return cast("str", LazySentence(gettext, sentence, **values))


def lazy_pgettext(context: str, sentence: str, /) -> str:
    """The same with a context."""
    return cast("str", LazySentence(pgettext, context, sentence))


class LazyPlural:
    """A word whose form depends on a number that is known later: `plural(3)`."""

    def __init__(self, singular: str, plural: str) -> None:
        self.singular, self.plural = singular, plural

    def __call__(self, count: int) -> str:
        """The form for `count`, in the reader's language."""
        return ngettext(self.singular, self.plural, count)


def lazy_ngettext(singular: str, plural: str, /) -> LazyPlural:
    """For descriptions made at import: called with the count when it is shown."""
    return LazyPlural(singular, plural)
