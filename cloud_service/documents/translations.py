"""Labels, numbers and dates as the reader writes them: Babel for the formats, one file of labels per language."""

import re
import tomllib
from copy import copy
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from pathlib import Path
from typing import Any

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_interval, format_skeleton
from babel.numbers import NumberPattern, format_decimal

from cloud_service.domain.money import currency_digits

LABELS = Path(__file__).parent / "labels"
SYMBOLS = {"m3": "m³", "ft3": "ft³", "m3/h": "m³/h", "C": "°C", "1": ""}  # as people write what registers count in
QUANTITY_PLACES_MAX = 6
_LETTER_THEN_DIGIT = re.compile(r"([A-Za-z])(?=\d)")  # CLDR parts a currency code from its number
_SPACES = str.maketrans({"\u202f": "\u00a0", "\u2009": " "})  # fewer kinds of space: copied text stays searchable


@cache
def languages() -> tuple[str, ...]:
    """The languages in which documents can be written."""
    return tuple(sorted(path.stem for path in LABELS.glob("*.toml")))


@cache
def labels(language: str) -> dict[str, Any]:
    """All labels of one language."""
    with (LABELS / f"{language}.toml").open("rb") as file:
        return tomllib.load(file)


@cache
def localizer_for(locale: str) -> "Localizer":
    """How a locale's readers are written to; a language without labels reads English in its country's formats."""
    language, _, territory = locale.replace("-", "_").partition("_")
    for code in (f"{language}_{territory}", language) if language in languages() else (f"en_{territory}",):
        cldr_locale = known_locale(code)
        if cldr_locale is not None:
            return Localizer(cldr_locale)
    return Localizer(Locale("en"))


@cache
def known_locale(code: str) -> Locale | None:
    """A locale that CLDR has, else None."""
    try:
        return Locale.parse(code.rstrip("_"))
    except (ValueError, UnknownLocaleError):
        return None


@cache
def locale_of(locale: str, country: str) -> str:
    """A reader's locale with the country where it is missing: `en` in Kenya writes 2 Nov, in the USA Nov 2.

    English keeps its decimal point wherever it is read.
    """
    if "_" in locale or "-" in locale or not locale:
        return locale or "en"
    combined = known_locale(f"{locale}_{country}") if country else None
    if locale == "en" and (combined is None or combined.number_symbols["latn"]["decimal"] != "."):
        return "en_GB" if country else "en"
    return str(combined or locale)


@dataclass(frozen=True, slots=True)
class Localizer:
    """How one reader's country writes."""

    locale: Locale

    @property
    def language(self) -> str:
        """ISO 639 code of the labels."""
        return str(self.locale.language)

    @property
    def region(self) -> str:
        """ISO 3166 code, empty where unknown."""
        return str(self.locale.territory or "")

    def label(self, path: str, **fields: str) -> str:
        """The label at `section.key`, with its facts filled in."""
        section, _, key = path.partition(".")
        return str(labels(self.language)[section][key]).format(**fields)

    def section(self, name: str) -> dict[str, str]:
        """All labels of a section, unfilled."""
        return dict(labels(self.language)[name])

    def unit(self, unit: str, quantity: Decimal) -> str:
        """The unit's name beside a quantity: `1 month`, `3 months`, `kW × months`; a symbol such as kWh stays."""
        units = self.section("units")
        symbol, _, time = unit.rpartition(" ")
        if symbol and time in units:
            return f"{SYMBOLS.get(symbol, symbol)} × {units[time]}"
        singular = units.get(f"{unit}_one") if abs(quantity) == 1 else None
        return singular or units.get(unit, SYMBOLS.get(unit, unit))

    def utility(self, utility: str) -> str:
        """What a utility is called; electricity where a bill names none."""
        return self.section("utility").get(utility or "electricity", utility)

    @property
    def direction(self) -> str:
        """`ltr` or `rtl`."""
        return str(labels(self.language)["direction"])

    def money(self, amount: Decimal, currency: str) -> str:
        """An amount with its currency's sign and its ISO 4217 number of places: `6.404,56 €`."""
        pattern = _pattern(self.locale, "currency", currency_digits(currency))
        text = pattern.apply(amount, self.locale, currency=currency, currency_digits=False)
        return _LETTER_THEN_DIGIT.sub("\\1\u00a0", str(text)).translate(_SPACES)

    def amount(self, amount: Decimal, currency: str) -> str:
        """An amount without the sign, for columns."""
        return self.number(amount, currency_digits(currency))

    def number(self, value: Decimal, places: int) -> str:
        """A number with a fixed count of places."""
        return str(_pattern(self.locale, "decimal", places).apply(value, self.locale)).translate(_SPACES)

    def percent(self, value: Decimal) -> str:
        """A rate that is already in percent: `19 %`, `7.5%`."""
        pattern = _pattern(self.locale, "percent", places_of(value))
        return str(pattern.apply(value / 100, self.locale)).translate(_SPACES)

    def day(self, day: date) -> str:
        """A date as on letters."""
        return format_date(day, "medium", locale=self.locale)

    def month_short(self, day: date) -> str:
        """`Oct`, for the chart."""
        # Not "LLL": Babel 2.18 keeps these names of all languages without own ones in one place, and whichever is asked
        # for first (Chinese, Swahili) lends its months to Italian and Dutch.
        return format_date(day, "MMM", locale=self.locale).rstrip(".")

    def month(self, number: int) -> str:
        """`October`, inside a sentence."""
        return format_date(date(2000, number, 1), "MMMM", locale=self.locale)

    def period(self, first: date, last: date) -> str:
        """A whole month by its name, anything else from day to day, both included."""
        if first.day == 1 and last == _end_of_month(first):
            return str(format_skeleton("yMMMM", first, locale=self.locale))
        if first == last:
            return self.day(first)
        return str(format_interval(first, last, "yMMMd", locale=self.locale)).translate(_SPACES)

    def plain(self, value: Decimal) -> str:
        """A number with as many places as it has."""
        return str(format_decimal(value, locale=self.locale, decimal_quantization=False)).translate(_SPACES)


@cache
def _pattern(locale: Locale, kind: str, places: int) -> NumberPattern:
    """The country's own pattern with a fixed count of places."""
    own = locale.currency_formats["standard"] if kind == "currency" else getattr(locale, f"{kind}_formats")[None]
    pattern: NumberPattern = copy(own)
    pattern.frac_prec = (places, places)
    return pattern


def places_of(value: Decimal, most: int = QUANTITY_PLACES_MAX) -> int:
    """Decimal places that a value needs, at most `most`."""
    rounded = value.quantize(Decimal(1).scaleb(-most), ROUND_HALF_UP).normalize()
    exponent = rounded.as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def _end_of_month(day: date) -> date:
    following = date(day.year + day.month // 12, day.month % 12 + 1, 1)
    return date.fromordinal(following.toordinal() - 1)
