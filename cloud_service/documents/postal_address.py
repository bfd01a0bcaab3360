"""An address as people write it, taken apart for machines: street lines, postcode, city."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

BEFORE_CITY = re.compile(r"(?:[A-Z]{1,2}-)?(?P<postcode>\d{4} ?[A-Z]{2}|\d{3,6}(?:[ -]?\d{2,4})?)\s+(?P<city>\D.*)")
AFTER_CITY = re.compile(
    r"(?P<city>\D.*?),?\s+"
    r"(?P<postcode>\d{4,6}(?:-\d{4})?|[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}|[A-Z]{2} \d{5}|[A-Z]{2,3} \d{4})"
)


@dataclass(frozen=True, slots=True)
class PostalAddress:
    """The parts; those that cannot be told are empty and stay in the lines."""

    lines: tuple[str, ...]
    postcode: str = ""
    city: str = ""


def split_address(address: Sequence[str]) -> PostalAddress:
    """`20457 Hamburg`, `London SW1A 1AA`, `Springfield, IL 62704`: the lowest line that looks so; the others stay."""
    for at in reversed(range(len(address))):
        match = BEFORE_CITY.fullmatch(address[at]) or AFTER_CITY.fullmatch(address[at])
        if match:
            rest = (*address[:at], *address[at + 1 :])
            return PostalAddress(tuple(rest), match["postcode"], match["city"].strip())
    if len(address) > 1:
        return PostalAddress(tuple(address[:-1]), "", address[-1])
    return PostalAddress(tuple(address))
