"""What a typical month uses of each register that a sheet prices."""

from decimal import Decimal

from cloud_service.domain.tariffs.price_sheet.sheet import REGISTERS, PriceSheet, register_of

ALL, FIRST = Decimal(100), Decimal(70)
THOUSANDTH = Decimal("0.001")


def shares_of(sheet: PriceSheet) -> list[Decimal]:
    """Percent of each counter: 70 for the first, the rest evenly for the others."""
    others = len(sheet.counters) - 1
    if others < 1:
        return [ALL] * len(sheet.counters)
    each = ((ALL - FIRST) / others).quantize(Decimal(1))
    return [FIRST, *[each] * (others - 1), ALL - FIRST - each * (others - 1)]


def uses_of(sheet: PriceSheet, used: Decimal) -> dict[str, Decimal]:
    """The use by register, whole thousandths that sum to all that is used."""
    if sheet.pricing != "counters":
        return {REGISTERS[sheet.utility]: used}
    uses = [(used * share / ALL).quantize(THOUSANDTH) for share in shares_of(sheet)]
    uses[-1] += used - sum(uses)
    return {register_of(row.counter, sheet.utility): use for row, use in zip(sheet.counters, uses, strict=True)}
