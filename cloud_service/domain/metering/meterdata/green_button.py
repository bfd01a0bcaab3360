"""Green Button (NAESB ESPI, Atom XML): interval blocks of usage points, read as a stream.

A UsagePoint's ReadingType says unit, power of ten and direction; IntervalReadings carry start, duration and value.
Elements are told apart by their local names, whatever the namespace prefix. Files that define entities are refused.
Source: NAESB REQ.21, Energy Services Provider Interface (ESPI).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC
from decimal import Decimal
from typing import IO
from xml.etree import ElementTree as ET  # entities are refused below, see `_EntityGuard`

from cloud_service.domain.metering.meterdata.series import (
    BadFileError,
    FileBlock,
    FileChannel,
    FileFinding,
    FileIntervals,
    check_step,
)
from cloud_service.domain.metering.quantities import QUANTITIES
from common.reading import Kind, Quality

UNITS = {  # ESPI uom -> ours, power of ten
    "72": ("kWh", -3), "73": ("kvarh", -3), "71": ("kVAh", -3), "31": ("GJ", -9), "132": ("MMBtu", -6),
    "169": ("therm", 0), "42": ("m3", 0), "119": ("ft3", 0), "128": ("gal", 0), "134": ("m3", -3),
}  # fmt: skip
DIRECTIONS = {"1": "import", "19": "export"}  # ESPI flowDirection: forward, reverse
QUALITIES = {  # ESPI qualityOfReading -> ours; what is questionable, normalised or unknown is not billed
    "0": Quality.ACTUAL, "14": Quality.ACTUAL, "17": Quality.ACTUAL, "18": Quality.ACTUAL, "19": Quality.ACTUAL,
    "7": Quality.SUBSTITUTED, "8": Quality.ESTIMATED, "9": Quality.ESTIMATED, "11": Quality.ESTIMATED,
    "12": Quality.ESTIMATED, "13": Quality.ESTIMATED,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class _ReadingType:
    """A ReadingType: what the numbers of a block mean."""

    unit: str = "kWh"
    scale: int = -3
    direction: str = "import"
    step_s: int = 0


class _EntityGuard:
    """The bytes of a file; a document type declaration, the way to entity bombs, is refused."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._tail = b""

    def read(self, size: int = -1) -> bytes:
        """The next bytes."""
        chunk = self._file.read(size if size and size > 0 else 65_536)
        if b"<!DOCTYPE" in self._tail + chunk or b"<!ENTITY" in self._tail + chunk or b"\0" in chunk:
            raise BadFileError("defines entities or is not UTF-8: not a Green Button file", field="DOCTYPE")
        self._tail = chunk[-16:]
        return chunk


def blocks(file: IO[bytes], findings: list[FileFinding]) -> Iterator[FileBlock]:
    """The interval blocks of a file in its order; BadFileError at the first thing that is wrong."""
    meaning, meter, count = _ReadingType(), "", 0
    types: list[_ReadingType] = []  # that came since the last block
    try:
        for _, element in ET.iterparse(_EntityGuard(file), events=("end",)):  # noqa: S314 - declarations are refused
            name = _local(element.tag)
            if name == "entry":
                link = _usage_point(element)
                meter = link or meter
                for child in element.iter():
                    if _local(child.tag) == "ReadingType":
                        meaning = _reading_type(child)
                        types.append(meaning)
                for child in element.iter():
                    if _local(child.tag) == "IntervalBlock":
                        count += 1
                        _refuse_several(types)
                        types = []
                        yield from _block(child, meaning, meter or "usage-point", count)
                element.clear()
    except ET.ParseError as error:
        raise BadFileError(f"is not well-formed XML: {error}", line=error.position[0]) from None
    if not count:
        findings.append(FileFinding(0, "the file holds no interval block"))


def _refuse_several(types: list[_ReadingType]) -> None:
    """Blocks are told by the type before them; with several before one it cannot be told which is meant."""
    if len(set(types)) > 1:
        raise BadFileError(
            "several reading types before an interval block: which one it has cannot be told",
            field="ReadingType",
            hint="export one usage point and direction per file",
        )


def _local(tag: str) -> str:
    return tag.rpartition("}")[2]


def _text(element: ET.Element, name: str, default: str = "") -> str:
    for child in element.iter():
        if _local(child.tag) == name:
            return (child.text or "").strip()
    return default


def _usage_point(entry: ET.Element) -> str:
    """The usage point an entry's links name: the part after `UsagePoint/`."""
    for child in entry.iter():
        href = child.get("href", "")
        if _local(child.tag) == "link" and "UsagePoint/" in href:
            return href.partition("UsagePoint/")[2].partition("/")[0]
    return ""


def _reading_type(element: ET.Element) -> _ReadingType:
    uom = _text(element, "uom", "72")
    if uom not in UNITS:
        raise BadFileError(f"unit {uom} is not one we know", field="uom")
    unit, scale = UNITS[uom]
    flow = _text(element, "flowDirection", "1")
    if flow not in DIRECTIONS:
        raise BadFileError(f"flow direction {flow} is neither 1 nor 19", field="flowDirection")
    power = _whole(_text(element, "powerOfTenMultiplier", "0"), "powerOfTenMultiplier")
    return _ReadingType(
        unit, scale + power, DIRECTIONS[flow], _whole(_text(element, "intervalLength", "0"), "intervalLength")
    )


def _block(element: ET.Element, meaning: _ReadingType, meter: str, number: int) -> Iterator[FileBlock]:
    """The readings of a block in runs without holes."""
    run: list[tuple[int, Decimal, int]] = []
    step_s = 0
    for child in element:
        if _local(child.tag) != "IntervalReading":
            continue
        start = _second(_text(child, "start"), f"IntervalBlock {number} start")
        length = _whole(_text(child, "duration") or str(meaning.step_s), f"IntervalBlock {number} duration")
        check_step(length, field="duration", subject=f"an interval of block {number}")
        value = Decimal(_whole(_text(child, "value"), f"IntervalBlock {number} value")).scaleb(meaning.scale)
        quality = QUALITIES.get(_text(child, "quality", "0"), int(Quality.SUSPECT))
        if run and (start != run[-1][0] + step_s or length != step_s):
            yield _run(run, meaning, meter, step_s)
            run = []
        step_s = length
        run.append((start, value, quality))
    if run:
        yield _run(run, meaning, meter, step_s)


def _run(run: list[tuple[int, Decimal, int]], meaning: _ReadingType, meter: str, step_s: int) -> FileIntervals:
    channel = FileChannel(
        meter=meter,
        register=meaning.direction,
        unit=meaning.unit,
        kind=Kind.INTERVAL,
        step_s=step_s,
        quantity=QUANTITIES.get(meaning.unit, "other"),
        direction=meaning.direction,
        tz=UTC,
    )
    values = tuple(value for _, value, _ in run)
    return FileIntervals(channel, run[0][0] * 1000, values, bytes(quality for _, _, quality in run), 0)


def _second(text: str, field: str) -> int:
    """The second in which an interval begins; some utilities write parts of it."""
    whole, _, rest = text.partition(".")
    return _whole(whole if rest.isdecimal() else text, field)


def _whole(text: str, field: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise BadFileError(f"{text!r} is not a whole number", field=field) from None
