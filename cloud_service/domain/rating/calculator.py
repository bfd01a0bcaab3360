"""The calculator: files in, bills out, month after month, each month handing its history to the next."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path

from cloud_service.domain.calendar.interval_grid import grid
from cloud_service.domain.calendar.proration import cycles
from cloud_service.domain.pricing.priced_lines import RatingResult
from cloud_service.domain.pricing.usage import History, Intervals, PriceSeries, Usage
from cloud_service.domain.rating import load_file
from cloud_service.domain.rating.engine import rate
from cloud_service.domain.tariffs.charge_periods import versions_in
from cloud_service.domain.tariffs.document_file import read_document, read_text
from cloud_service.domain.tariffs.tariff import Tariff, load_tariff
from cloud_service.domain.tariffs.unpriced import check_priced
from cloud_service.domain.tariffs.urdb import import_urdb, is_urdb
from common.errors import InputError
from common.period import Span, zone


def read_tariff(path: Path, *, holidays: bool = False) -> tuple[Tariff, tuple[str, ...]]:
    """The tariff of a file of ours or of the URDB, and the notes of an import.

    A URDB record is priced as the URDB's own tools price it: without its days of validity, and without holidays (which
    the URDB does not have, but its ratebook form may name) unless they are asked for.
    """
    document = read_document(path)
    if is_urdb(document):
        imported = import_urdb(document, holidays=holidays)
        return load_tariff(imported.document), imported.notes
    return load_tariff(document), ()


def read_usage(
    files: Mapping[str, Path], start: date, zone_name: str, *, step_s: int | None = None, unit: str | None = None
) -> tuple[dict[str, Intervals], Span, tuple[str, ...]]:
    """The registers of the files, the days they are of, and what was done so that export can be netted in each step.

    The first file says the days, which are those of all. `unit` is of `import` and `export`; files of other registers
    hold what was counted in each step, in the register's own unit.
    """
    zone(zone_name)
    registers: dict[str, Intervals] = {}
    first: _FileDays | None = None
    for name, path in files.items():
        column = load_file.read_column(read_text(path), str(path))
        if first is not None and first.count == len(column.values):
            step = first.step_s
        else:
            step = step_s or load_file.step_of(column, start, zone_name, str(path))
        span = load_file.span_of(column, start, zone_name, step, str(path))
        first = first or _FileDays(span, step, len(column.values))
        if span != first.span:
            raise InputError(
                f"{name} is not of the same days as {next(iter(files))}, {first.span.start} to {first.span.end}",
                path=str(path),
                code="wrong_length",
            )
        registers[name] = _register(name, column, step, unit, str(path))
    if first is None:
        raise InputError("there is nothing to price", hint="give --load, or --register NAME=CSV")
    spread, notes = _at_one_step(registers)
    return spread, first.span, notes


@dataclass(frozen=True, slots=True)
class _FileDays:
    """The days that a file's values are of, and its step."""

    span: Span
    step_s: int
    count: int  # of values


def _at_one_step(registers: Mapping[str, Intervals]) -> tuple[dict[str, Intervals], tuple[str, ...]]:
    """Import and export in the shorter of their steps, other registers as they are; and what was done in words."""
    netted = {name: registers[name] for name in ("import", "export") if name in registers}
    step_s = min((register.step_s for register in netted.values()), default=0)
    notes = tuple(
        f"{name} of {register.step_s // 60} min is taken as even over {step_s // 60} min steps"
        for name, register in netted.items()
        if register.step_s != step_s
    )
    return {**registers, **{name: load_file.spread(register, step_s) for name, register in netted.items()}}, notes


def read_prices(path: Path, start: date, span: Span, zone_name: str) -> Intervals:
    """A price series of a file, for the same days as the load."""
    values, days = price_file(path, start, zone_name)
    if days != span:
        raise InputError(f"the prices are not of {span.start} to {span.end}", path=str(path), code="wrong_length")
    return values


def price_file(path: Path, start: date, zone_name: str, *, step_s: int | None = None) -> tuple[Intervals, Span]:
    """The prices of a file and the days they are of."""
    zone(zone_name)
    column = load_file.read_column(read_text(path), str(path))
    step = step_s or load_file.step_of(column, start, zone_name, str(path))
    days = load_file.span_of(column, start, zone_name, step, str(path))
    return load_file.intervals(column, step, "kWh", str(path), negative=True), days


def _register(name: str, column: load_file.LoadColumn, step_s: int, unit: str | None, path: str) -> Intervals:
    if name not in ("import", "export"):
        if column.unit is not None and not column.unit.lower().endswith(("h", "j")):  # kWh, kvarh, MJ are counted
            raise InputError(
                f"the header names {column.unit}, a register's file has what was counted in each step", path=path
            )
        return load_file.intervals(column, step_s, "kWh", path, negative=False)
    register = load_file.intervals(column, step_s, _unit(column, unit, path), path, negative=name == "export")
    if int(register.values.sum()) < 0:
        raise InputError("what was given back is below 0 in sum", path=path, hint="export is counted above 0")
    return register


def _unit(column: load_file.LoadColumn, unit: str | None, path: str) -> load_file.Unit:
    unit_name = unit or column.unit or "kW"
    if unit_name not in ("kW", "kWh"):
        raise InputError(
            f"the header names {unit_name}, the values of a load are kW or kWh",
            path=path,
            hint="convert them, or say with --unit what they are",
        )
    return "kWh" if unit_name == "kWh" else "kW"


def calculate(
    tariff: Tariff,
    registers: Mapping[str, Intervals],
    span: Span,
    zone_name: str,
    *,
    cycle_day: int = 1,
    whole: bool = False,
    values: Mapping[str, Decimal] | None = None,
    prices: Mapping[str, Intervals] | None = None,
) -> list[RatingResult]:
    """A bill for each billing month of the span (or one for all of it). `prices` are series that spot charges name.

    `values` say of the connection what a tariff may ask for, for example `contracted_kw`.
    """
    check_priced(versions_in(tariff, span), registers)
    bills: list[RatingResult] = []
    history = History()
    for days in (span,) if whole else cycles(span.start, span.end, cycle_day):
        series = {
            name: PriceSeries(steps.values, steps.step_s, steps.scale)
            for name, steps in steps_on(prices or {}, span, days, zone_name).items()
        }
        usage = Usage(steps_on(registers, span, days, zone_name), history, values or {}, series)
        bill = rate(tariff, usage, days, zone_name, cycle_day)
        history = bill.history
        bills.append(bill)
    return bills


def steps_on(registers: Mapping[str, Intervals], span: Span, days: Span, zone_name: str) -> dict[str, Intervals]:
    """The steps of some of the days."""
    return {
        name: register.on(grid(span.start, span.end, zone_name, register.step_s).slice_of(days))
        for name, register in registers.items()
    }
