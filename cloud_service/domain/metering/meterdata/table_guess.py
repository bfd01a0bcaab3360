"""A first guess at how a foreign table of readings is read: what its columns are, how it writes numbers and times.

A guess is shown with the first rows to the person who sent the table; nothing is stored by it alone.
"""

import csv
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from cloud_service.domain.metering.meterdata.csv_table import COLUMNS, DELIMITERS

SAMPLE_ROWS = 5
SAMPLE_BYTES = 64 * 1024
NAMES: Mapping[str, tuple[str, ...]] = {
    "meter": ("meter", "meter name", "meter no", "meter number", "serial", "serial no", "serial number", "device",
              "zähler", "zählernummer", "zaehlernummer", "gerät", "geraet", "compteur", "contador", "medidor",
              "contatore", "matricola", "meternummer", "mita", "namba ya mita", "nmi", "mpan", "malo"),
    "register": ("register", "channel", "obis", "kanal", "zählwerk", "zaehlwerk", "registre"),
    "time": ("time", "timestamp", "date", "datetime", "date time", "reading date", "read at", "zeit", "zeitpunkt",
             "zeitstempel", "datum", "ablesedatum", "fecha", "data", "date de relevé", "fecha de lectura", "tarehe"),
    "value": ("value", "reading", "index", "kwh", "m3", "m³", "consumption", "wert", "stand", "zählerstand",
              "zaehlerstand", "verbrauch", "relevé", "lectura", "leitura", "lettura", "meterstand", "somo"),
    "unit": ("unit", "uom", "einheit", "unité", "unidad"),
    "kind": ("kind",), "step": ("step",), "quality": ("quality", "status", "qualität"), "direction": ("direction",),
}  # fmt: skip
TIME_FORMATS = (
    "", "%d.%m.%Y %H:%M", "%d.%m.%Y %H:%M:%S", "%d.%m.%Y", "%d/%m/%Y %H:%M", "%d/%m/%Y", "%m/%d/%Y %H:%M", "%m/%d/%Y",
    "%Y%m%d%H%M", "%Y%m%d",
)  # fmt: skip
"""Of strptime; empty is ISO 8601. Days come before months where both would do."""


@dataclass(frozen=True, slots=True)
class TableGuess:
    """The head of a table, and our name for each of its columns (empty: left out)."""

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    columns: tuple[str, ...]
    decimal: str
    time_format: str
    has_local_times: bool = True  # without an offset


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
    lines = content[:SAMPLE_BYTES].decode("utf-8-sig", errors="replace").splitlines()[: SAMPLE_ROWS + 1]
    delimiter = max(DELIMITERS, key=lines[0].count) if lines else ","
    table = [tuple(cell.strip() for cell in row) for row in csv.reader(lines, delimiter=delimiter)]
    header, rows = (table[0], tuple(table[1:])) if table else ((), ())
    columns = _columns(header)
    times = _cells(rows, columns, "time")
    return TableGuess(
        header=header,
        rows=rows,
        columns=columns,
        decimal=_decimal(_cells(rows, columns, "value")),
        time_format=_time_format(times),
        has_local_times=not times or not all(_has_offset(time) for time in times),
    )


def _columns(header: Iterable[str]) -> tuple[str, ...]:
    """Each of our names once: the first column that is called so."""
    chosen: list[str] = []
    for name in header:
        bare = " ".join(name.lower().replace("_", " ").replace(".", " ").split())
        ours = next((ours for ours in COLUMNS if bare in NAMES[ours] and ours not in chosen), "")
        chosen.append(ours)
    return tuple(chosen)


def _cells(rows: Iterable[tuple[str, ...]], columns: tuple[str, ...], name: str) -> list[str]:
    place = columns.index(name) if name in columns else -1
    return [row[place] for row in rows if 0 <= place < len(row)]


def _decimal(values: Iterable[str]) -> str:
    return "," if any(value.rfind(",") > value.rfind(".") for value in values) else "."


def _time_format(values: list[str]) -> str:
    return next((form for form in TIME_FORMATS if values and all(_fits(form, value) for value in values)), "")


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
