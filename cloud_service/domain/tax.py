"""Taxes on rated lines: dated rates, VAT categories, reverse charge, tax on tax, rounding."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from cloud_service.domain.lines import Line, TaxLine
from cloud_service.domain.money import Rounding, plain, round_money
from common.errors import InputError
from common.period import Span

Category = Literal["S", "Z", "E", "AE", "O", "K", "G", "L", "M"]
HUNDRED = Decimal(100)


class TaxRate(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A rate and the days it is valid."""

    percent: Annotated[Decimal, Meta(description="Percent of the base")]
    start: date | None = msgspec.field(name="from", default=None)
    until: date | None = None


class Tax(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A tax or a VAT category. Lines name it by `tax`; those that name none have the ones marked default."""

    name: Annotated[str, Meta(min_length=1)]
    label: str = ""
    category: Annotated[
        Category, Meta(description="EN 16931 category: S standard, Z zero, E exempt, AE reverse charge, O outside")
    ] = "S"
    percent: Decimal | None = None
    rates: Annotated[tuple[TaxRate, ...], Meta(description="Dated rates, instead of percent")] = ()
    default: Annotated[bool, Meta(description="Applies to lines that name no tax")] = True
    on: Annotated[tuple[str, ...], Meta(description="Only lines of these charges (ids or kinds)")] = ()
    also_on: Annotated[tuple[str, ...], Meta(description="Taxes before this one that are part of its base")] = ()
    reason: Annotated[str, Meta(description="Text the invoice must show for E, AE, O")] = ""

    def dated(self) -> tuple[TaxRate, ...]:
        """The rates with their days."""
        if self.rates:
            return self.rates
        return (TaxRate(percent=self.percent if self.percent is not None else Decimal(0)),)


ZERO_CATEGORIES = ("Z", "E", "AE", "O", "K", "G")


def check_taxes(taxes: Sequence[Tax], path: str) -> None:
    """Refuse taxes whose rate or base is not certain."""
    seen: list[str] = []
    for index, tax in enumerate(taxes):
        place = f"{path}[{index}]"
        if tax.name in seen:
            raise InputError(f"two taxes have the name {tax.name!r}", path=f"{place}.name")
        if tax.percent is not None and tax.rates:
            raise InputError("a tax has percent or rates, not both", path=place)
        if tax.percent is None and not tax.rates and tax.category not in ZERO_CATEGORIES:
            raise InputError("a tax needs percent or rates", path=place)
        if tax.category in ZERO_CATEGORIES and any(rate.percent for rate in tax.dated()):
            raise InputError(f"category {tax.category} has no rate above 0", path=place)
        for other in tax.also_on:
            if other not in seen:
                raise InputError(f"there is no tax {other!r} before this one", path=f"{place}.also_on")
        seen.append(tax.name)


def cuts(taxes: Sequence[Tax], span: Span) -> set[date]:
    """The days inside a span at which a rate changes."""
    edges = {edge for tax in taxes for rate in tax.dated() for edge in (rate.start, rate.until) if edge is not None}
    return {edge for edge in edges if span.start < edge < span.end}


def rate_on(tax: Tax, day: date, path: str) -> Decimal:
    """The rate of a tax on a day; a day without one is refused."""
    for rate in tax.dated():
        if (rate.start is None or rate.start <= day) and (rate.until is None or day < rate.until):
            return rate.percent
    raise InputError(f"tax {tax.name!r} has no rate on {day}", path=path)


def applies(tax: Tax, line: Line) -> bool:
    """Whether a tax is due on a line."""
    if tax.on and line.id not in tax.on and line.charge not in tax.on:
        return False
    return line.tax_category == tax.name if line.tax_category else tax.default


def taxes_of(
    lines: Sequence[Line], taxes: Sequence[Tax], currency: str, way: Rounding, *, per_line: bool
) -> tuple[TaxLine, ...]:
    """The taxes on some lines, one for each tax and rate."""
    found: list[TaxLine] = []
    for index, tax in enumerate(taxes):
        path = f"taxes[{index}]"
        bases: dict[Decimal, list[Decimal]] = {}
        for line in lines:
            if applies(tax, line):
                bases.setdefault(rate_on(tax, line.head.start, path), []).append(line.amount)
        for percent, amounts in bases.items():
            below = sum((done.amount for done in found if done.tax in tax.also_on), Decimal(0))
            found.append(_line(tax, percent, amounts, below, currency, way, path, per_line=per_line))
    return tuple(found)


def _line(  # noqa: PLR0917 -- private, called once
    tax: Tax,
    percent: Decimal,
    amounts: Sequence[Decimal],
    below: Decimal,
    currency: str,
    way: Rounding,
    path: str,
    *,
    per_line: bool,
) -> TaxLine:
    base = sum(amounts, Decimal(0)) + below
    unrounded = base * percent / HUNDRED
    if per_line:
        parts = [*amounts, *([below] if below else [])]
        amount = sum((round_money(part * percent / HUNDRED, currency, way) for part in parts), Decimal(0))
    else:
        amount = round_money(unrounded, currency, way)
    how = "rounded line by line" if per_line else "rounded once on the sum"
    on_tax = f", taxes before it {plain(below)} included" if below else ""
    why = f"{plain(percent)} % of {plain(base)}{on_tax}, {how}" + (f"; {tax.reason}" if tax.reason else "")
    return TaxLine(tax.name, tax.label or tax.name, tax.category, percent, base, unrounded, amount, path, why)
