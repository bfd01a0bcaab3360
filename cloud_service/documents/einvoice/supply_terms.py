"""Where a line was supplied and what was read there: object identifiers (BT-128) and attributes of the item (BG-32)."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

from cloud_service.documents.paper import InvoicePaper, MeterReading, PaperLine, Supply
from cloud_service.domain.money import plain

METER, SUPPLY_POINT = "MG", "AVE"  # UNTDID 1153: number of a meter, of a point of supply


def supply_terms(at: int, lines: tuple[PaperLine, ...], paper: InvoicePaper) -> dict[str, Any]:
    """The line's meter or supply point; the readings of a contract stand on the first of its lines."""
    line = lines[at]
    supply = next((each for each in paper.supplies if each.contract == line.contract), None)
    if supply is None:
        return {}
    is_first = all(before.contract != line.contract for before in lines[:at])
    return _object(supply, paper) | ({"BG-32": list(_attributes(supply))} if is_first and supply.readings else {})


def the_one_point(paper: InvoicePaper) -> str:
    """The id of the supply point that the whole bill is for (BT-18); empty where there are several, or none."""
    points = {supply.grid_id for supply in paper.supplies}
    return points.pop() if len(points) == 1 else ""


def _object(supply: Supply, paper: InvoicePaper) -> dict[str, Any]:
    """The norm has one identifier a line: the supply point where the bill is for several, else the meter."""
    if supply.grid_id and not the_one_point(paper):
        return {"BT-128": {SUPPLY_POINT: supply.grid_id}}
    return {"BT-128": {METER: supply.meters[0]}} if len(supply.meters) == 1 else {}


def _attributes(supply: Supply) -> Iterator[dict[str, str]]:
    for reading in supply.readings:
        for name, value in _sayings(reading):
            yield {"BT-160": f"{name}: {reading.meter} {reading.register}".strip(), "BT-161": value}


def _sayings(reading: MeterReading) -> Iterator[tuple[str, str]]:
    """What was read of a register, or, without an index, what it counted."""
    if reading.previous is not None and reading.current is not None:
        yield "Old reading", _read(reading, reading.previous, reading.previous_day, reading.previous_estimated)
        yield "New reading", _read(reading, reading.current, reading.current_day, reading.estimated)
    estimated = ", estimated" if reading.estimated else ""
    yield "Consumption", f"{plain(reading.consumption)} {reading.unit}{estimated}"
    if reading.multiplier != 1:
        yield "Multiplier", plain(reading.multiplier)


def _read(reading: MeterReading, index: Decimal, day: date | None, estimated: bool) -> str:  # noqa: FBT001 - a fact of the reading
    how = "estimated" if estimated else "read"
    return ", ".join([f"{plain(index)} {reading.unit}", *([day.isoformat()] if day else []), how])
