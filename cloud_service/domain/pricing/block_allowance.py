"""How many times the bounds and fixed amounts of blocks count on some days: of a month, a day or a bill."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from cloud_service.domain.calendar.proration import Prorate
from cloud_service.domain.pricing.blocks import Allowance
from cloud_service.domain.pricing.charge_context import ChargeContext
from cloud_service.domain.pricing.usage import Intervals
from common.errors import InputError


def allowance_factor(
    context: ChargeContext, register: str, allowance: Allowance, rule: Prorate, days: Sequence[date] | None = None
) -> Decimal:
    """The factor for the context's days, or for those of a season in them.

    An allowance of the whole bill that cannot be shared is refused, and a part of a month where the rule knows none.
    """
    if allowance == "period":
        return _of_whole_bill(context, days)
    if allowance == "month":
        _refuse_unprorated(context, register, rule, days)
        return context.months(rule) if days is None else context.months_of_days(days, rule)
    return Decimal(context.span.days if days is None else len(days))


def _of_whole_bill(context: ChargeContext, days: Sequence[date] | None) -> Decimal:
    if (context.span.days if days is None else len(days)) != context.whole.days:
        raise InputError(
            f"an allowance of the whole bill cannot be shared, a price or season changes inside it on "
            f"{context.span.start if context.span.start > context.whole.start else context.span.end}",
            path=f"{context.path}.allowance",
            hint="month or day",
            code="not_prorated",
        )
    return Decimal(1)


def _refuse_unprorated(context: ChargeContext, register: str, rule: Prorate, days: Sequence[date] | None) -> None:
    if isinstance(context.sums.register(register), Intervals):
        context.refuse_cut(rule)
    if rule == "none" and days is not None and len(days) != context.span.days:
        raise InputError(
            "a season that starts inside the bill needs a rule for its part of the month",
            path=f"{context.path}.prorate",
            hint="actual_days or 30_day_months",
            code="not_prorated",
        )
