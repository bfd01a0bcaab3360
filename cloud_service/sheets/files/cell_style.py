"""How a sheet writes days and numbers, told from whole columns: 31.10.2026 or 10/31/2026, 1.234,5 or 1,234.5.

One cell is often not enough: 03/04/2026 is two days, 1.234 two numbers. Others of the sheet tell; where none does, the
person is asked.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation

from cloud_service.sheets.heads.day_words import day_in_words, day_of_serial
from cloud_service.sheets.sheet import Cell, cell_text
from common.errors import InputError

JOINED = "+"  # between the indexes of several registers
ORDERS = ("dmy", "mdy", "ymd")
MARKS = (",", ".")
DAY = re.compile(r"(\d{1,4})([./-])\s?(\d{1,2})\2\s?(\d{1,4})(?: 00:00(?::00)?)?")
AROUND = re.compile(r"[\s'’\u00a0\u202f]|kwh|m3|m³|eur|usd|kes|chf|gbp|[€$£]", re.IGNORECASE)
NUMBER = re.compile(r"[−–-]?[\d.,]+")
MONTHS, DAYS = 12, 31
YEAR_DIGITS = 4
GROUP = 3  # digits between two thousands' marks


@dataclass(frozen=True, slots=True)
class CellStyle:
    """The order of a day's parts and the sign before decimals; empty where no cell told."""

    order: str = ""
    mark: str = ""


def style_of(days: Iterable[Cell], numbers: Iterable[Cell]) -> CellStyle:
    """What some columns tell; InputError where they speak against each other."""
    orders = {order for cell in days if isinstance(cell, str) for order in _order_of(cell)}
    parts = (number for cell in numbers if isinstance(cell, str) for number in cell.split(JOINED))
    marks = {mark for number in parts for mark in _mark_of(number)}
    if len(orders) > 1:
        raise InputError("some days begin with the day, others with the month", path="days", hint="say it: dmy or mdy")
    if len(marks) > 1:
        raise InputError("some numbers have a comma before decimals, others a point", path="numbers", hint="say which")
    return CellStyle(min(orders, default=""), min(marks, default=""))


def day_in(cell: Cell, style: CellStyle) -> date:
    """The day that a cell means."""
    if isinstance(cell, date):
        return cell
    text = cell_text(cell).strip()
    match = DAY.fullmatch(text)
    if match is None and (other := _other_day(text)) is not None:
        return other
    if match is None:
        raise InputError("this is no day", hint="for example 2026-12-31 or 31.12.2026")
    first, sign, second, third = match[1], match[2], match[3], match[4]
    if len(first) == YEAR_DIGITS:
        return _day(first, second, third)
    order = style.order or ("dmy" if sign != "/" else "")
    if not order and first != second:
        raise InputError("this could be two days", hint="say whether day or month comes first (dmy or mdy)")
    day, month = (second, first) if order == "mdy" else (first, second)
    return _day(third, month, day)


def number_in(cell: Cell, style: CellStyle) -> Decimal:
    """The number that a cell means, exactly."""
    if isinstance(cell, Decimal):
        return cell
    text = AROUND.sub("", str(cell)).replace("−", "-").replace("–", "-")
    if not NUMBER.fullmatch(text):
        raise InputError("this is no number", hint="for example 1234.5 or 1.234,5")
    mark = style.mark or next(iter(_mark_of(text)), "")
    if not mark and ("." in text or "," in text):
        raise InputError("this could be two numbers", hint="say which sign stands before decimals")
    other = "." if mark == "," else ","
    whole, _, decimals = text.partition(mark) if mark else (text, "", "")
    if other in decimals or (other in whole and not _grouped(whole, other)) or (mark and mark in decimals):
        raise InputError("this is no number", hint=f"a {mark!r} stands before its decimals, as in the column")
    try:
        return Decimal(text.replace(other, "").replace(mark or "\0", "."))
    except InvalidOperation:
        raise InputError("this is no number") from None


def _order_of(cell: str) -> set[str]:
    """`dmy` or `mdy` where only one can be meant; nothing for a day that begins with its year, or could be both."""
    match = DAY.fullmatch(cell.strip())
    if match is None or len(match[1]) == YEAR_DIGITS:
        return set()
    first, second = int(match[1]), int(match[3])
    if first > MONTHS >= second:
        return {"dmy"}
    if second > MONTHS >= first:
        return {"mdy"}
    return {"dmy"} if match[2] == "." else set()


def _mark_of(cell: str) -> set[str]:
    """The sign before decimals where only one can be meant."""
    text = AROUND.sub("", cell)
    points, commas = text.count("."), text.count(",")
    if not NUMBER.fullmatch(text) or not points + commas:
        return set()
    if points and commas:
        return {"," if text.rindex(",") > text.rindex(".") else "."}
    sign = "." if points else ","
    if points + commas > 1:
        return {"," if sign == "." else "."}
    whole, _, decimals = text.lstrip("+-−–").partition(sign)
    sure = len(decimals) != GROUP or len(whole) > GROUP or whole in ("", "0")
    return {sign} if sure else set()


def _grouped(whole: str, sign: str) -> bool:
    head, *groups = whole.lstrip("+-").split(sign)
    return 0 < len(head) <= GROUP and all(len(group) == GROUP for group in groups)


def _other_day(text: str) -> date | None:
    try:
        return day_in_words(text) or day_of_serial(text)
    except ValueError:
        raise InputError("there is no such day", hint="for example 2026-12-31 or 31.12.2026") from None


def _day(year: str, month: str, day: str) -> date:
    try:
        return date(int(year) if len(year) == YEAR_DIGITS else 2000 + int(year), int(month), int(day))
    except ValueError:
        raise InputError("there is no such day", hint="for example 2026-12-31 or 31.12.2026") from None
