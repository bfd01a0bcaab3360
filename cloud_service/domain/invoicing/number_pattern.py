"""How a series writes its numbers: a prefix, which may hold the year, and a count with leading zeros."""

import re
from dataclasses import dataclass

from common.errors import InputError

DEFAULTS = {"invoice": "INV-{year}-", "credit_note": "CN-{year}-", "receipt": "RC-{year}-"}
"""What kinds of documents are numbered, and how unless somebody said otherwise."""
LONGEST = 20
DIGITS_MAX = 12
NUMBER_MAX = 10**DIGITS_MAX - 1
YEAR = re.compile(r"\{year\}|\{yy\}")
SIGNS = re.compile(r"[\w ./#-]*")


@dataclass(frozen=True, slots=True)
class SeriesManner:
    """How a series goes on: its pattern, leading zeros up to `digits`, its next number, anew each year or not."""

    pattern: str
    digits: int
    next_number: int
    yearly: bool


def check(manner: SeriesManner) -> None:
    """InputError where numbers could not be told apart or not be printed."""
    bare = YEAR.sub("", manner.pattern)
    if len(manner.pattern) > LONGEST or not SIGNS.fullmatch(bare) or bare != bare.strip():
        raise InputError(
            f"{manner.pattern!r} cannot stand before a number", path="pattern",
            hint=f"letters, digits, - . / # and spaces within, {{year}} or {{yy}}, at most {LONGEST} signs",
        )  # fmt: skip
    if manner.yearly != bool(YEAR.search(manner.pattern)):
        raise InputError(
            "numbers that begin anew each year need the year in them" if manner.yearly
            else "a series that goes on over the years has no year in it",
            path="pattern", hint="for example INV-{year}- anew each year, INV- for one that goes on",
        )  # fmt: skip
    if not 1 <= manner.digits <= DIGITS_MAX:
        raise InputError(f"{manner.digits} digits cannot be", path="digits", hint=f"1 to {DIGITS_MAX}")
    if not 1 <= manner.next_number <= NUMBER_MAX:
        raise InputError(f"{manner.next_number} cannot be the next number", path="next_number", hint="1 or more")


def prefix_in(pattern: str, year: int) -> str:
    """What stands before the count in a year."""
    return pattern.replace("{year}", str(year)).replace("{yy}", f"{year % 100:02d}")


def numbered(prefix: str, number: int, digits: int) -> str:
    """A number of the series as it is printed."""
    return f"{prefix}{number:0{digits}d}"


def may_be_confused(prefix: str, other: str) -> bool:
    """Whether two prefixes could make one and the same number: the longer one goes on with digits only."""
    shorter, longer = sorted((prefix, other), key=len)
    rest = longer[len(shorter) :]
    return longer.startswith(shorter) and (not rest or rest.isdecimal())
