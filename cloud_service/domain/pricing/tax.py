"""Taxes on rated lines: dated rates, VAT categories, reverse charge, tax on tax, rounding."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Annotated, Literal

import msgspec
from msgspec import UNSET, Meta

from cloud_service.domain.calendar.validity import check_dated
from cloud_service.domain.money import Rounding, plain, round_money
from cloud_service.domain.pricing.charge import Charge
from cloud_service.domain.pricing.priced_lines import ZERO, PricedLine, TaxLine
from cloud_service.domain.pricing.references import meant
from common.errors import InputError
from common.period import Span

Category = Literal["S", "Z", "E", "AE", "O", "K", "G", "L", "M"]
HUNDRED = Decimal(100)
CASH = "rounding.cash"  # path of the line that rounds a total to its coin


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


def check_taxes(taxes: Sequence[Tax], charges: Sequence[Charge], path: str) -> None:
    """Refuse taxes whose rate or base is not certain, and those that no line would ever have."""
    seen: list[str] = []
    for index, tax in enumerate(taxes):
        place = f"{path}[{index}]"
        if tax.name in seen:
            raise InputError(f"two taxes have the name {tax.name!r}", path=f"{place}.name")
        _check_rates(tax, place)
        _check_lines(tax, charges, place)
        for other in tax.also_on:
            if other not in seen:
                raise InputError(f"there is no tax {other!r} before this one", path=f"{place}.also_on")
        seen.append(tax.name)


def _check_rates(tax: Tax, path: str) -> None:
    if tax.percent is not None and tax.rates:
        raise InputError("a tax has percent or rates, not both", path=path)
    if tax.percent is None and not tax.rates and tax.category not in ZERO_CATEGORIES:
        raise InputError("a tax needs percent or rates", path=path)
    if tax.category in ZERO_CATEGORIES and any(rate.percent for rate in tax.dated()):
        raise InputError(f"category {tax.category} has no rate above 0", path=path)
    if any(rate.percent < 0 for rate in tax.dated()):
        raise InputError("a tax is not below 0", path=path, hint="a charge of kind percentage takes something off")
    check_dated(tax.rates, f"{path}.rates")


def _check_lines(tax: Tax, charges: Sequence[Charge], path: str) -> None:
    """A tax on charges that do not exist, or that name another tax, would silently be nothing."""
    taxed = [charge for charge in charges if charge.tax == tax.name or (tax.default and not charge.tax)]
    for name in tax.on:
        if not meant((name,), taxed, charges):
            raise InputError(
                f"no charge {name!r} has the tax {tax.name!r}",
                path=f"{path}.on",
                hint="ids or kinds of charges that name this tax, or name none and the tax is `default`",
            )
    if not taxed:
        raise InputError(f"no charge has the tax {tax.name!r}", path=f"{path}.name", hint="name it as a charge's `tax`")


def rate_changes(taxes: Sequence[Tax], span: Span) -> set[date]:
    """The days inside a span at which a rate changes."""
    edges = {edge for tax in taxes for rate in tax.dated() for edge in (rate.start, rate.until) if edge is not None}
    return {edge for edge in edges if span.start < edge < span.end}


def rate_on(tax: Tax, day: date, path: str) -> Decimal:
    """The rate of a tax on a day; a day without one is refused."""
    for rate in tax.dated():
        if (rate.start is None or rate.start <= day) and (rate.until is None or day < rate.until):
            return rate.percent
    raise InputError(f"tax {tax.name!r} has no rate on {day}", path=path)


def rates_on(taxes: Sequence[Tax], category: str, day: date) -> tuple[Decimal, ...]:
    """The rates that lines of a tax category have on a day, of the taxes that are not limited to some charges."""
    due = (tax.name == category if category else tax.default for tax in taxes)
    return tuple(
        rate_on(tax, day, f"taxes[{index}]")
        for index, (tax, here) in enumerate(zip(taxes, due, strict=True))
        if here and not tax.on
    )


def applies(tax: Tax, line: PricedLine) -> bool:
    """Whether a tax is due on a line; on the coin that a total is rounded to there is none."""
    if line.path == CASH:
        return False
    if tax.on and not line.head.is_one_of(tax.on):
        return False
    return line.tax_category == tax.name if line.tax_category else tax.default


def taxes_of(
    lines: Sequence[PricedLine], taxes: Sequence[Tax], currency: str, way: Rounding, *, per_line: bool
) -> tuple[TaxLine, ...]:
    """The taxes on some lines, one for each tax and rate; `per_line` rounds each line's tax, else their sum once."""
    tax_lines: list[TaxLine] = []
    by_name: dict[str, list[tuple[TaxLine, list[PricedLine]]]] = {}
    for index, tax in enumerate(taxes):
        path = f"taxes[{index}]"
        below = _taxes_in_base(tax, path, [taxed for name in tax.also_on for taxed in by_name[name]], currency, way)
        lines_of_tax = by_name[tax.name] = []
        for percent, members in _by_rate(tax, path, [line for line in lines if applies(tax, line)]).items():
            amounts = [line.amount for line in members]
            line = _line(tax, percent, amounts, below.get(percent, ZERO), currency, way, path, per_line=per_line)
            lines_of_tax.append((line, members))
            tax_lines.append(line)
    return tuple(tax_lines)


def _by_rate(tax: Tax, path: str, lines: Sequence[PricedLine]) -> dict[Decimal, list[PricedLine]]:
    """The lines by the rate that the tax has on their days."""
    if not tax.rates:
        return {tax.percent or ZERO: list(lines)} if lines else {}
    by_rate: dict[Decimal, list[PricedLine]] = {}
    for line in lines:
        by_rate.setdefault(rate_on(tax, line.head.start, path), []).append(line)
    return by_rate


def _taxes_in_base(
    tax: Tax, path: str, before: Sequence[tuple[TaxLine, list[PricedLine]]], currency: str, way: Rounding
) -> dict[Decimal, Decimal]:
    """What earlier taxes add to the base at each rate of this one: each share at the rate of its own days."""
    by_rate: dict[Decimal, Decimal] = {}
    for earlier, members in before:
        total, so_far, shared = sum((line.amount for line in members), ZERO), ZERO, ZERO
        for percent, lines in _by_rate(tax, path, members).items():
            so_far += sum((line.amount for line in lines), ZERO)
            share = earlier.amount * so_far / total if total else ZERO
            up_to = earlier.amount if so_far == total else round_money(share, currency, way)
            by_rate[percent] = by_rate.get(percent, ZERO) + up_to - shared
            shared = up_to
    return by_rate


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
    base = sum(amounts, ZERO) + below
    unrounded = base * percent / HUNDRED
    if per_line:
        shares = [*amounts, *([below] if below else [])]
        amount = sum((round_money(share * percent / HUNDRED, currency, way) for share in shares), ZERO)
    else:
        amount = round_money(unrounded, currency, way)
    how = "rounded line by line" if per_line else "rounded once on the sum"
    on_tax = f", taxes before it {plain(below)} included" if below else ""
    why = f"{plain(percent)} % of {plain(base)}{on_tax}, {how}" + (f"; {tax.reason}" if tax.reason else "")
    return TaxLine(
        tax=tax.name,
        label=tax.label or tax.name,
        category=tax.category,
        percent=percent,
        base=base,
        amount_unrounded=unrounded,
        amount=amount,
        path=path,
        why=why,
        way=way,
        by_line=per_line,
        reason=tax.reason or UNSET,
    )


def merged_taxes(taxes: Sequence[TaxLine], currency: str) -> tuple[TaxLine, ...]:
    """Equal taxes of several versions as one: rounded once on the common base, or the sum of what lines had."""
    groups: dict[tuple[object, ...], list[TaxLine]] = {}
    for tax in taxes:
        groups.setdefault((tax.tax, tax.label, tax.category, tax.percent, tax.way, tax.by_line), []).append(tax)
    return tuple(_sum(group, currency) for group in groups.values())


def _sum(group: Sequence[TaxLine], currency: str) -> TaxLine:
    first = group[0]
    if len(group) == 1:
        return first
    base, unrounded = (sum((getattr(tax, name) for tax in group), ZERO) for name in ("base", "amount_unrounded"))
    amount = (
        sum((tax.amount for tax in group), ZERO) if first.by_line else round_money(unrounded, currency, first.rounding)
    )
    how = "rounded line by line" if first.by_line else "rounded once on the sum"
    why = f"{plain(first.percent)} % of {plain(base)}, {how}; {'; '.join(tax.why for tax in group)}"
    return msgspec.structs.replace(first, base=base, amount_unrounded=unrounded, amount=amount, why=why)
