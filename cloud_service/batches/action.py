"""What an action on many rows is: its name, what it does to one row, whether a second person has to agree."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from cloud_service.store.database.session import Session
from common.errors import InputError
from common.period import parse_day


@dataclass(frozen=True, slots=True)
class BatchOrder:
    """What was asked for: the values of the form as text, who asks, on which day, and what time it is."""

    values: Mapping[str, str]
    author: str
    day: date
    now: datetime

    @property
    def reason(self) -> str:
        """Why, as typed."""
        return self.values.get("reason", "")

    def text(self, key: str) -> str:
        """A value, empty where none was typed."""
        return self.values.get(key, "")

    def needed(self, key: str) -> str:
        """A value that must be there."""
        if not (value := self.text(key)):
            raise InputError("fill this in", path=key)
        return value

    def date(self, key: str) -> date:
        """A day that must be there."""
        return parse_day(self.needed(key), key)

    def number(self, key: str) -> int | None:
        """A whole number, None where none was typed."""
        value = self.text(key)
        if value and not (value.isascii() and value.isdecimal()):
            raise InputError(f"{value!r} is not a whole number", path=key)
        return int(value) if value else None


@dataclass(frozen=True, slots=True)
class RowChange:
    """What an action changes of a row, in the words of the data: tariff codes, days, addresses."""

    before: str
    after: str


@dataclass(frozen=True, slots=True)
class BatchAction:
    """`do` changes one row in the caller's transaction or refuses it; `approval`: by a second person only."""

    key: str
    do: Callable[[Session, int, BatchOrder], RowChange]
    approval: bool = False
