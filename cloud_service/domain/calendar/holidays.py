"""Public holidays from rule files, one file a country or region; a calendar is a name or a list of names joined.

A rule is one of: `05-01` (month-day), `easter+1` / `easter-2` (days from western Easter), `orthodox_easter+1`,
`3rd mon of 01`, `last mon of 05`, `mon on or before 05-24`, `sat on or after 06-20`, `day after 4th thu of 11`
or a list of dates. `from` and `until` are years, `until` exclusive.
"""

import re
import tomllib
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from functools import lru_cache
from importlib.resources import files
from typing import Any

from common.errors import InputError

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_NTH = {"1st": 1, "2nd": 2, "3rd": 3, "4th": 4, "5th": 5, "last": -1}
SATURDAY, SUNDAY = 5, 6


def calendars() -> tuple[str, ...]:
    """The names of all rule files."""
    folder = files("cloud_service.domain.calendar") / "holiday_rules"
    return tuple(sorted(entry.name.removesuffix(".toml") for entry in folder.iterdir() if entry.name.endswith(".toml")))


@lru_cache(maxsize=64)
def _rules(name: str) -> Mapping[str, Any]:
    if name not in calendars():
        raise InputError(f"there is no holiday calendar {name!r}", hint=f"one of {', '.join(calendars())}")
    text = (files("cloud_service.domain.calendar") / "holiday_rules" / f"{name}.toml").read_text("utf-8")
    return tomllib.loads(text)


def names_of(calendar: str) -> tuple[str, ...]:
    """The names of a calendar's holidays, those of the calendar it builds on included."""
    rules = _rules(calendar)
    above = names_of(rules["with"]) if "with" in rules else ()
    return (*above, *(str(entry["name"]) for entry in rules.get("holiday", ())))


@lru_cache(maxsize=4096)
def holidays(calendar: str, year: int, only: tuple[str, ...] = (), observed: str = "calendar") -> Mapping[date, str]:
    """The holidays of a year: date to name. `only` keeps the named ones.

    `observed` says what happens to one that falls on a weekend: `actual_day` nothing, `sunday_to_monday`,
    `nearest_weekday` (Saturday to Friday as well), `next_weekday`; `calendar` is what the rule file says.
    """
    rules = _rules(calendar)
    moved = observed if observed != "calendar" else str(rules.get("observed", "actual_day"))
    names = dict(holidays(str(rules["with"]), year, only, observed)) if "with" in rules else {}
    on_weekends: list[tuple[date, str, str]] = []
    for entry in rules.get("holiday", ()):
        if only and entry["name"] not in only:
            continue
        rule = moved if observed != "calendar" else str(entry.get("observed", moved))
        for near in (
            year - 1,
            year,
            year + 1,
        ):  # a 1 January that is observed on 31 December belongs to the year before
            for day in _days(entry, near, f"{calendar}.toml: {entry['name']}"):
                if day.weekday() >= SATURDAY:
                    on_weekends.append((day, entry["name"], rule))
                elif day.year == year:
                    names[day] = entry["name"]
    for day, name, rule in on_weekends:  # those on weekdays keep their days, the others look for free ones
        observed_day = _observed(day, rule, names)
        if observed_day.year == year:
            names[observed_day] = name
    return names


def _observed(day: date, rule: str, taken: Iterable[date]) -> date:
    if rule == "actual_day" or day.weekday() < SATURDAY:
        return day
    if rule == "sunday_to_monday":
        return day + timedelta(days=1) if day.weekday() == SUNDAY else day
    if rule == "sunday_to_saturday":
        return day - timedelta(days=1) if day.weekday() == SUNDAY else day
    if rule == "nearest_weekday":
        return day + timedelta(days=1 if day.weekday() == SUNDAY else -1)
    if rule == "next_weekday":
        day += timedelta(days=7 - day.weekday())
        while day in set(taken):  # Christmas and the day after may both fall on a weekend
            day += timedelta(days=1)
        return day
    raise InputError(
        f"{rule!r} is no rule for holidays on weekends",
        hint="actual_day, sunday_to_monday, nearest_weekday, next_weekday",
    )


def _days(entry: Mapping[str, Any], year: int, path: str) -> list[date]:
    if year < entry.get("from", year) or year >= entry.get("until", year + 1):
        return []
    if "dates" in entry:
        return [day for day in entry["dates"] if day.year == year]
    return [_day(str(entry["rule"]), year, path)]


def _day(rule: str, year: int, path: str) -> date:
    if match := re.fullmatch(r"(\d\d)-(\d\d)", rule):
        return date(year, int(match[1]), int(match[2]))
    if match := re.fullmatch(r"(orthodox_)?easter([+-]\d+)?", rule):
        start = orthodox_easter(year) if match[1] else easter(year)
        return start + timedelta(days=int(match[2] or 0))
    if match := re.fullmatch(r"(day after )?(\w+) (\w{3}) of (\d\d)", rule):
        day = _nth(_NTH[match[2]], WEEKDAYS.index(match[3]), year, int(match[4]))
        return day + timedelta(days=1) if match[1] else day
    if match := re.fullmatch(r"(\w{3}) on or (before|after) (\d\d)-(\d\d)", rule):
        day = date(year, int(match[3]), int(match[4]))
        step = 1 if match[2] == "after" else -1
        while day.weekday() != WEEKDAYS.index(match[1]):
            day += timedelta(days=step)
        return day
    raise InputError(f"{rule!r} is no holiday rule", path=path)


def _nth(count: int, weekday: int, year: int, month: int) -> date:
    if count > 0:
        first = date(year, month, 1)
        return first + timedelta(days=(weekday - first.weekday()) % 7 + 7 * (count - 1))
    last = date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)
    return last - timedelta(days=(last.weekday() - weekday) % 7)


def easter(year: int) -> date:
    """Western Easter Sunday (the Meeus/Jones/Butcher form of the Gregorian computus)."""
    a, (b, c) = year % 19, divmod(year, 100)
    d, e = divmod(b, 4)
    g = (8 * b + 13) // 25
    h = (19 * a + b - d - g + 15) % 30
    i, k = divmod(c, 4)
    m = (32 + 2 * e + 2 * i - h - k) % 7
    n = (a + 11 * h + 22 * m) // 451
    month, day = divmod(h + m - 7 * n + 114, 31)
    return date(year, month, day + 1)


def orthodox_easter(year: int) -> date:
    """Orthodox Easter Sunday: the Julian computus, moved to the Gregorian calendar."""
    d = (19 * (year % 19) + 15) % 30
    e = (2 * (year % 4) + 4 * (year % 7) - d + 34) % 7
    month, day = divmod(d + e + 114, 31)
    return date(year, month, day + 1) + timedelta(days=year // 100 - year // 400 - 2)
