"""Load files of the calculator: one value a line, or `time,value`. The step comes from the data.

Values are mean kW of the step unless the header or the caller says kWh. A time is the start of its step.
"""

import csv
import io
import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Literal

import numpy as np

from cloud_service.domain.calendar.interval_grid import grid
from cloud_service.domain.pricing.usage import Intervals, spread_evenly
from common.errors import InputError
from common.period import STEPS_S, Span, day_start, local_day

Unit = Literal["kW", "kWh"]
SCALE = 9  # finer than any meter: files of models have many digits
HOUR_S = 3600
SUM_MAX = 2**62
YEARS = (365, 366)
DIGITS = 15  # before the point, at most
NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,9})?", re.ASCII)
MISSING = frozenset(
    ["nan", "+nan", "-nan", "inf", "+inf", "-inf", "infinity", "n/a", "na", "null", "none", "-", "--", "?"]
)
OTHER = re.compile(r"(?<![A-Za-z])([MGT]?Wh?|k?VAh?|k?varh?|MJ|GJ)(?![A-Za-z])", re.IGNORECASE)
FORM = "one value a line, or time,value: a point before decimals, a comma between columns"


@dataclass(frozen=True, slots=True)
class LoadColumn:
    """The values of a file with their line numbers, its times where it has them, and the unit its header names."""

    values: tuple[Decimal, ...]
    lines: tuple[int, ...]
    times: tuple[str, ...]
    unit: str | None


def read_column(text: str, path: str) -> LoadColumn:
    """The values of a file; a first row that is no number is its header, any other such row is refused."""
    values: list[Decimal] = []
    lines: list[int] = []
    times: list[str] = []
    header = ""
    for number, row in enumerate(csv.reader(io.StringIO(text.removeprefix("\ufeff"))), 1):
        cells = [cell.strip() for cell in row]
        if not any(cells) or cells[0].startswith("#"):
            continue
        place = f"{path}:{number}"
        if len(cells) > 2 or (len(cells) == 2 and not cells[1]):  # noqa: PLR2004 -- time and value
            raise InputError("a row has a value, or a time and a value", path=place, hint=FORM)
        value = _number(cells[-1], place)
        if value is None:
            if values or header:
                raise InputError(f"{cells[-1]!r} is not a number", path=place, hint=FORM)
            header = cells[-1]
            continue
        if bool(times) != (len(cells) == 2) and values:  # noqa: PLR2004
            raise InputError("some rows have a time and some have none", path=place)
        values.append(value)
        lines.append(number)
        if len(cells) == 2:  # noqa: PLR2004
            times.append(cells[0])
    if not values:
        raise InputError("the file has no values", path=path, hint=FORM)
    return LoadColumn(tuple(values), tuple(lines), tuple(times), _unit_of(header))


def _number(text: str, path: str) -> Decimal | None:
    """The number in a cell, None for a word; what stands for a value that is not there is refused."""
    if text.lower() in MISSING:
        raise InputError(f"{text} is not a number", path=path, hint="a missing value must be estimated first")
    if not NUMBER.fullmatch(text):
        return None
    number = Decimal(text)
    if number.adjusted() > DIGITS:
        raise InputError(f"{text} is too large to be kW or kWh of a connection", path=path)
    return number


def _unit_of(header: str) -> str | None:
    """The unit that a header names: one of ours, or one that its values must not be taken for."""
    low = header.lower()
    if "kwh" in low or "kw" in low:
        return "kWh" if "kwh" in low else "kW"
    other = OTHER.search(header)
    return other[0] if other else None


def step_of(column: LoadColumn, start: date, zone_name: str, path: str) -> int:
    """The step in seconds: from the times, else the one that makes a year, whole months, or whole days."""
    if column.times:
        return _step_of_times(column, path)
    count = len(column.values)
    ends = {step: _end_day(count, step, start, zone_name) for step in STEPS_S}
    whole_days = {step: end for step, end in ends.items() if end is not None}
    year = [step for step, end in whole_days.items() if (end - start).days in YEARS]
    months = [step for step, end in whole_days.items() if end.day == start.day]
    for candidates in (year, list(whole_days) if len(whole_days) == 1 else [], months):
        if len(candidates) == 1:
            return candidates[0]
    fits = ", ".join(f"{step // 60} min until {end}" for step, end in whole_days.items()) or "none"
    raise InputError(
        f"{count} values from {start} do not say their step (whole days with: {fits})",
        path=path,
        hint="say it with --step MINUTES",
        code="ambiguous_step",
    )


def _end_day(count: int, step_s: int, start: date, zone_name: str) -> date | None:
    """The civil day that starts where the values end, or None if they end inside a day."""
    end = day_start(start, zone_name) + timedelta(seconds=count * step_s)
    day = local_day(end, zone_name)
    return day if day_start(day, zone_name) == end else None


def _step_of_times(column: LoadColumn, path: str) -> int:
    if len(column.times) < 2:  # noqa: PLR2004
        raise InputError(
            "one row does not say its step", path=path, hint="say it with --step MINUTES", code="ambiguous_step"
        )
    first, second = (_time(column, index, path) for index in (0, 1))
    if (first.tzinfo is None) != (second.tzinfo is None):
        raise InputError("some times have an offset and some have none", path=f"{path}:{column.lines[1]}")
    seconds = int((second - first).total_seconds())
    if seconds not in STEPS_S:
        raise InputError(f"a step of {seconds} s is not one of {STEPS_S}", path=f"{path}:{column.lines[1]}")
    return seconds


def _time(column: LoadColumn, index: int, path: str) -> datetime:
    text = column.times[index]
    try:
        return datetime.fromisoformat(text)
    except ValueError as error:
        raise InputError(
            f"{text!r} is not a time",
            path=f"{path}:{column.lines[index]}",
            hint="ISO 8601, for example 2026-01-31 23:45",
        ) from error


def span_of(column: LoadColumn, start: date, zone_name: str, step_s: int, path: str) -> Span:
    """The civil days the values are of, from the local midnight of `start`."""
    end = _end_day(len(column.values), step_s, start, zone_name)
    if end is None:
        if column.times:  # where the first gap or repeat is
            last = local_day(day_start(start, zone_name) + timedelta(seconds=len(column.values) * step_s), zone_name)
            _check_times(column, Span(start, last + timedelta(days=1)), zone_name, step_s, path)
        raise InputError(
            f"{len(column.values)} values of {step_s // 60} min from {start} end inside a day in {zone_name}",
            path=path,
            hint="whole days are needed",
            code="wrong_length",
        )
    span = Span(start, end)
    if column.times:
        _check_times(column, span, zone_name, step_s, path)
    return span


def _check_times(column: LoadColumn, span: Span, zone_name: str, step_s: int, path: str) -> None:
    """Every row must be the step that its place says: no gap, no repeat, no other order."""
    steps = grid(span.start, span.end, zone_name, step_s)
    first = day_start(span.start, zone_name)
    for index, line in enumerate(column.lines):
        time = _time(column, index, path)
        if time.tzinfo is None:
            expected, same = steps.wall(index), f"{time:%Y-%m-%d %H:%M:%S.%f}" == f"{steps.wall(index)}:00.000000"
        else:
            instant = first + timedelta(seconds=index * step_s)
            expected, same = instant.isoformat(), time.astimezone(UTC) == instant
        if not same:
            raise InputError(
                f"{column.times[index]} stands where {expected} is due",
                path=f"{path}:{line}",
                hint="a gap, a repeat, or another start or zone",
            )


def intervals(column: LoadColumn, step_s: int, unit: Unit, path: str, *, negative: bool) -> Intervals:
    """The values as energy per step, (steps,), in units of 10**-9 of a kWh; kW are the mean power of their step.

    A value below 0 is refused with its line unless `negative`, and a sum that int64 does not hold.
    """
    factor = Decimal(step_s) / HOUR_S if unit == "kW" else Decimal(1)
    counts: list[int] = []
    for value, line in zip(column.values, column.lines, strict=True):
        if value < 0 and not negative:
            raise InputError(
                f"{value} is below 0", path=f"{path}:{line}", hint="what was given back belongs into --export"
            )
        counts.append(int((value * factor).scaleb(SCALE).to_integral_value()))
    if sum(map(abs, counts)) > SUM_MAX:
        raise InputError("the values are too large to be kW or kWh of a connection", path=path)
    return Intervals(np.array(counts, dtype=np.int64), step_s, SCALE)


def spread(register: Intervals, step_s: int) -> Intervals:
    """The same energy in shorter steps, evenly: (steps,) to (steps × count,); the parts of a step sum to it exactly."""
    parts = register.step_s // step_s
    if parts == 1:
        return register
    return Intervals(spread_evenly(register.values, parts), step_s, register.scale, register.step_s)
