"""A postal address as it is entered: lines of street, postcode, city, region; the country stands beside it."""

from dataclasses import dataclass
from typing import Protocol

CHECKED, READ, AS_WRITTEN = "checked", "read", "as_written"
STATES = (CHECKED, READ, AS_WRITTEN)
"""Fields that fit their country; fields that were read from a text; fields that somebody wants as they are."""
PARTS = ("street", "postcode", "city", "region")
STREET_LINES_MAX = 3  # as many as an e-invoice has (BT-35, BT-36, BT-162)


@dataclass(frozen=True, slots=True)
class PostalAddress:
    """The fields; what is not known or not used in the country is empty."""

    street: str = ""  # a line each: house, P.O. box, floor
    postcode: str = ""
    city: str = ""
    region: str = ""  # state, province, emirate, as it is printed

    @property
    def street_lines(self) -> tuple[str, ...]:
        """The lines of the street."""
        return lines_of(self.street)

    def __bool__(self) -> bool:
        return any((self.street, self.postcode, self.city, self.region))


class Addressed(Protocol):
    """Whoever has an address: a client, a company, a site."""

    @property
    def address(self) -> str:
        """As it is printed, a line each."""

    @property
    def street(self) -> str:
        """A line each."""

    @property
    def postcode(self) -> str:
        """Empty where there is none."""

    @property
    def city(self) -> str:
        """Town or village."""

    @property
    def region(self) -> str:
        """State, province, emirate."""

    @property
    def country(self) -> str:
        """ISO 3166-1 alpha-2."""

    @property
    def address_state(self) -> str:
        """One of `STATES`."""


def address_of(party: Addressed) -> PostalAddress:
    """The fields of somebody's address."""
    return PostalAddress(party.street, party.postcode, party.city, party.region)


def lines_of(text: str) -> tuple[str, ...]:
    """The lines of a text, without those that are empty."""
    return tuple(stripped for line in text.splitlines() if (stripped := line.strip()))


def at_most_three(lines: tuple[str, ...]) -> str:
    """Lines as a street: what is more than three stands in the third."""
    first, rest = lines[: STREET_LINES_MAX - 1], lines[STREET_LINES_MAX - 1 :]
    return "\n".join((*first, ", ".join(rest)) if rest else first)
