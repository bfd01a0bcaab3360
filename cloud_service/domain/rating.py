"""Tariff versions, calendar, consumption and a span in; priced lines that explain themselves out. Pure and exact.

The same engine prices bills, previews and the calculator. Connections with the same tariff, zone, span and steps are
rated together as matrices; only their few sums become decimals.
"""

import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, localcontext

import msgspec
import numpy as np

from cloud_service.domain import tax as taxation
from cloud_service.domain.calendar import grid
from cloud_service.domain.charge import Charge, Part, Sheet
from cloud_service.domain.lines import Head, Line, Rated, TaxLine
from cloud_service.domain.money import plain, round_cash, round_money
from cloud_service.domain.tariff import Tariff, Version
from cloud_service.domain.usage import Batch, History, Intervals, Usage, batch_of
from common.errors import InputError
from common.period import Span, zone

PRECISION = 60  # digits of intermediate results: products of quantities and prices stay exact


def rate(tariff: Tariff, usage: Usage, span: Span, zone_name: str, cycle_day: int = 1) -> Rated:
    """What one connection owes for a span of civil days in a zone. `cycle_day` is the day billing months start on."""
    return rate_batch(tariff, batch_of([usage]), span, zone_name, cycle_day)[0]


def rate_batch(
    tariff: Tariff, batch: Batch | Sequence[Usage], span: Span, zone_name: str, cycle_day: int = 1
) -> list[Rated]:
    """What each of many connections with one tariff, zone and span owes."""
    if not isinstance(batch, Batch):
        batch = batch_of(batch)
    zone(zone_name)
    _check_usage(batch, span, zone_name)
    with localcontext(prec=PRECISION):
        rounding = tariff.versions[-1].document.rounding
        sheet = Sheet(batch.rows, tariff.currency, rounding.way)
        sums: dict[object, object] = {}
        for piece in pieces(tariff, span):
            piece.charge.rate(
                Part(
                    piece.charge,
                    piece.path,
                    piece.span,
                    span,
                    zone_name,
                    cycle_day,
                    batch,
                    sheet,
                    piece.version.known,
                    piece.title,
                    sums,
                )
            )
        energy = _energy(batch)
        _fill_maximum(batch, sheet)
        return [_rated(tariff, batch, sheet, span, row=row, energy=energy[row]) for row in range(batch.rows)]


@dataclass(frozen=True, slots=True)
class Piece:
    """One charge on the days it is valid."""

    charge: Charge
    path: str
    span: Span
    version: Version
    title: str


def pieces(tariff: Tariff, span: Span) -> list[Piece]:
    """The charges of all versions on the days of a span, in the order of the documents.

    A charge that stays the same across versions stays one piece. Where a charge over others or a tax changes, all
    lines are cut at that day, so that each part has one rate.
    """
    versions = _versions(tariff, span)
    cuts = _common_cuts(versions, span)
    found: list[Piece] = []
    for version in versions:
        days = Span(max(span.start, version.start), min(span.end, version.until))
        for index, charge in enumerate(version.document.charges):
            valid = _valid(charge, days)
            if valid is None:
                continue
            _join(found, Piece(charge, f"charges[{index}]", valid, version, version.title))
    ordered = sorted(found, key=lambda piece: int(piece.path[8:-1]))
    return [part for piece in ordered for part in _cut(piece, cuts)]


def _versions(tariff: Tariff, span: Span) -> list[Version]:
    inside = [version for version in tariff.versions if version.start < span.end and span.start < version.until]
    day = span.start
    for version in inside:
        if version.start > day:
            break
        day = version.until
    if day < span.end:
        raise InputError(f"no version of tariff {tariff.id} is valid on {day}", path="from", code="no_version")
    return inside


def _valid(charge: Charge, days: Span) -> Span | None:
    start, end = max(charge.start or days.start, days.start), min(charge.until or days.end, days.end)
    return Span(start, end) if start < end else None


def _same_terms(one: Charge, other: Charge) -> bool:
    return type(one) is type(other) and msgspec.structs.replace(one, start=None, until=None) == msgspec.structs.replace(
        other, start=None, until=None
    )


def _join(found: list[Piece], piece: Piece) -> None:
    """Put a piece after the one it continues unchanged, or at the end."""
    for index, before in enumerate(found):
        same_known = before.version.known.schedules == piece.version.known.schedules and (
            before.version.known.conversions == piece.version.known.conversions
        )
        if (
            before.span.end == piece.span.start
            and before.path == piece.path
            and same_known
            and _same_terms(before.charge, piece.charge)
        ):
            title = before.title if before.version is piece.version else f"{before.title}, unchanged in {piece.title}"
            found[index] = Piece(
                piece.charge, piece.path, Span(before.span.start, piece.span.end), piece.version, title
            )
            return
    found.append(piece)


def _cut(piece: Piece, cuts: Iterable[date]) -> list[Piece]:
    edges = [piece.span.start, *sorted(cut for cut in cuts if piece.span.start < cut < piece.span.end), piece.span.end]
    return [
        Piece(piece.charge, piece.path, Span(first, last), piece.version, piece.title)
        for first, last in itertools.pairwise(edges)
    ]


def _common_cuts(versions: Sequence[Version], span: Span) -> set[date]:
    """Days at which every line must be cut: a charge over others, a tax or a conversion changes there."""
    cuts: set[date] = set()
    for version in versions:
        document = version.document
        cuts |= taxation.cuts(document.taxes, span)
        for made in document.quantities.values():
            cuts |= {edge for factor in made.factors for edge in (factor.start, factor.until) if edge is not None}
        for charge in document.charges:
            if charge.refers_to():
                cuts |= {edge for edge in (charge.start, charge.until) if edge is not None}
    for before, after in itertools.pairwise(versions):
        over = [charge for version in (before, after) for charge in version.document.charges if charge.refers_to()]
        unlike = [charge for charge in before.document.charges if charge.refers_to()] != [
            charge for charge in after.document.charges if charge.refers_to()
        ]
        if (
            (over and unlike)
            or before.document.taxes != after.document.taxes
            or before.document.rounding != after.document.rounding
        ):
            cuts.add(after.start)
    return {cut for cut in cuts if span.start < cut < span.end}


def _check_usage(batch: Batch, span: Span, zone_name: str) -> None:
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


def _energy(batch: Batch) -> list[int]:
    register = batch.registers.get("import")
    if register is None:
        return [0] * batch.rows
    if isinstance(register, Intervals):
        totals = register.values.sum(axis=1).tolist()
    else:
        totals = np.atleast_1d(np.asarray(register.value)).tolist()
    return [int(Decimal(total).scaleb(3 - register.scale).to_integral_value()) for total in totals]


def _fill_maximum(batch: Batch, sheet: Sheet) -> None:
    """The highest step of the import register, where no demand charge has said it."""
    register = batch.registers.get("import")
    if (
        isinstance(register, Intervals)
        and register.values.shape[1]
        and any(value is None for value in sheet.max_demand)
    ):
        factor = (Decimal(3600) / register.step_s).scaleb(-register.scale)
        for row, highest in enumerate(register.values.max(axis=1).tolist()):
            if sheet.max_demand[row] is None:
                sheet.max_demand[row] = highest * factor


def _rated(tariff: Tariff, batch: Batch, sheet: Sheet, span: Span, *, row: int, energy: int) -> Rated:
    version = tariff.versions[-1]
    rounding = version.document.rounding
    lines = sheet.rows[row]
    taxes = _taxes(tariff, span, lines)
    net = sum((line.amount for line in lines), Decimal(0))
    tax = sum((line.amount for line in taxes), Decimal(0))
    unrounded = sum((line.amount_unrounded for line in lines), Decimal(0)) + sum(
        (line.amount_unrounded for line in taxes), Decimal(0)
    )
    if rounding.cash is not None:
        due = round_cash(net + tax, rounding.cash)
        if due != net + tax:
            lines.append(
                _rounding_line(
                    version, span, due - net - tax, f"total {plain(net + tax)} to the next {plain(rounding.cash)}"
                )
            )
            net += due - net - tax
    return Rated(
        tariff.currency,
        span,
        tuple(lines),
        taxes,
        net,
        tax,
        net + tax,
        unrounded,
        energy,
        sheet.max_demand[row],
        _history(batch, sheet, row),
    )


def _taxes(tariff: Tariff, span: Span, lines: Sequence[Line]) -> tuple[TaxLine, ...]:
    found: list[TaxLine] = []
    for version in _versions(tariff, span):
        document = version.document
        mine = (
            [line for line in lines if version.start <= line.head.start < version.until]
            if len(tariff.versions) > 1
            else lines
        )
        if document.taxes:
            found += taxation.taxes_of(
                mine,
                document.taxes,
                document.currency,
                document.rounding.way,
                per_line=document.rounding.policy == "line_tax",
            )
    return tuple(found)


def _rounding_line(version: Version, span: Span, amount: Decimal, note: str) -> Line:
    head = Head(
        "rounding",
        "rounding",
        "Rounding",
        "",
        "rounding",
        "",
        "",
        span.start,
        span.end,
        "rounding difference",
        "",
        version.title,
    )
    return Line(head, Decimal(1), amount, amount, amount, note)


def _history(batch: Batch, sheet: Sheet, row: int) -> History:
    before = batch.history(row)
    return History(
        peaks={**before.peaks, **{key: tuple(value) for key, value in sheet.peaks[row].items()}},
        energy_credit={**before.energy_credit, **sheet.energy_credit[row]},
        money_credit={**before.money_credit, **sheet.money_credit[row]},
        year_to_date={**before.year_to_date, **sheet.year_to_date[row]},
    )


__all__ = ["pieces", "rate", "rate_batch", "round_money"]
