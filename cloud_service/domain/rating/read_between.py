"""What a line's quantity was read from, in words: the indexes of its registers, and whether any was estimated."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from cloud_service.domain.money import plain
from cloud_service.domain.rating.register_readings import EPOCH, IndexAt, MountedRegister, SpanReadings
from cloud_service.domain.rating.register_source import RegisterSource
from common.period import zone
from common.reading import Kind, Quality

NET = {"net_import": ("import", "export"), "net_export": ("import", "export")}
THOUSANDTH = Decimal("0.001")


@dataclass(frozen=True, slots=True)
class RegisterWords:
    """Of one register of the engine: what its meters showed, a text each, and whether any of it was estimated."""

    shown: tuple[str, ...] = ()
    is_estimated: bool = False
    has_holes: bool = False  # steps between readings that lie apart: their sum is known, the highest of them is not


NO_WORDS = RegisterWords()


def register_words(
    mounted: Sequence[MountedRegister], sources: Sequence[RegisterSource], readings: SpanReadings
) -> RegisterWords:
    """The words of the registers that are read as one, with what an invoice says of them."""
    texts = tuple(
        text for register, source in zip(mounted, sources, strict=True) if (text := _shown(register, source, readings))
    )
    days = [day for register in mounted for day in readings.ends.get(register.register_id, ())]
    return RegisterWords(
        texts,
        is_estimated=any(source.estimated is True for source in sources),
        has_holes=any(Quality.ESTIMATED in day.qualities for day in days),
    )


def words_of(registers: Iterable[str], register_texts: Mapping[str, RegisterWords]) -> RegisterWords:
    """The words of the registers that a line names."""
    names = dict.fromkeys(name for register in registers for name in NET.get(register, (register,)))
    of_line = [register_texts[name] for name in names if name in register_texts]
    return RegisterWords(
        tuple(text for each in of_line for text in each.shown),
        is_estimated=any(each.is_estimated for each in of_line),
        has_holes=any(each.has_holes for each in of_line),
    )


def _shown(register: MountedRegister, source: RegisterSource, readings: SpanReadings) -> str:
    if register.kind != Kind.INDEX:
        return ""
    points = _around(register, readings) or [
        ((index.at - EPOCH) // timedelta(milliseconds=1), index.value, 0) for index in source.indexes or ()
    ]
    texts = [_point(point, register, readings) for point in ([points[0], points[-1]] if len(points) > 1 else points)]
    return f"meter {register.meter} showed {' and '.join(texts)}" if texts else ""


def _around(register: MountedRegister, readings: SpanReadings) -> list[IndexAt]:
    """The readings that the days were made between, ascending, with the indexes of a meter that came or went."""
    days = readings.ends.get(register.register_id, ())
    points = {point for day in days for point in (day.entry, day.exit) if point is not None}
    if register.opening is not None and register.mounted > readings.start:
        points.add((register.mounted_ms, register.opening, Quality.ACTUAL))
    if register.closing is not None and register.dismounted is not None and register.dismounted < readings.end:
        points.add(((register.dismounted - EPOCH) // timedelta(milliseconds=1), register.closing, Quality.ACTUAL))
    gone = (register.dismounted - EPOCH) // timedelta(milliseconds=1) if register.dismounted else None
    return sorted(point for point in points if register.mounted_ms <= point[0] and (gone is None or point[0] <= gone))


def _point(point: IndexAt, register: MountedRegister, readings: SpanReadings) -> str:
    at = (EPOCH + timedelta(milliseconds=point[0])).astimezone(zone(readings.zone_name))
    estimated = " (estimated)" if point[2] == Quality.ESTIMATED else ""
    return f"{plain(point[1] * THOUSANDTH)} {register.unit} on {at:%Y-%m-%d %H:%M}{estimated}"
