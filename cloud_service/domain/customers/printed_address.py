"""The lines of an address as a letter of its country has them, below the name; and the country for mail abroad."""

import re
import unicodedata
from collections.abc import Iterator, Sequence

from babel import Locale

from cloud_service.domain.customers.address_habits import CITY, POSTCODE, REGION, STREET, habits_of, plain
from cloud_service.domain.customers.address_reader import LANGUAGES, is_country
from cloud_service.domain.customers.postal_address import PostalAddress, lines_of

PIECE = re.compile(r"%[ACSZ]|[^%]+")


def printed_lines(address: PostalAddress, country: str) -> tuple[str, ...]:
    """The lines by the habit of the country; what is empty leaves no sign behind, and nothing that is known is lost."""
    habits = habits_of(country)
    pattern = habits.latin_lines if _is_latin(address) else habits.lines
    values = {STREET: address.street, CITY: address.city, REGION: address.region, POSTCODE: address.postcode}
    if CITY not in pattern and not _says_no_more(address.city, address, country):
        pattern = pattern.replace(STREET, f"{STREET}%n{CITY}" if _is_latin(address) else f"{CITY}%n{STREET}", 1)
    if POSTCODE not in pattern:
        pattern += f"%n{POSTCODE}"
    return tuple(line for each in pattern.split("%n") for line in lines_of(_line(each, values)))


def with_country(lines: Sequence[str], country: str, locale: str) -> tuple[str, ...]:
    """The lines of a letter to another country: the last one names it in the language of the sender, in capitals."""
    if not lines or not country or any(is_country(line, country) for line in lines[-1:]):
        return tuple(lines)
    language = re.split("[_-]", locale)[0]
    name = Locale.parse(language if language in LANGUAGES else "en").territories.get(country, country)
    return (*lines, str(name).upper())


def _line(pattern: str, values: dict[str, str]) -> str:
    return "".join(_pieces(PIECE.findall(pattern), values)).strip(" ,-/")


def _pieces(pieces: Sequence[str], values: dict[str, str]) -> Iterator[str]:
    """What stands between two fields is written where both are; a line without fields as it is."""
    said, between = False, ""
    for piece in pieces:
        value = values.get(piece)
        if value is None:
            between = piece
        elif value:
            is_name_before = between.strip().isalpha() or between.endswith("-") or between == "〒"
            yield between if said or is_name_before else ""
            yield value
            said, between = True, ""
        elif said:
            between = between or " "
    if not any(piece in values for piece in pieces):
        yield between


def _says_no_more(city: str, address: PostalAddress, country: str) -> bool:
    """Whether the city is the region or the country once more (Dubai, Singapore)."""
    same_as_region = habits_of(country).region(city)
    return (
        not city
        or plain(city) == plain(address.region)
        or (same_as_region is not None and same_as_region == habits_of(country).region(address.region))
        or is_country(city, country)
    )


def _is_latin(address: PostalAddress) -> bool:
    letters = [sign for sign in f"{address.street}{address.city}{address.region}" if sign.isalpha()]
    return all(unicodedata.name(sign, "").startswith("LATIN") for sign in letters)
