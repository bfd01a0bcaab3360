"""Which column of a file is which of ours: by name, by what was said for a file like it before, by what is said now."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

from cloud_service.sheets.heads.columns import SheetKind, head_key
from common.errors import InputError

LEFT_OUT = "-"


@dataclass(frozen=True, slots=True)
class HeadMatch:
    """Our key -> place in the file's head; and what of the head means nothing to us."""

    places: Mapping[str, int]
    left_out: tuple[str, ...]


def head_signature(head: tuple[str, ...]) -> str:
    """Equal for files with the same columns in the same order, however they are spelt."""
    return hashlib.sha256("\n".join(map(head_key, head)).encode()).hexdigest()[:32]


def match_head(head: tuple[str, ...], kind: SheetKind, said: Mapping[str, str]) -> HeadMatch:
    """Match a head; `said` is our key -> the file's name (`-`: none). InputError where a needed column is missing."""
    places = _said_places(head, kind, said)
    taken = set(places.values())
    for column in kind.columns:
        if column.key in said:
            continue
        fits = [at for at, name in enumerate(head) if at not in taken and head_key(name) in column.names]
        if fits:
            places[column.key] = fits[0]
            taken.add(fits[0])
    left_out = tuple(name for at, name in enumerate(head) if name and at not in taken)
    return HeadMatch(places, left_out)


def refuse_missing(match: HeadMatch, kind: SheetKind, constants: Mapping[str, str]) -> None:
    """A row can't be read without what is needed of it."""
    missing = [key for key in kind.needed if key not in match.places and key not in constants]
    if missing:
        names = {column.key: column.title for column in kind.columns}
        raise InputError(
            f"it has no column for {names[missing[0]]!r}", path="columns",
            hint=f"it has: {', '.join(match.left_out) or 'nothing else'}; say which: {missing[0]}=NAME",
        )  # fmt: skip


def _said_places(head: tuple[str, ...], kind: SheetKind, said: Mapping[str, str]) -> dict[str, int]:
    places = {}
    by_name = {head_key(name): at for at, name in reversed(list(enumerate(head)))}
    for key, name in said.items():
        if key not in kind.keys:
            raise InputError(f"{key!r} is no column of this sheet", path="columns", hint=", ".join(kind.keys))
        if name == LEFT_OUT:
            continue
        if head_key(name) not in by_name:
            raise InputError(f"it has no column {name!r}", path="columns", hint=", ".join(filter(None, head)))
        places[key] = by_name[head_key(name)]
    return places
