"""Who takes a letter: a relay, or an outbox that only keeps it."""

from typing import Protocol

from cloud_service.mail.letter import Letter
from common.errors import InputError, UnavailableError


class BouncedError(InputError):
    """The relay refused for good (SMTP 5xx): sending the same again will not help."""

    code = "bounced"


class SilentRelayError(UnavailableError):
    """The relay does not answer: letters after this one would wait for it as long."""


class UncertainError(UnavailableError):
    """The relay has the whole letter and did not say whether it takes it: sent again it may arrive twice."""

    code = "uncertain"


class Mailer(Protocol):
    """Takes letters."""

    def send(self, letter: Letter) -> None:
        """Hand over one letter; return only once the relay has taken responsibility for it.

        Raises BouncedError on a permanent refusal and UnavailableError when it is worth trying again: 4xx, no answer
        (SilentRelayError), or none after the whole letter (UncertainError).
        """

    def close(self) -> None:
        """Let go of the connection, if any."""


class Outbox:
    """The twin for tests and dry runs: keeps what it is given, refuses what it is told to."""

    def __init__(self) -> None:
        self.letters: list[Letter] = []
        self.refusals: list[Exception] = []

    def send(self, letter: Letter) -> None:
        """Keep the letter, or raise the next of `refusals`."""
        if self.refusals:
            raise self.refusals.pop(0)
        self.letters.append(letter)

    def close(self) -> None:
        """Nothing to close."""
