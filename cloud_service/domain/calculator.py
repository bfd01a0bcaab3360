"""The calculator: files in, bills out, month after month, each month handing its history to the next."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from cloud_service.domain import loads
from cloud_service.domain.charges import Export
from cloud_service.domain.grid import grid
from cloud_service.domain.lines import Rated
from cloud_service.domain.proration import cycles
from cloud_service.domain.rating import rate
from cloud_service.domain.tariff import Tariff, load_tariff, read_document
from cloud_service.domain.urdb import import_urdb, is_urdb
from cloud_service.domain.usage import History, Intervals, PriceSeries, Usage
from common.errors import InputError
from common.period import Span, zone


def any_tariff(path: Path, *, holidays: bool = False) -> tuple[Tariff, tuple[str, ...]]:
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
    load: Path, export: Path | None, start: date, zone_name: str, *, step_s: int | None = None, unit: str | None = None
) -> tuple[dict[str, Intervals], Span, tuple[str, ...]]:
    """The registers of the files, the days they are of, and what was done to make their steps the same."""
    zone(zone_name)
    column = loads.read_column(_text(load), str(load))
    step = step_s or loads.step_of(column, start, zone_name, str(load))
    span = loads.span_of(column, start, zone_name, step, str(load))
    registers = {"import": loads.intervals(column, step, _unit(column, unit), str(load), negative=False)}
    if export is None:
        return registers, span, ()
    given = loads.read_column(_text(export), str(export))
    same = len(given.values) == len(column.values)
    given_step = step if same else step_s or loads.step_of(given, start, zone_name, str(export))
    if loads.span_of(given, start, zone_name, given_step, str(export)) != span:
        raise InputError(
            f"the export is not of the same days as the load, {span.start} to {span.end}",
            path=str(export),
            code="wrong_length",
        )
    registers["export"] = loads.intervals(given, given_step, _unit(given, unit), str(export), negative=True)
    finer = min(step, given_step)
    notes = tuple(
        f"{name} of {one.step_s // 60} min is taken as even over {finer // 60} min steps"
        for name, one in registers.items()
        if one.step_s != finer
    )
    return {name: loads.spread(one, finer) for name, one in registers.items()}, span, notes


def read_prices(path: Path, start: date, span: Span, zone_name: str) -> Intervals:
    """A price series of a file, for the same days as the load."""
    values, days = price_file(path, start, zone_name)
    if days != span:
        raise InputError(f"the prices are not of {span.start} to {span.end}", path=str(path), code="wrong_length")
    return values


def price_file(path: Path, start: date, zone_name: str, *, step_s: int | None = None) -> tuple[Intervals, Span]:
    """The prices of a file and the days they are of."""
    zone(zone_name)
    column = loads.read_column(_text(path), str(path))
    step = step_s or loads.step_of(column, start, zone_name, str(path))
    days = loads.span_of(column, start, zone_name, step, str(path))
    return loads.intervals(column, step, "kWh", str(path), negative=True), days


def _unit(column: loads.Column, unit: str | None) -> loads.Unit:
    if unit is not None:
        return "kWh" if unit == "kWh" else "kW"
    return column.unit or "kW"


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"the file cannot be read: {error}", path=str(path)) from error


def check_priced(tariff: Tariff, registers: Mapping[str, Any]) -> None:
    """Refuse an export that the tariff has no rule for: it would silently be worth nothing."""
    if "export" not in registers:
        return
    for version in tariff.versions:
        rules = [
            charge
            for charge in version.document.charges
            if isinstance(charge, Export)
            or getattr(charge, "netting", None) is not None
            or getattr(charge, "register", "") in ("export", "net_export")
        ]
        if not rules:
            raise InputError(
                "the tariff does not say what export is worth",
                path="charges",
                hint="add an export charge or netting",
                code="unpriced_register",
            )


def calculate(
    tariff: Tariff,
    registers: Mapping[str, Intervals],
    span: Span,
    zone_name: str,
    *,
    cycle_day: int = 1,
    whole: bool = False,
    facts: Mapping[str, Decimal] | None = None,
    prices: Mapping[str, Intervals] | None = None,
) -> list[Rated]:
    """A bill for each billing month of the span (or one for all of it). `prices` are series that spot charges name."""
    check_priced(tariff, registers)
    bills: list[Rated] = []
    history = History()
    for part in (span,) if whole else cycles(span.start, span.end, cycle_day):
        series = {
            name: PriceSeries(one.values, one.step_s, one.scale)
            for name, one in cut(prices or {}, span, part, zone_name).items()
        }
        usage = Usage(cut(registers, span, part, zone_name), history, facts or {}, series)
        bill = rate(tariff, usage, part, zone_name, cycle_day)
        history = bill.history
        bills.append(bill)
    return bills


def cut(registers: Mapping[str, Intervals], span: Span, part: Span, zone_name: str) -> dict[str, Intervals]:
    """The steps of some of the days."""
    return {
        name: Intervals(
            one.values[grid(span.start, span.end, zone_name, one.step_s).slice_of(part)], one.step_s, one.scale
        )
        for name, one in registers.items()
    }
