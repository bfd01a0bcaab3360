"""A file of currency rates: CSV with the columns day, currency, rate; one unit of the currency in the local one."""

import csv
from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from cloud_service.domain.money import currency_digits, exact
from common.errors import InputError
from common.period import parse_day

COLUMNS = ("day", "currency", "rate")
PLACES = 10  # what the table keeps
BELOW = Decimal(10) ** 9  # no currency is worth so much of another


def read_rates(lines: Iterable[str], name: str) -> list[tuple[date, str, Decimal]]:
    """All rates of the file, or an error with the line and field that is wrong."""
    reader = csv.DictReader(lines)
    try:
        missing = [column for column in COLUMNS if column not in (reader.fieldnames or ())]
        if missing:
            raise InputError(f"the column {missing[0]} is missing", path=f"{name}:1", hint=", ".join(COLUMNS))
        return [_row(row, f"{name}:{number}") for number, row in enumerate(reader, start=2)]
    except csv.Error as error:
        raise InputError(f"it is no CSV: {error}", path=f"{name}:{reader.line_num + 1}") from None


def sound_rate(text: str, path: str) -> Decimal:
    """What one unit was worth; InputError where no money was ever worth that."""
    rate = exact(text, path)
    if not 0 < rate < BELOW:
        raise InputError(f"{text} is no rate", path=path, hint="above 0, at most ten decimal places")
    return rate


def _row(row: dict[str, str], path: str) -> tuple[date, str, Decimal]:
    day = parse_day((row["day"] or "").strip(), f"{path}: day")
    currency = (row["currency"] or "").strip()
    currency_digits(currency)
    rate = sound_rate((row["rate"] or "").strip(), f"{path}: rate")
    if rate != round(rate, PLACES):
        raise InputError(f"{rate} is no rate", path=f"{path}: rate", hint="above 0, at most ten decimal places")
    return day, currency, rate
