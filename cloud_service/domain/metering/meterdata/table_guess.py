"""A first guess at how a foreign table of readings is read: what its columns are, how it writes numbers and times.

A guess is shown with the first rows to the person who sent the table; nothing is stored by it alone.
"""

import csv
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from cloud_service.domain.metering.meterdata.csv_table import COLUMNS
from cloud_service.domain.metering.meterdata.table_head import cells, split_head
from cloud_service.domain.metering.meterdata.table_times import BETWEEN

SAMPLE_ROWS = 5
SAMPLE_BYTES = 64 * 1024
NAMES: Mapping[str, tuple[str, ...]] = {
    "meter": ("meter", "meter name", "meter no", "meter number", "serial", "serial no", "serial number", "device",
              "zähler", "zählernummer", "zaehlernummer", "gerät", "geraet", "compteur", "contador", "medidor",
              "contatore", "matricola", "meternummer", "mita", "namba ya mita", "nmi", "mpan", "mprn",
              "malo", "prm", "pdl", "ean", "cups", "pod", "zählpunkt", "messlokation", "marktlokation"),
    "register": ("register", "channel", "obis", "kanal", "zählwerk", "zaehlwerk", "registre", "read type",
                 "register name"),
    "time": ("time", "timestamp", "date", "datetime", "date time", "reading date", "read at", "zeit", "zeitpunkt",
             "zeitstempel", "datum", "ablesedatum", "fecha", "data", "date de relevé", "fecha de lectura", "tarehe",
             "start", "interval start", "start time", "horodate", "usage date", "datum/zeit", "von",
             "energy consumption time period", "time period", "read date and end time", "date and time",
             "reading time"),
    "time_of_day": ("time", "uhrzeit", "zeit", "time of day", "hour", "heure", "hora", "ora", "tijd", "start time"),
    "value": ("value", "reading", "index", "kwh", "m3", "m³", "consumption", "wert", "stand", "zählerstand",
              "zaehlerstand", "verbrauch", "relevé", "lectura", "leitura", "lettura", "meterstand", "somo", "usage",
             "read value", "valeur", "volume", "delivered", "messwert", "therms", "ccf", "consommation",
              "consumo", "verbruik"),
    "unit": ("unit", "uom", "einheit", "unité", "unidad"),
    "kind": ("kind",), "step": ("step",), "quality": ("quality", "status", "qualität"), "direction": ("direction",),
}  # fmt: skip
TIME_FORMATS = (
    "", "%d.%m.%Y %H:%M", "%d.%m.%Y %H:%M:%S", "%d.%m.%Y", "%d/%m/%Y %H:%M", "%d/%m/%Y %H:%M:%S", "%d/%m/%Y",
    "%m/%d/%Y %H:%M", "%m/%d/%Y %H:%M:%S", "%m/%d/%Y %I:%M %p", "%m/%d/%Y", "%d-%m-%Y %H:%M", "%d-%m-%Y",
    "%Y/%m/%d %H:%M", "%Y/%m/%d", "%Y%m%d%H%M", "%Y%m%d",
)  # fmt: skip
"""Of strptime; empty is ISO 8601. Days come before months where both would do; then a guess is no more than that."""
UNIT_AFTER = re.compile(r"\s*[\[(][^\[(]*[\])]\s*$")


@dataclass(frozen=True, slots=True)
class TableGuess:
    """The head of a table, and our name for each of its columns (empty: left out)."""

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    columns: tuple[str, ...]
    decimal: str
    time_format: str
    has_local_times: bool = True  # without an offset
    other_time_format: str = ""  # that all times fit as well: the month may come before the day
    interval_time: str = "start"  # end, where the column of the times is called so


def format_of(content: bytes) -> str:
    """Which format a file seems to have: a name of `FORMATS`."""
    start = content[:SAMPLE_BYTES].removeprefix(b"\xef\xbb\xbf").lstrip()
    if start.startswith(b"100,"):
        return "nem12"
    if start.startswith((b"UNA", b"UNB")):
        return "mscons"
    return "green_button" if start.startswith(b"<") else "csv"


def guess_table(content: bytes) -> TableGuess:
    """What the first rows of a table tell."""
    lines = _whole_lines(content)
    place, delimiter = split_head(lines, _is_head)
    header = tuple(cells(lines[place], delimiter)) if lines else ()
    body = csv.reader(lines[place + 1 :], delimiter=delimiter)
    rows = tuple(row for row in (tuple(map(str.strip, raw)) for raw in body) if any(row))
    columns = _columns(header)
    times = _times(rows, columns)
    fitting = [form for form in TIME_FORMATS if times and all(_fits(form, time) for time in times)]
    return TableGuess(
        header=header,
        rows=rows[:SAMPLE_ROWS],
        columns=columns,
        decimal=_decimal(_cells(rows, columns, "value")),
        time_format=fitting[0] if fitting else "",
        has_local_times=not times or not all(_has_offset(time) for time in times),
        other_time_format=fitting[1] if len(fitting) > 1 else "",
        interval_time="end"
        if any("end" in head.lower().split() for head in _cells((header,), columns, "time"))
        else "start",
    )


def _whole_lines(content: bytes) -> list[str]:
    """The lines of the sample; the last one, which may be cut, is left out of a longer file."""
    lines = content[:SAMPLE_BYTES].decode("utf-8-sig", errors="replace").splitlines()
    return lines[:-1] if len(content) >= SAMPLE_BYTES else lines


def _is_head(names: Sequence[str]) -> bool:
    columns = _columns(names)
    return "time" in columns and "value" in columns


def _columns(header: Iterable[str]) -> tuple[str, ...]:
    """Each of our names once: the first column that is called so; a second time is that of the day."""
    chosen: list[str] = []
    for name in header:
        written = " ".join(name.lower().replace("_", " ").replace(".", " ").split())
        spellings = {written, UNIT_AFTER.sub("", written)}
        free = [ours for ours in COLUMNS if ours not in chosen and (ours != "time_of_day" or "time" in chosen)]
        chosen.append(next((ours for ours in free if spellings & set(NAMES[ours])), ""))
    return tuple(chosen)


def _times(rows: Iterable[tuple[str, ...]], columns: tuple[str, ...]) -> list[str]:
    """The times of rows, the first of two that name the ends of an interval."""
    days, hours = _cells(rows, columns, "time"), _cells(rows, columns, "time_of_day")
    texts = [f"{day} {hour}" for day, hour in zip(days, hours, strict=False)] if hours else days
    return [BETWEEN.split(text)[0] for text in texts]


def _cells(rows: Iterable[tuple[str, ...]], columns: tuple[str, ...], name: str) -> list[str]:
    place = columns.index(name) if name in columns else -1
    return [row[place] for row in rows if 0 <= place < len(row)]


def _decimal(values: Iterable[str]) -> str:
    return "," if any(value.rfind(",") > value.rfind(".") for value in values) else "."


def _has_offset(time: str) -> bool:
    try:
        return datetime.fromisoformat(time).tzinfo is not None
    except ValueError:
        return False


def _fits(form: str, value: str) -> bool:
    try:
        datetime.strptime(value, form) if form else datetime.fromisoformat(value)  # noqa: DTZ007 - only whether it fits
    except ValueError:
        return False
    return True
