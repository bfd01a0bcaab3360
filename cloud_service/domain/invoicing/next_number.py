"""Numbers that people use: the one after the last, in its manner."""

import re

from common.errors import InputError


def following(last: str, first: str) -> str:
    """The number after the last one: C-1009 -> C-1010; `first` where there is none to follow."""
    if not last:
        return first
    counted = re.fullmatch(r"(.*?)(\d+)", last)
    if counted is None:
        return f"{last}-1"
    return f"{counted[1]}{int(counted[2]) + 1:0{len(counted[2])}}"


def whole_number(text: str, path: str) -> int:
    """A count as a person types it."""
    if not text.isascii() or not text.strip().isdecimal():
        raise InputError(f"{text!r} is not a whole number", path=path)
    return int(text)
