"""What a connection used over a span, as the engine takes it: integers at a scale, in local time order.

A `Usage` is one connection, a `UsageBatch` many with the same steps. `History` is what earlier spans left behind: peaks
for ratchets, credits carried over, sums of the tariff year.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from cloud_service.domain.money import exact, plain
from common.errors import InputError
from common.period import STEPS_S

Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class StepRun:
    """Steps `[first, end)` of which only the sum is known: it was spread over them, when in them nobody knows."""

    first: int
    end: int

    def within(self, steps: slice) -> "StepRun | None":
        """What of it lies in some of the steps, counted from the first of these; None for nothing."""
        first, end = max(self.first, steps.start) - steps.start, min(self.end, steps.stop) - steps.start
        return StepRun(first, end) if first < end else None


@dataclass(frozen=True, slots=True)
class Intervals:
    """Consumption per step: int64 in units of 10**-scale (scale 3: thousandths). One row (n,) or a matrix (rows, n).

    `spread_s` is the step of readings that were spread evenly over shorter ones: when in it, nobody knows. `spread`
    says the same of single runs, those of each row; it is empty where no row has any.
    """

    values: Ints
    step_s: int
    scale: int = 3
    spread_s: int = 0
    spread: tuple[tuple[StepRun, ...], ...] = ()

    def __post_init__(self) -> None:
        if self.values.dtype != np.int64:
            raise InputError(f"intervals are int64, not {self.values.dtype}", path="usage", hint="count thousandths")
        if self.step_s not in STEPS_S:
            raise InputError(f"a step of {self.step_s} s is not one of {STEPS_S}", path="usage")
        if not 0 <= self.scale <= 12:  # noqa: PLR2004 -- finer than a milliwatt second is noise, coarser than a unit is no meter
            raise InputError(f"scale {self.scale} is not between 0 and 12", path="usage")

    @property
    def known_s(self) -> int:
        """The step for which the readings say what was used."""
        return max(self.step_s, self.spread_s)

    def on(self, steps: slice) -> "Intervals":
        """Some of the steps."""
        runs = tuple(tuple(shorter for run in row if (shorter := run.within(steps))) for row in self.spread)
        return replace(self, values=self.values[..., steps], spread=runs if any(runs) else ())


@dataclass(frozen=True, slots=True)
class Total:
    """Consumption of civil days `[start, end)` without intervals: an integer (or one a row) in units of 10**-scale."""

    value: int | Ints
    start: date
    end: date
    scale: int = 3

    def __post_init__(self) -> None:
        if isinstance(self.value, float | bool):
            raise InputError("a total is an integer of thousandths", path="usage")


RegisterUsage = Intervals | Total


class History(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What earlier spans left behind for one connection.

    `peaks[charge id]` are (first day of the billing month, kW); `energy_credit[charge id][TOU period]` counts
    10**-9 of the unit; `money_credit[charge id]` and `year_to_date[charge id]` are money as it was due;
    `unrounded[charge id]` is the same unrounded, only for the unrounded total.
    """

    peaks: Mapping[str, tuple[tuple[date, Decimal], ...]] = {}
    energy_credit: Mapping[str, Mapping[str, Decimal]] = {}
    money_credit: Mapping[str, Decimal] = {}
    year_to_date: Mapping[str, Decimal] = {}
    unrounded: Mapping[str, Decimal] = {}

    def as_json(self) -> dict[str, Any]:
        """Plain values; decimals as strings."""
        return {
            "peaks": {key: [[day.isoformat(), plain(kw)] for day, kw in peaks] for key, peaks in self.peaks.items()},
            "energy_credit": {
                key: {name: plain(value) for name, value in credit.items()}
                for key, credit in self.energy_credit.items()
            },
            "money_credit": {key: plain(value) for key, value in self.money_credit.items()},
            "year_to_date": {key: plain(value) for key, value in self.year_to_date.items()},
            "unrounded": {key: plain(value) for key, value in self.unrounded.items()},
        }

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> "History":
        """The history that `as_json` wrote."""
        return cls(
            peaks={
                key: tuple((date.fromisoformat(day), exact(kw)) for day, kw in peaks)
                for key, peaks in document.get("peaks", {}).items()
            },
            energy_credit={
                key: {name: exact(value) for name, value in credit.items()}
                for key, credit in document.get("energy_credit", {}).items()
            },
            money_credit={key: exact(value) for key, value in document.get("money_credit", {}).items()},
            year_to_date={key: exact(value) for key, value in document.get("year_to_date", {}).items()},
            unrounded={key: exact(value) for key, value in document.get("unrounded", {}).items()},
        )


NOTHING_BEFORE = History()


@dataclass(frozen=True, slots=True)
class PriceSeries:
    """A price per step of the span (spot market): int64 in units of 10**-scale, in local time order."""

    values: Ints
    step_s: int
    scale: int = 5


@dataclass(frozen=True, slots=True)
class Usage:
    """One connection: what each register (import, export, reactive_import, water ...) counted over the span.

    `values` say of the connection what a tariff may ask for: contracted_kw, meters, area_m2 ...
    """

    registers: Mapping[str, RegisterUsage]
    history: History = NOTHING_BEFORE
    values: Mapping[str, Decimal] = field(default_factory=dict)
    prices: Mapping[str, PriceSeries] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class UsageBatch:
    """Many connections with the same tariff, zone, span and steps: each register a matrix (rows, steps)."""

    rows: int
    registers: Mapping[str, RegisterUsage]
    histories: Sequence[History] = ()
    values: Sequence[Mapping[str, Decimal]] = ()
    prices: Mapping[str, PriceSeries] = field(default_factory=dict)

    def history(self, row: int) -> History:
        """What earlier spans of that row left behind."""
        return self.histories[row] if self.histories else NOTHING_BEFORE

    def value(self, row: int, name: str) -> Decimal | None:
        """What a tariff asks of that row's connection, or None."""
        return self.values[row].get(name) if self.values else None


def spread_evenly(values: Ints, parts: int) -> Ints:
    """The same energy in shorter steps: (steps,) to (steps × parts,); the parts of a step sum to it exactly."""
    if parts == 1:
        return values
    ends = values[:, None] * np.arange(parts + 1, dtype=np.int64) // parts
    return np.diff(ends, axis=1).ravel()


def same_scale(first: tuple[Ints, int], second: tuple[Ints, int]) -> tuple[Ints, Ints, int]:
    """Two quantities, int64 of one shape each with its scale, at the finer of their scales."""
    scale = max(first[1], second[1])
    return _at_scale(*first, scale), _at_scale(*second, scale), scale


def _at_scale(values: Ints, scale: int, finer: int) -> Ints:
    return values * 10 ** (finer - scale) if scale < finer else values


def batch_of(usages: Sequence[Usage]) -> UsageBatch:
    """One batch from single usages that have the same registers, steps and scales."""
    if not usages:
        raise InputError("there is nothing to rate", path="usage")
    registers: dict[str, RegisterUsage] = {}
    for name, first in usages[0].registers.items():
        registers[name] = _stack(name, first, [usage.registers.get(name) for usage in usages])
    if any(set(usage.registers) != set(registers) for usage in usages):
        raise InputError("the connections of a batch have different registers", path="usage.registers")
    return UsageBatch(
        len(usages),
        registers,
        [usage.history for usage in usages],
        [usage.values for usage in usages],
        usages[0].prices,
    )


def _stack(name: str, first: RegisterUsage, usages: Sequence[RegisterUsage | None]) -> RegisterUsage:
    path = f"usage.registers.{name}"
    if isinstance(first, Intervals):
        rows = [usage.values for usage in usages if isinstance(usage, Intervals)]
        same = all(
            isinstance(usage, Intervals)
            and (usage.step_s, usage.scale, usage.spread_s, usage.values.shape)
            == (first.step_s, first.scale, first.spread_s, first.values.shape)
            for usage in usages
        )
        if not same:
            raise InputError("the connections of a batch have different steps", path=path)
        values = rows[0][None, :] if len(rows) == 1 else np.stack(rows)
        return Intervals(values, first.step_s, first.scale, first.spread_s, _spread_of_rows(usages))
    totals = [usage for usage in usages if isinstance(usage, Total)]
    if len(totals) != len(usages) or any(
        (usage.start, usage.end, usage.scale) != (first.start, first.end, first.scale) for usage in totals
    ):
        raise InputError("the connections of a batch have different reading dates", path=path)
    return Total(np.array([usage.value for usage in totals], dtype=np.int64), first.start, first.end, first.scale)


def _spread_of_rows(usages: Sequence[RegisterUsage | None]) -> tuple[tuple[StepRun, ...], ...]:
    """The runs of each single usage; nothing where none has any."""
    rows = tuple(usage.spread[0] if isinstance(usage, Intervals) and usage.spread else () for usage in usages)
    return rows if any(rows) else ()


def joined_runs(
    first: tuple[tuple[StepRun, ...], ...], second: tuple[tuple[StepRun, ...], ...]
) -> tuple[tuple[StepRun, ...], ...]:
    """The runs of two registers that count beside each other, row by row."""
    if not first or not second:
        return first or second
    return tuple((*runs, *others) for runs, others in zip(first, second, strict=True))
