"""Ratings put together: of one contract's tariffs, of its waiting lines, or of the contracts of one invoice."""

from collections.abc import Mapping, Sequence
from decimal import Decimal

import msgspec
from msgspec import UNSET

from cloud_service.domain.money import plain, round_cash, round_money
from cloud_service.domain.pricing.priced_lines import TaxLine
from cloud_service.domain.pricing.rated_line import RatedLine, is_coin, shortest, unsigned_zero
from cloud_service.domain.pricing.tax import CASH
from cloud_service.domain.pricing.usage import History
from cloud_service.domain.rating.rated_contract import Rating
from common.errors import InputError

HUNDRED = Decimal(100)
ZERO = Decimal(0)


def join(ratings: Sequence[Rating]) -> Rating:
    """Ratings of one contract (several tariffs, or one after the other) or of one account, as one.

    A tax that several of them have is rounded once on the common base (EN 16931), and so is the coin, on the common
    total. One rating alone stays as it is. Ratings of different currencies are refused (`mixed_currency`).
    """
    if len(ratings) == 1:
        return ratings[0]
    if len({rating.currency for rating in ratings}) != 1:
        raise InputError("parts of different currencies cannot be joined", code="mixed_currency")
    lines: Sequence[RatedLine] = [line for rating in ratings for line in rating.lines]
    taxes = _join_taxes(ratings)
    net = sum((rating.net for rating in ratings), ZERO)
    tax = sum((line.amount for line in taxes), ZERO)
    coins = [rating.cash for rating in ratings if rating.cash is not UNSET]
    cash = coins[-1] if coins else UNSET
    if cash is not UNSET:
        lines, net = _with_coin(lines, net, tax, cash)
    demands = [rating.max_demand_kw for rating in ratings if rating.max_demand_kw is not None]
    return Rating(
        currency=ratings[0].currency,
        start=min(rating.start for rating in ratings),
        end=max(rating.end for rating in ratings),
        lines=tuple(lines),
        taxes=taxes,
        max_demand_kw=max(demands) if demands else None,
        energy=_energy_once(ratings),
        net=unsigned_zero(net),
        tax=unsigned_zero(tax),
        total=unsigned_zero(net + tax),
        total_unrounded=shortest(sum((rating.total_unrounded for rating in ratings), ZERO)),
        history=_join_history([rating.history for rating in ratings]),
        cash=cash,
    )


def _with_coin(
    lines: Sequence[RatedLine], net: Decimal, tax: Decimal, step: Decimal
) -> tuple[list[RatedLine], Decimal]:
    """The lines and net with one line that rounds the whole to its coin, instead of those that rounded each rating."""
    coins = [line for line in lines if is_coin(line)]
    others = [line for line in lines if not is_coin(line)]
    net -= sum((line.amount for line in coins), ZERO)
    total = net + tax
    coin = round_cash(total, step) - total
    if coin:
        others.append(_coin_line(others, coin, f"total {plain(total)} to the next {plain(step)}"))
    return others, net + coin


def _coin_line(lines: Sequence[RatedLine], coin: Decimal, why: str) -> RatedLine:
    return RatedLine(
        charge="rounding", id="rounding", label="Rounding", utility="", unit="", tax_category="", path=CASH,
        start=min(line.start for line in lines), end=max(line.end for line in lines), quantity=Decimal(1),
        price=coin, amount_unrounded=coin, amount=coin, why=f"rounding difference; {why}",
    )  # fmt: skip


def _energy_once(ratings: Sequence[Rating]) -> int:
    """Energy of different days adds up; two tariffs over the same days measured it once."""
    return sum({(rating.start, rating.end, rating.contract_id): rating.energy for rating in ratings}.values())


def _join_taxes(ratings: Sequence[Rating]) -> tuple[TaxLine, ...]:
    groups: dict[tuple[object, ...], list[TaxLine]] = {}
    for rating in ratings:
        for tax in rating.taxes:
            key = tax.tax, tax.label, tax.category, tax.percent, tax.is_rounded_by_line
            groups.setdefault(key, []).append(tax)
    return tuple(_summed(group, ratings[0].currency) for group in groups.values())


def _summed(group: Sequence[TaxLine], currency: str) -> TaxLine:
    """Rounded once on the common base, unless the tariff rounds line by line; one alone stays as it is."""
    first = group[0]
    if len(group) == 1:
        return first
    base = sum((tax.base for tax in group), ZERO)
    unrounded = base * first.percent / HUNDRED
    by_line = sum((tax.amount for tax in group), ZERO)
    amount = by_line if first.is_rounded_by_line else round_money(unrounded, currency, first.rounding)
    how = "rounded line by line" if first.is_rounded_by_line else "rounded once on the sum"
    return msgspec.structs.replace(
        first,
        base=unsigned_zero(base),
        amount_unrounded=shortest(unrounded),
        amount=unsigned_zero(amount),
        why=f"{plain(first.percent)} % of {plain(base)}, {how}",
    )


def _join_history(histories: Sequence[History]) -> History:
    """All charges' peaks, credits and years to date; of one charge the later rating's."""

    def merged(name: str) -> Mapping[str, object]:
        return {charge: left for history in histories for charge, left in getattr(history, name).items()}

    return History(**{name: merged(name) for name in History.__struct_fields__})  # type: ignore[arg-type] # as they were
