"""Days as words and as numbers: 1. Dezember 2026, Dec 1, 2026, 1 de diciembre de 2026; 46357 is what Excel counts."""

import re
from datetime import date, timedelta
from functools import cache

import babel.dates

LANGUAGES = ("en", "de", "es", "fr", "pt", "it", "nl", "sw")
DAY_FIRST = re.compile(r"(\d{1,2})(?:\.|st|nd|rd|th|er|º)?[\s-]+(?:de\s+)?([^\W\d_]+)\.?,?[\s-]+(?:de\s+)?(\d{4})")
MONTH_FIRST = re.compile(r"([^\W\d_]+)\.?\s+(\d{1,2})(?:st|nd|rd|th)?,?\s+(\d{4})")
SERIAL = re.compile(r"\d{5}(?:\.0+)?")
EPOCH = date(1899, 12, 30)  # the day before Excel's first, its leap day that never was taken in
FIRST_SERIAL, LAST_SERIAL = 25_569, 73_050  # 1970 to 2099


def day_in_words(text: str) -> date | None:
    """The day that a cell writes with the name of its month; None where it does not. ValueError where there is none."""
    if match := DAY_FIRST.fullmatch(text):
        day, name, year = match.groups()
    elif match := MONTH_FIRST.fullmatch(text):
        name, day, year = match.groups()
    else:
        return None
    month = _months().get(name.casefold())
    return date(int(year), month, int(day)) if month else None


def day_of_serial(text: str) -> date | None:
    """The day that a spreadsheet counts from 1900 on, where the cell lost its format; None where it is none."""
    if not SERIAL.fullmatch(text):
        return None
    serial = int(text.partition(".")[0])
    return EPOCH + timedelta(days=serial) if FIRST_SERIAL <= serial <= LAST_SERIAL else None


@cache
def _months() -> dict[str, int]:
    """Name, long or short, of each month in these languages; one that is two months in two languages is none."""
    months: dict[str, int] = {}
    for language in LANGUAGES:
        for width in ("wide", "abbreviated"):
            for context in ("format", "stand-alone"):
                for month, name in babel.dates.get_month_names(width, context=context, locale=language).items():
                    earlier = months.setdefault(name.casefold().rstrip("."), month)
                    if earlier != month:
                        months[name.casefold().rstrip(".")] = 0
    return {name: month for name, month in months.items() if month}
