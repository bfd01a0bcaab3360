"""Ratings put together: of one contract's tariffs, of its waiting lines, or of the contracts of one invoice."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from cloud_service.domain.money import plain, round_cash, round_money, written
from cloud_service.domain.pricing.tax import CASH
from common.errors import InputError

HUNDRED = Decimal(100)
Facts = dict[str, Any]


def join(parts: Sequence[Facts]) -> Facts:
    """Ratings of one contract (several tariffs, or one after the other) or of one account, as one.

    A tax that several parts have is rounded once on the common base (EN 16931), and so is the coin, on the common
    total. One part alone stays as it was rated.
    """
    if len(parts) == 1:
        return dict(parts[0])
    if len({part["currency"] for part in parts}) != 1:
        raise InputError("parts of different currencies cannot be joined", code="mixed_currency")
    lines = [line for part in parts for line in part["lines"]]
    taxes = _join_taxes(parts)
    net = sum((Decimal(part["net"]) for part in parts), Decimal(0))
    tax = sum((Decimal(line["amount"]) for line in taxes), Decimal(0))
    cash = [part["cash"] for part in parts if part.get("cash")][-1:]
    if cash:
        lines, net = _with_coin(lines, net, tax, Decimal(cash[0]))
    demands = [Decimal(part["max_demand_kw"]) for part in parts if part.get("max_demand_kw") is not None]
    return {
        "currency": parts[0]["currency"],
        "start": min(part["start"] for part in parts),
        "end": max(part["end"] for part in parts),
        "lines": lines,
        "taxes": taxes,
        "max_demand_kw": plain(max(demands)) if demands else None,
        "energy": _energy_once(parts),
        "net": written(net),
        "tax": written(tax),
        "total": written(net + tax),
        "total_unrounded": plain(sum((Decimal(part["total_unrounded"]) for part in parts), Decimal(0))),
        "history": _join_history(parts),
    } | ({"cash": cash[0]} if cash else {})


def _with_coin(lines: Sequence[Facts], net: Decimal, tax: Decimal, step: Decimal) -> tuple[list[Facts], Decimal]:
    """The lines and net with one line that rounds the whole to its coin, instead of those that rounded the parts."""
    coins = [line for line in lines if is_coin(line)]
    left = [line for line in lines if not is_coin(line)]
    net -= sum((Decimal(line["amount"]) for line in coins), Decimal(0))
    total = net + tax
    coin = round_cash(total, step) - total
    if coin:
        left.append(_coin_line(left, coin, f"total {plain(total)} to the next {plain(step)}"))
    return left, net + coin


def is_coin(line: Facts) -> bool:
    """Whether a line rounds a total to its coin."""
    return line.get("path") == CASH


def _coin_line(lines: Sequence[Facts], coin: Decimal, why: str) -> Facts:
    amount = written(coin)
    return {
        "charge": "rounding", "id": "rounding", "label": "Rounding", "utility": "", "unit": "", "tax_category": "",
        "path": CASH, "start": min(line["start"] for line in lines), "end": max(line["end"] for line in lines),
        "quantity": "1", "price": amount, "amount_unrounded": amount, "amount": amount,
        "why": f"rounding difference; {why}", "vat": ["O", "0"],
    }  # fmt: skip


def _energy_once(parts: Sequence[Facts]) -> int:
    """Energy of different days adds up; two tariffs over the same days measured it once."""
    return sum({(part["start"], part["end"], part.get("contract_id")): part["energy"] for part in parts}.values())


def _join_taxes(parts: Sequence[Facts]) -> list[Facts]:
    currency = parts[0]["currency"]
    groups: dict[tuple[object, ...], list[Facts]] = {}
    for part in parts:
        for tax in part["taxes"]:
            key = tax["tax"], tax["label"], tax["category"], tax["percent"], tax.get("by_line", False)
            groups.setdefault(key, []).append(tax)
    return [group[0] if len(group) == 1 else _summed(group, currency) for group in groups.values()]


def _summed(group: Sequence[Facts], currency: str) -> Facts:
    """Rounded once on the common base, unless the tariff rounds line by line."""
    first, by_line = group[0], group[0].get("by_line", False)
    base = sum((Decimal(tax["base"]) for tax in group), Decimal(0))
    unrounded = base * Decimal(first["percent"]) / HUNDRED
    lines = sum((Decimal(tax["amount"]) for tax in group), Decimal(0))
    amount = lines if by_line else round_money(unrounded, currency, first.get("way", "half_up"))
    how = "rounded line by line" if by_line else "rounded once on the sum"
    return dict(first) | {
        "base": written(base),
        "amount_unrounded": plain(unrounded),
        "amount": written(amount),
        "why": f"{first['percent']} % of {plain(base)}, {how}",
    }


def _join_history(parts: Sequence[Facts]) -> Facts:
    joined: Facts = {}
    for part in parts:
        for kind, values in part.get("history", {}).items():
            joined.setdefault(kind, {}).update(values)
    return joined
