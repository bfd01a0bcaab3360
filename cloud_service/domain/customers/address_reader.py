"""An address as people write it, taken apart for machines: street lines, postcode, city, by the habits of its country.

A postcode stands before the city, behind it, or in a line of its own; a line that names the country belongs to neither.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cache

from babel import Locale

from cloud_service.domain.customers.address_habits import countries, habits_of
from cloud_service.domain.customers.postal_address import PostalAddress, at_most_three, lines_of

# Postcodes before the city, and behind it or alone, of the countries that have their own form; of all others digits.
BEFORE = {
    "NL": r"\d{4} ?[A-Z]{2}", "PL": r"\d{2}-\d{3}", "PT": r"\d{4}-\d{3}", "CZ": r"\d{3} ?\d{2}", "SK": r"\d{3} ?\d{2}",
    "SE": r"\d{3} ?\d{2}", "GR": r"\d{3} ?\d{2}", "JP": r"〒?\d{3}-\d{4}", "BR": r"\d{5}-?\d{3}", "AD": r"AD\d{3}",
    "LU": r"\d{4}", "LV": r"LV-\d{4}", "LT": r"LT-\d{5}", "IL": r"\d{7}|\d{5}", "IN": r"\d{6}", "CN": r"\d{6}",
}  # fmt: skip
BEHIND = {
    "GB": r"[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}", "IE": r"[A-Z]\d[\dW] ?[A-Z\d]{4}", "CA": r"[A-Z]\d[A-Z] ?\d[A-Z]\d",
    "US": r"\d{5}(?:-\d{4})?", "AU": r"\d{4}", "NZ": r"\d{4}", "IN": r"\d{3} ?\d{3}", "BR": r"\d{5}-?\d{3}",
    "JP": r"〒?\d{3}-\d{4}", "LV": r"LV-\d{4}", "MT": r"[A-Z]{3} ?\d{4}", "SG": r"\d{6}", "TW": r"\d{3,6}",
    "IR": r"\d{10}|\d{5}-\d{5}",
}  # fmt: skip
ANY_BEFORE = r"\d{4} ?[A-Z]{2}|\d{2}-\d{3}|\d{4}-\d{3}|\d{3} \d{2}|\d{3,7}"
ANY_BEHIND = (
    r"[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}|[A-Z]\d[\dW] ?[A-Z\d]{4}|[A-Z]\d[A-Z] ?\d[A-Z]\d|\d{3} \d{3}|\d{4,7}(?:-\d{4})?"
)
REGION = r"(?:,? (?:[A-Z]{2,3}|- [A-Z]{2}))"  # of the federal states that stand between city and postcode
STATES = ("US", "CA", "AU", "BR")
LANGUAGES = ("en", "de", "fr", "es", "it", "pt", "nl", "pl", "ar", "hi", "sw", "zh")  # in which countries are named


def read_address(text: str, country: str = "") -> PostalAddress:
    """The fields of an address that is one text; what cannot be told stays in the street."""
    lines = lines_of(text)
    address = _of_one_line(lines[0], country) if len(lines) == 1 else _split(lines, country)
    return _with_region(address, country)


def _of_one_line(line: str, country: str) -> PostalAddress:
    """Commas stand for ends of lines: the first one behind which a postcode is found, else the last one."""
    pieces = [word.strip() for word in line.split(",") if word.strip()]
    if len(pieces) > 1 and is_country(pieces[-1], country):
        pieces.pop()
    for at in range(1, len(pieces)):
        address = _split((", ".join(pieces[:at]), ", ".join(pieces[at:])), country)
        if address.postcode:
            return address
    if len(pieces) > 1 and not any(sign.isdigit() for sign in pieces[-1]):
        return _fields([", ".join(pieces[:-1])], "", pieces[-1])
    return _split((", ".join(pieces),), country)


def _split(address: Sequence[str], country: str) -> PostalAddress:
    """The lowest line with a postcode and a city, or both in two lines; else the last line is the city."""
    lines = [line for line in address if not is_country(line, country)]
    for at in reversed(range(len(lines))):
        for postal in _readings(lines, at, country):
            return postal
    if len(lines) > 1:
        return _fields(lines[:-1], "", lines[-1])
    return _fields(lines)


def _fields(lines: Sequence[str], postcode: str = "", city: str = "", region: str = "") -> PostalAddress:
    return PostalAddress(at_most_three(tuple(lines)), postcode, city, region)


def _with_region(address: PostalAddress, country: str) -> PostalAddress:
    """A region that stands in a line of its own, behind the city, or is the city."""
    if address.region or not address.city or country not in countries():
        return address
    habits, street = habits_of(country), address.street_lines
    city, name = _last_word(address.city)
    if city and (region := habits.region(name)):
        return replace(address, city=city, region=region.printed(name))
    if len(street) > 1 and (region := habits.region(street[-1])):
        return replace(address, street="\n".join(street[:-1]), region=region.printed(street[-1]))
    if "C" not in habits.needs and (region := habits.region(address.city)):
        return replace(address, region=region.printed(address.city))
    return address


def _last_word(city: str) -> tuple[str, str]:
    """(Roma, RM) of `Roma RM` and `Roma (RM)`, (Mumbai, Maharashtra) of `Mumbai, Maharashtra`."""
    match = re.fullmatch(r"(?P<city>.+?)(?:,\s*(?P<name>[^,]+)|\s+\(?(?P<short>[A-Z]{2,3})\)?)", city)
    return (match["city"], match["name"] or match["short"]) if match else ("", "")


def _readings(lines: Sequence[str], at: int, country: str) -> Iterator[PostalAddress]:
    line = lines[at].strip()
    rest = (*lines[:at], *lines[at + 1 :])
    first = re.compile(rf"(?:[A-Z]{{1,3}}-)?(?P<postcode>{BEFORE.get(country, ANY_BEFORE)})\s+(?P<city>[^\d\W].*)")
    behind = BEHIND.get(country, ANY_BEHIND)
    last = re.compile(rf"(?P<city>[^\d\W].*?)(?P<region>{REGION})??(?:,? -? ?|, ?)(?P<postcode>{behind})")
    if match := first.fullmatch(line):
        yield _fields(rest, match["postcode"], match["city"].strip())
    elif at and (country in BEHIND or at == len(lines) - 1) and (match := last.fullmatch(line)):
        region = match["region"] if country in (*STATES, "") else None
        city = match["city"] if region or not match["region"] else match["city"] + match["region"]
        yield _fields(rest, match["postcode"], city.rstrip(" ,-"), (region or "").strip(" ,-"))
    elif at and re.fullmatch(f"{behind}|{BEFORE.get(country, ANY_BEFORE)}", line):
        city, before = lines[at - 1].strip(), lines[: at - 1]
        yield _fields((*before, *lines[at + 1 :]), line, city.rstrip(" ,"))


def is_country(line: str, country: str) -> bool:
    """Whether a line is the name of a country: of the address's own in any language, else of any in English."""
    name = line.strip().casefold()
    return name in _names(country) if country else name in _english_names()


@cache
def _names(country: str) -> frozenset[str]:
    locales = (Locale.parse(code) for code in LANGUAGES)
    names = {str(locale.territories[country]).casefold() for locale in locales if country in locale.territories}
    own = {"GB": {"england", "scotland", "wales", "uk"}, "US": {"usa"}, "AE": {"uae"}, "HK": {"hong kong"}}
    return frozenset(names | own.get(country, set()) | {country.casefold()})


@cache
def _english_names() -> frozenset[str]:
    territories = Locale.parse("en").territories
    return frozenset(
        str(name).casefold() for code, name in territories.items() if code.isalpha() and code not in ("SG", "HK", "LU")
    )
