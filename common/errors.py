"""Everything that can go wrong, as one tree.

EnergyError
├── InputError          what we were given is wrong: asking again will not help
│   └── DecodeError     bytes that are not what they claim to be
├── NotFoundError       the thing that was named does not exist
├── ForbiddenError      the caller may not do this
├── ConflictError       a fair request that does not fit the present state
└── UnavailableError    something outside did not answer: ask again later

Each error says what happened (`message`), where (`path`: file, line, field or topic) and what to do (`hint`).
Only the doors (`web/errors.py`, the command lines) turn an error into a page, a JSON body or an exit code.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


class EnergyError(Exception):
    """Base of all our errors; carries facts for people and for machines."""

    code = "error"
    exit_code = 1
    retry = False

    def __init__(self, message: str, *, path: str = "", hint: str = "", code: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.path = path
        self.hint = hint
        if code:
            self.code = code

    def as_json(self) -> dict[str, Any]:
        """The `{"error": …}` body that every `--json` command and the API print."""
        fields = {"code": self.code, "message": self.message, "path": self.path, "hint": self.hint}
        return {"error": {key: value for key, value in fields.items() if value or key != "hint"}}

    def __str__(self) -> str:
        where = f"{self.path}: " if self.path else ""
        hint = f" ({self.hint})" if self.hint else ""
        return f"{where}{self.message}{hint}"


class InputError(EnergyError):
    """What we were given is wrong: asking again will not help."""

    code = "bad_input"


class DecodeError(InputError):
    """Bytes that are not what they claim to be."""

    code = "bad_frame"


class NotFoundError(EnergyError):
    """The thing that was named does not exist."""

    code = "not_found"
    exit_code = 3


class ForbiddenError(EnergyError):
    """The caller may not do this."""

    code = "forbidden"
    exit_code = 4


class ConflictError(EnergyError):
    """A fair request that does not fit the present state."""

    code = "conflict"


class UnavailableError(EnergyError):
    """Something outside did not answer: ask again later."""

    code = "unavailable"
    exit_code = 5
    retry = True


@contextmanager
def at_field(path: str) -> Iterator[None]:
    """What is refused inside is said at this field: who refuses it knows none, or names it otherwise."""
    try:
        yield
    except EnergyError as error:
        error.path = path
        raise
