"""Values with days `[from, until)` that follow each other: rates of a tax, factors of a conversion."""

from collections.abc import Sequence
from datetime import date
from typing import Protocol

from common.errors import InputError


class Dated(Protocol):
    """Something that is valid on some days."""

    @property
    def start(self) -> date | None:
        """First day; none means ever."""
        ...

    @property
    def until(self) -> date | None:
        """First day after it; none means until further notice."""
        ...


def check_days(start: date | None, until: date | None, path: str) -> None:
    """Refuse days that end before they begin."""
    if start is not None and until is not None and until <= start:
        raise InputError(f"{until} is not after {start}", path=path, hint="the end is exclusive")


def apart(first: Dated, second: Dated) -> bool:
    """Whether no day has both."""
    return (first.until is not None and second.start is not None and first.until <= second.start) or (
        second.until is not None and first.start is not None and second.until <= first.start
    )


def check_dated(entries: Sequence[Dated], path: str) -> None:
    """Refuse two entries that are valid on the same day: which of them counts would be a guess."""
    for index, entry in enumerate(entries):
        check_days(entry.start, entry.until, f"{path}[{index}].until")
        for before, other in enumerate(entries[:index]):
            if not apart(entry, other):
                raise InputError(
                    f"{path.rsplit('.', 1)[-1]}[{before}] is valid on the same days",
                    path=f"{path}[{index}].from",
                    hint="end the older one with `until`",
                )
