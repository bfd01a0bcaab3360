"""Tariff versions, calendar, consumption and a span in; priced lines that explain themselves out. Pure and exact.

The same engine prices bills, previews and the calculator. Connections with the same tariff, zone, span and steps are
rated together as matrices; only their few sums become decimals.
"""

from collections.abc import Callable, Sequence
from decimal import Decimal, localcontext

import msgspec
import numpy as np

from cloud_service.domain.calendar.interval_grid import grid
from cloud_service.domain.money import plain, round_cash
from cloud_service.domain.pricing import tax as taxation
from cloud_service.domain.pricing.charge_context import ChargeContext
from cloud_service.domain.pricing.line_sheet import LineSheet
from cloud_service.domain.pricing.priced_lines import NOTHING, LineHead, PricedLine, RatingResult, TaxLine, sum_of
from cloud_service.domain.pricing.register_sums import RegisterSums, power
from cloud_service.domain.pricing.usage import History, Intervals, RegisterUsage, Usage, UsageBatch, batch_of
from cloud_service.domain.tariffs.charge_periods import charge_periods, versions_in
from cloud_service.domain.tariffs.tariff import Tariff, Version
from cloud_service.domain.tariffs.unpriced import TOTAL
from common.errors import InputError
from common.period import Span, zone

THOUSANDTHS = 3  # the scale of energy in results
PRECISION = 60  # digits of intermediate results: products of quantities and prices stay exact


def rate(tariff: Tariff, usage: Usage, span: Span, zone_name: str, cycle_day: int = 1) -> RatingResult:
    """What one connection owes for a span of civil days in a zone. `cycle_day` is the day billing months start on."""
    return rate_batch(tariff, batch_of([usage]), span, zone_name, cycle_day)[0]


def rate_batch(
    tariff: Tariff, batch: UsageBatch | Sequence[Usage], span: Span, zone_name: str, cycle_day: int = 1
) -> list[RatingResult]:
    """What each of many connections with one tariff, zone and span owes, in the order of the batch's rows.

    InputError, with the place in the usage or the tariff, where a step, a register or a price is missing.
    """
    if not isinstance(batch, UsageBatch):
        batch = batch_of(batch)
    zone(zone_name)
    _check_usage(batch, span, zone_name)
    with localcontext(prec=PRECISION):
        versions = versions_in(tariff, span)
        sheet = LineSheet(batch.rows, tariff.currency, versions[-1].document.rounding.way)
        cache: dict[object, object] = {}
        for period in charge_periods(tariff, span):
            charge, references = period.charge, period.version.references
            sums = RegisterSums(period.path, period.span, span, zone_name, batch, references, cache)
            charge.rate(ChargeContext(charge.kind, charge.name, charge.tax, sums, cycle_day, sheet, period.title))
        _fill_max_demand(batch, sheet)
        energies = _energy(batch)
        return [_rated(versions, batch, sheet, span, row=row, energy=energy) for row, energy in enumerate(energies)]


def _check_usage(batch: UsageBatch, span: Span, zone_name: str) -> None:
    for name, register in batch.registers.items():
        path = f"usage.registers.{name}"
        if isinstance(register, Intervals):
            steps = grid(span.start, span.end, zone_name, register.step_s).steps
            if register.values.shape != (batch.rows, steps):
                raise InputError(
                    f"{register.values.shape} values for {batch.rows} connections of {steps} steps",
                    path=path,
                    hint=f"{span.start} to {span.end} in {zone_name}",
                    code="wrong_length",
                )
        elif register.start > span.start or register.end < span.end:
            raise InputError(
                f"the total is of {register.start} to {register.end}, the span is {span.start} to {span.end}",
                path=path,
                code="wrong_days",
            )
        elif np.atleast_1d(np.asarray(register.value)).shape != (batch.rows,):
            raise InputError("one total a connection", path=path, code="wrong_length")


def _energy(batch: UsageBatch) -> list[int]:
    """What was taken, in thousandths of a kWh, a number a row: by the import register, or by its several rates."""
    counted = [_thousandths(register, batch.rows) for register in _import_registers(batch)]
    return [sum(row) for row in zip(*counted, strict=True)] if counted else [0] * batch.rows


def _import_registers(batch: UsageBatch) -> list[RegisterUsage]:
    """The import register, and those of a meter with several: the one that counts them together, or all of them."""
    rates = {name: register for name, register in batch.registers.items() if name.startswith("import_")}
    together = [register for name, register in rates.items() if name.endswith(TOTAL)]
    return [batch.registers[name] for name in ("import",) if name in batch.registers] + (
        together or list(rates.values())
    )


def _thousandths(register: RegisterUsage, rows: int) -> list[int]:
    if isinstance(register, Intervals):
        totals: list[int] = register.values.sum(axis=1).tolist()
    else:
        totals = np.broadcast_to(np.asarray(register.value), rows).tolist()
    if register.scale == THOUSANDTHS:
        return totals
    return [int(Decimal(total).scaleb(THOUSANDTHS - register.scale).to_integral_value()) for total in totals]


def _fill_max_demand(batch: UsageBatch, sheet: LineSheet) -> None:
    """The highest step of the import register, where no demand charge has said it; none of steps that were spread."""
    register = batch.registers.get("import")
    if (
        isinstance(register, Intervals)
        and register.values.shape[1]
        and any(value is None for value in sheet.max_demand)
    ):
        most, factor = power(register.values.max(axis=1), register.step_s, register.scale)
        for row, highest in enumerate(most.tolist()):
            if sheet.max_demand[row] is None and not (register.spread and register.spread[row]):
                sheet.max_demand[row] = highest * factor


def _rated(
    versions: Sequence[Version], batch: UsageBatch, sheet: LineSheet, span: Span, *, row: int, energy: int
) -> RatingResult:
    version = versions[-1]
    rounding = version.document.rounding
    lines = sheet.rows[row]
    owed = sum_of(lines)
    net = owed.due
    if rounding.policy == "tax":
        gaps = _rounding_of_categories(versions, lines, sheet.round)
        lines += gaps
        net += sum_of(gaps).due
    taxes = _taxes(versions, lines)
    due = sum_of(taxes) if taxes else NOTHING
    tax = due.due
    if rounding.cash is not None:
        coin = round_cash(net + tax, rounding.cash) - net - tax
        if coin:
            note = f"total {plain(net + tax)} to the next {plain(rounding.cash)}"
            lines.append(_rounding_line(version, span, coin, "", note, path=taxation.CASH))
            net += coin
    return RatingResult(
        currency=sheet.currency,
        span=span,
        lines=tuple(lines),
        taxes=taxes,
        net=net,
        tax=tax,
        total=net + tax,
        total_unrounded=owed.exact + due.exact,
        energy=energy,
        max_demand_kw=sheet.max_demand[row],
        history=_history(batch, sheet, row),
    )


def _rounding_of_categories(
    versions: Sequence[Version], lines: Sequence[PricedLine], rounded: Callable[[Decimal], Decimal]
) -> list[PricedLine]:
    """What rounding the sum of each tax category and rate once differs from the rounded lines, as visible lines."""
    groups: dict[tuple[str, tuple[Decimal, ...]], list[PricedLine]] = {}
    for line in lines:
        version = next(candidate for candidate in reversed(versions) if candidate.start <= line.head.start)
        rates = taxation.rates_on(version.document.taxes, line.tax_category, line.head.start)
        groups.setdefault((line.tax_category, rates), []).append(line)
    gap_lines = []
    for (category, _), members in groups.items():
        both = sum_of(members)
        gap = rounded(both.exact) - both.due
        if gap:
            note = f"{plain(both.exact)} rounded once, less the rounded lines {plain(both.due)}"
            days = Span(min(line.head.start for line in members), max(line.head.end for line in members))
            gap_lines.append(_rounding_line(versions[-1], days, gap, category, note))
    return gap_lines


def _taxes(versions: Sequence[Version], lines: Sequence[PricedLine]) -> tuple[TaxLine, ...]:
    """The taxes of each version on the lines of its days; equal ones are one, rounded once."""
    if len(versions) == 1:
        return _taxes_of(versions[0], lines)
    tax_lines: list[TaxLine] = []
    for version in versions:
        start, until = version.start, version.until
        tax_lines += _taxes_of(version, [line for line in lines if start <= line.head.start < until])
    return taxation.merged_taxes(tax_lines, versions[-1].document.currency)


def _taxes_of(version: Version, lines: Sequence[PricedLine]) -> tuple[TaxLine, ...]:
    document, rounding = version.document, version.document.rounding
    if not document.taxes:
        return ()
    per_line = rounding.policy == "line_tax"
    return taxation.taxes_of(lines, document.taxes, document.currency, rounding.way, per_line=per_line)


def _rounding_line(  # noqa: PLR0917 -- a line's facts in their order
    version: Version, span: Span, amount: Decimal, category: str, note: str, path: str = "rounding"
) -> PricedLine:
    """A difference that rounding makes: owed as it stands, and no part of what is unrounded."""
    head = LineHead(
        charge="rounding",
        id="rounding",
        label="Rounding",
        unit="",
        path=path,
        tax_category=category,
        utility="",
        start=span.start,
        end=span.end,
        rule="rounding difference",
        source="",
        version=version.title,
    )
    return PricedLine(head, Decimal(1), amount, amount, amount, note)


def _history(batch: UsageBatch, sheet: LineSheet, row: int) -> History:
    """What the next span must be given; only what this span changed is made anew."""
    before, money, year = batch.history(row), sheet.money_credit[row], sheet.year_to_date[row]
    if sheet.peaks[row]:
        before = msgspec.structs.replace(before, peaks={**before.peaks, **sheet.peaks[row]})
    if sheet.energy_credit[row]:
        before = msgspec.structs.replace(before, energy_credit={**before.energy_credit, **sheet.energy_credit[row]})
    if money or year:
        before = msgspec.structs.replace(
            before,
            money_credit={**before.money_credit, **{key: amount.due for key, amount in money.items()}},
            year_to_date={**before.year_to_date, **{key: amount.due for key, amount in year.items()}},
            unrounded={**before.unrounded, **{key: amount.exact for key, amount in {**money, **year}.items()}},
        )
    return before
