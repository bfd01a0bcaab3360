"""What a contract used, for people: the sum of its registers in the unit of its utility, and each month's share."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

import numpy as np

from cloud_service.domain.calendar.interval_grid import grid
from cloud_service.domain.pricing.usage import Intervals, RegisterUsage
from cloud_service.domain.rating.metered_usage import BESIDE, MeteredUsage
from cloud_service.domain.tariffs.unpriced import TOTAL
from common.period import Span, months
from common.reading import Unit

UNITS = {"water": Unit.M3, "gas": Unit.M3}  # looked at first; of all others kWh
THOUSANDTHS = 3


@dataclass(frozen=True, slots=True)
class UseByMonth:
    """Thousandths of `unit`, by the first day of each month that has billed days."""

    unit: str
    by_month: Mapping[date, int]

    @property
    def counted(self) -> int:
        """All of it."""
        return sum(self.by_month.values())


def use_by_month(measured: MeteredUsage, utility: str, span: Span, zone_name: str) -> UseByMonth | None:
    """What was used on the days of a span; None where nothing counts what the client takes.

    A total of which only both ends are known is shared by days.
    """
    units = {source.register: source.unit for source in measured.sources}
    unit, names = counted_registers(units, utility)
    registers = [measured.registers[name] for name in names if name in measured.registers]
    if not registers:
        return None
    scale = max(register.scale for register in registers)
    parts = list(months(span))
    fine = [0] * len(parts)
    for register in registers:
        for at, counted in enumerate(_by_month(register, span, parts, zone_name)):
            fine[at] += counted * 10 ** (scale - register.scale)
    shares = _rounded(fine, 10 ** (scale - THOUSANDTHS))
    return UseByMonth(unit, {month.start.replace(day=1): share for month, share in zip(parts, shares, strict=True)})


def counted_registers(units: Mapping[str, str], utility: str) -> tuple[str, list[str]]:
    """Of registers with their units by the engine's name: the unit of the utility, and those that count it together.

    A register that counts all rates together stands for them.
    """
    taken = {name: unit for name, unit in units.items() if not name.startswith(BESIDE)}
    for unit in (UNITS.get(utility, Unit.KWH), *taken.values()):
        names = [name for name, own in taken.items() if own == unit]
        if names:
            together = [name for name in names if name.endswith(TOTAL)]
            return str(unit), together or names
    return "", []


def _by_month(register: RegisterUsage, span: Span, parts: Sequence[Span], zone_name: str) -> Iterable[int]:
    if isinstance(register, Intervals):
        steps = grid(span.start, span.end, zone_name, register.step_s)
        return [int(register.values[steps.slice_of(month)].sum()) for month in parts]
    total = int(np.asarray(register.value).sum())
    ends = [total * (month.end - span.start).days // span.days for month in parts]
    return [end - before for before, end in pairwise([0, *ends])]


def _rounded(values: Sequence[int], unit: int) -> list[int]:
    """The values in larger units, halves up; they add up to the whole rounded once."""
    sums, whole = [0], 0
    for value in values:
        whole += value
        sums.append((2 * whole + unit) // (2 * unit))
    return [end - before for before, end in pairwise(sums)]
