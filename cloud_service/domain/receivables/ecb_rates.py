"""The reference rates of the European Central Bank: its files, and what they say of one currency in another.

A file says for a day what one euro was in each currency. A company whose money is not the euro gets its rates through
the euro. Files: `eurofxref-daily.xml`, `eurofxref-hist-90d.xml`, `eurofxref-hist.xml`, and `eurofxref.csv`,
`eurofxref-hist.csv`, each also in a zip.
"""

import csv
import io
import re
import zipfile
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import ROUND_HALF_EVEN, Decimal
from xml.etree import ElementTree as ET
from zoneinfo import ZoneInfo

from cloud_service.domain.receivables.currency_rates_file import PLACES, sound_rate
from common.errors import InputError

EURO = "EUR"
SOURCE = "European Central Bank"
UNPACKED_MAX = 20_000_000
PUBLISHED = time(16, 30)  # in Frankfurt, on days on which banks of TARGET work
FRANKFURT = ZoneInfo("Europe/Berlin")
SATURDAY = 5
STEP = Decimal(1).scaleb(-PLACES)
CUBE = "{http://www.ecb.int/vocabulary/2002-08-01/eurofxref}Cube"
CODE = re.compile("[A-Z]{3}")
HINT = "a file of https://www.ecb.europa.eu/stats/eurofxref/: eurofxref-daily.xml, eurofxref-hist.zip …"
NOT_KNOWN = ("", "N/A")


@dataclass(frozen=True, slots=True)
class EuroDay:
    """What one euro was on a day, by currency."""

    day: date
    of_euro: dict[str, Decimal]


def read_ecb(content: bytes, name: str) -> list[EuroDay]:
    """The days of a file, the oldest first. InputError with its place where it is none."""
    if content[:2] == b"PK":
        content = _unpacked(content, name)
    text = _text(content, name)
    days = _from_xml(text, name) if text.lstrip().startswith("<") else _from_csv(text, name)
    if not days:
        raise InputError("there are no rates in it", path=name, hint=HINT)
    return sorted(days, key=lambda day: day.day)


def looks_like_ecb(content: bytes) -> bool:
    """Whether it may be a file of the bank, rather than one of our own."""
    start = content[:400].lstrip(b"\xef\xbb\xbf \r\n")
    return start[:2] == b"PK" or start[:1] == b"<" or start[:5] == b"Date,"


def in_currency(
    days: Iterable[EuroDay], base: str, currencies: Collection[str], since: date | None = None
) -> list[tuple[date, str, Decimal]]:
    """What one unit of each currency was in `base`, through the euro; days without one of both are left out."""
    return [
        (each.day, currency, rate)
        for each in days
        if since is None or each.day >= since
        for currency in sorted(set(currencies) - {base})
        if (rate := _rate(each, base, currency)) is not None and rate > 0
    ]


def published_currencies(days: Iterable[EuroDay]) -> set[str]:
    """Every currency of the days, the euro included."""
    return {EURO}.union(*(day.of_euro for day in days))


def newest_published(now: datetime) -> date:
    """The last day from Monday to Friday whose rates are out at an instant; on a holiday there are none."""
    local = now.astimezone(FRANKFURT)
    day = local.date() if local.time() >= PUBLISHED else local.date() - timedelta(days=1)
    while day.weekday() >= SATURDAY:
        day -= timedelta(days=1)
    return day


def _rate(day: EuroDay, base: str, currency: str) -> Decimal | None:
    of_base = Decimal(1) if base == EURO else day.of_euro.get(base)
    of_currency = Decimal(1) if currency == EURO else day.of_euro.get(currency)
    if of_base is None or of_currency is None:
        return None
    return (of_base / of_currency).quantize(STEP, ROUND_HALF_EVEN)


def _unpacked(content: bytes, name: str) -> bytes:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = [member for member in archive.infolist() if member.filename.lower().endswith((".csv", ".xml"))]
            if len(members) != 1:
                raise InputError(f"{len(members)} files of rates are in it, not one", path=name, hint=HINT)
            with archive.open(members[0]) as stream:
                unpacked = stream.read(UNPACKED_MAX + 1)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError) as error:
        raise InputError(f"it cannot be unpacked: {error}", path=name, hint=HINT) from error
    if len(unpacked) > UNPACKED_MAX:
        raise InputError("it is larger than any file of rates", path=name, hint=HINT)
    return unpacked


def _text(content: bytes, name: str) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise InputError("it is no text in UTF-8", path=name, hint=HINT) from None


def _from_xml(text: str, name: str) -> list[EuroDay]:
    if "<!DOCTYPE" in text or "<!ENTITY" in text:
        raise InputError("a file of rates defines no entities", path=name, hint=HINT)
    try:
        root = ET.fromstring(text)  # noqa: S314 - entities were refused above
    except (ET.ParseError, ValueError) as error:
        raise InputError(f"it is broken: {error}", path=name, hint=HINT) from error
    return [_xml_day(cube, name) for cube in root.iter(CUBE) if cube.get("time")]


def _xml_day(of_day: ET.Element, name: str) -> EuroDay:
    cubes = (cube for cube in of_day.iter(CUBE) if cube.get("rate"))
    return EuroDay(_day(of_day.get("time", ""), name), dict(_cube(cube, name) for cube in cubes))


def _cube(cube: ET.Element, name: str) -> tuple[str, Decimal]:
    return _code(cube.get("currency", ""), name), sound_rate(cube.get("rate", ""), name)


def _from_csv(text: str, name: str) -> list[EuroDay]:
    try:
        rows = [[cell.strip() for cell in row] for row in csv.reader(io.StringIO(text)) if any(row)]
    except csv.Error as error:
        raise InputError(f"it is broken: {error}", path=name, hint=HINT) from None
    if not rows or rows[0][0] != "Date":
        raise InputError("the first column is not Date", path=f"{name}:1", hint=HINT)
    heads = [_code(head, f"{name}:1") for head in rows[0][1:] if head]
    return [_csv_day(row, heads, f"{name}:{number}") for number, row in enumerate(rows[1:], start=2)]


def _csv_day(row: list[str], heads: list[str], place: str) -> EuroDay:
    cells = zip(heads, row[1:], strict=False)
    return EuroDay(
        _day(row[0], place), {currency: sound_rate(cell, place) for currency, cell in cells if cell not in NOT_KNOWN}
    )


def _code(text: str, place: str) -> str:
    if not CODE.fullmatch(text):
        raise InputError(f"{text!r} is no currency", path=place, hint=HINT)
    return text


def _day(text: str, place: str) -> date:
    """`2026-11-26`, or `26 November 2026` in the daily CSV."""
    for form in ("%Y-%m-%d", "%d %B %Y"):
        try:
            return datetime.strptime(text, form).date()  # noqa: DTZ007 - a day of the bank, no instant
        except ValueError:
            continue
    raise InputError(f"{text!r} is no day", path=place, hint=HINT)
