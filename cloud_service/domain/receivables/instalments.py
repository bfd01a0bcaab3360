"""Instalments of a payment plan: equal amounts that sum to the whole to the cent."""

from datetime import date
from decimal import Decimal
from typing import NamedTuple

from cloud_service.domain.money import cent
from common.errors import InputError
from common.period import add_months

LONGEST = 60


class Instalment(NamedTuple):
    """What of a plan must have been paid by its day; in JSON a pair, [day, amount]."""

    due_date: date
    amount: Decimal


def instalments(total: Decimal, count: int, first: date, currency: str) -> list[Instalment]:
    """`count` monthly amounts from `first` on; the cents that do not divide go to the first ones.

    InputError for more than LONGEST instalments, for less than a cent each, and for a total finer than a cent.
    """
    step = cent(currency)
    if not 1 <= count <= LONGEST:
        raise InputError(f"a plan has 1 to {LONGEST} instalments", path="count")
    if total < step * count:
        raise InputError(f"{total} {currency} cannot be paid in {count} instalments", path="count")
    units = int(total / step)
    if units * step != total:
        raise InputError(f"{total} is no whole amount of {currency}", path="total")
    base, more = divmod(units, count)
    return [Instalment(add_months(first, n, first.day), (base + (1 if n < more else 0)) * step) for n in range(count)]
