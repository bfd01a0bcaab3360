"""Instalments of a payment plan: equal parts that sum to the whole to the cent."""

from datetime import date
from decimal import Decimal

from cloud_service.domain.money import cent
from common.errors import InputError
from common.period import add_months

LONGEST = 60


def instalments(total: Decimal, count: int, first: date, currency: str) -> list[tuple[date, Decimal]]:
    """`count` monthly parts from `first` on; the cents that do not divide go to the first ones."""
    step = cent(currency)
    if not 1 <= count <= LONGEST:
        raise InputError(f"a plan has 1 to {LONGEST} instalments", path="count")
    if total < step * count:
        raise InputError(f"{total} {currency} cannot be paid in {count} instalments", path="count")
    units = int(total / step)
    if units * step != total:
        raise InputError(f"{total} is no whole amount of {currency}", path="total")
    base, more = divmod(units, count)
    return [(add_months(first, n, first.day), (base + (1 if n < more else 0)) * step) for n in range(count)]
