"""Readings as received, as a file: when, what, how good, from where, and whether it counts."""

from collections.abc import Iterable, Iterator
from zoneinfo import ZoneInfo

from cloud_service.sheets.files.table_file import Cell, SheetColumn
from cloud_service.store.lookups.received_readings import FiledReading
from cloud_service.web.language.labels import label
from cloud_service.web.language.sentences import gettext as _
from cloud_service.web.load_profile import EXACT_PLACES, QUALITIES
from common.reading import as_decimal


def reading_columns(unit: str, zone: str) -> list[SheetColumn]:
    """The head of the file."""
    return [
        SheetColumn(_("At (%(zone)s)", zone=zone), "moment"),
        SheetColumn(_("Value %(unit)s", unit=unit), "number", EXACT_PLACES),
        SheetColumn(_("Step, minutes"), "number", 0),
        SheetColumn(_("Quality")),
        SheetColumn(_("Counts")),
        SheetColumn(_("From")),
        SheetColumn(_("Reason or file")),
        SheetColumn(_("Received (%(zone)s)", zone=zone), "moment"),
    ]


def reading_rows(readings: Iterable[FiledReading], zone: str) -> Iterator[list[Cell]]:
    """A row for each reading; a step of 0 is an index."""
    for reading in readings:
        yield [
            reading.at.astimezone(ZoneInfo(zone)),
            as_decimal(reading.value),
            reading.step_s // 60,
            str(label(QUALITIES.get(reading.quality, ""), "quality")),
            _("yes") if reading.counts else _("no"),
            _("Gateway") if reading.source > 0 else reading.author,
            reading.reason,
            reading.received_at.astimezone(ZoneInfo(zone)),
        ]
