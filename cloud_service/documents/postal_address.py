"""An address as people write it, taken apart for machines: street lines, postcode, city, by the habits of its country.

A postcode stands before the city, behind it, or in a line of its own; a line that names the country belongs to neither.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from babel import Locale

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


@dataclass(frozen=True, slots=True)
class PostalAddress:
    """The parts; those that cannot be told are empty and stay in the lines."""

    lines: tuple[str, ...]
    postcode: str = ""
    city: str = ""
    region: str = ""  # the state that stands between city and postcode


def split_address(address: Sequence[str], country: str = "") -> PostalAddress:
    """The lowest line with a postcode and a city, or both in two lines; else the last line is the city."""
    lines = [line for line in address if line.strip() and not _is_country(line, country)]
    for at in reversed(range(len(lines))):
        for postal in _readings(lines, at, country):
            return postal
    if len(lines) > 1:
        return PostalAddress(tuple(lines[:-1]), "", lines[-1])
    return PostalAddress(tuple(lines))


def _readings(lines: Sequence[str], at: int, country: str) -> Iterator[PostalAddress]:
    line = lines[at].strip()
    rest = (*lines[:at], *lines[at + 1 :])
    first = re.compile(rf"(?:[A-Z]{{1,3}}-)?(?P<postcode>{BEFORE.get(country, ANY_BEFORE)})\s+(?P<city>[^\d\W].*)")
    behind = BEHIND.get(country, ANY_BEHIND)
    last = re.compile(rf"(?P<city>[^\d\W].*?)(?P<region>{REGION})??(?:,? -? ?|, ?)(?P<postcode>{behind})")
    if match := first.fullmatch(line):
        yield PostalAddress(tuple(rest), match["postcode"], match["city"].strip())
    elif at and (country in BEHIND or at == len(lines) - 1) and (match := last.fullmatch(line)):
        region = match["region"] if country in (*STATES, "") else None
        city = match["city"] if region or not match["region"] else match["city"] + match["region"]
        yield PostalAddress(tuple(rest), match["postcode"], city.rstrip(" ,-"), (region or "").strip(" ,-"))
    elif at and re.fullmatch(f"{behind}|{BEFORE.get(country, ANY_BEFORE)}", line):
        city, before = lines[at - 1].strip(), lines[: at - 1]
        yield PostalAddress((*before, *lines[at + 1 :]), line, city.rstrip(" ,"))


def _is_country(line: str, country: str) -> bool:
    """Whether a line is the name of a country: of the address's own in any language, else of any in English."""
    name = line.strip().casefold()
    return name in _names(country) if country else name in _english_names()


@cache
def _names(country: str) -> frozenset[str]:
    locales = (Locale.parse(code) for code in ("en", "de", "fr", "es", "it", "pt", "nl", "pl", "ar", "hi", "sw", "zh"))
    names = {str(locale.territories[country]).casefold() for locale in locales if country in locale.territories}
    own = {"GB": {"england", "scotland", "wales", "uk"}, "US": {"usa"}, "AE": {"uae"}, "HK": {"hong kong"}}
    return frozenset(names | own.get(country, set()) | {country.casefold()})


@cache
def _english_names() -> frozenset[str]:
    territories = Locale.parse("en").territories
    return frozenset(
        str(name).casefold() for code, name in territories.items() if code.isalpha() and code not in ("SG", "HK", "LU")
    )
