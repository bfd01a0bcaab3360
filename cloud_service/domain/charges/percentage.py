"""Percentage: a surcharge or discount on the lines of chosen charges."""

from decimal import Decimal
from typing import Annotated

from msgspec import Meta

from cloud_service.domain.money import plain
from cloud_service.domain.pricing.charge import Charge
from cloud_service.domain.pricing.charge_context import ChargeContext, base_of

HUNDRED = Decimal(100)


class Percentage(Charge, tag="percentage", frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Percent of the rounded amounts of earlier lines; negative for a discount."""

    percent: Annotated[Decimal, Meta(description="Percent; negative is a discount")]
    of: Annotated[tuple[str, ...], Meta(min_length=1, description="Ids or kinds of charges before this one, or *")]
    utility: str = "electricity"

    def over(self) -> tuple[str, ...]:
        """The charges it is a share of."""
        return self.of

    def rate(self, context: ChargeContext) -> None:
        """One line per connection."""
        label = self.label or ("Discount" if self.percent < 0 else "Surcharge")
        rule = f"{plain(self.percent)} % of {', '.join(self.of)}"
        head = context.head(
            label,
            context.sheet.currency,
            self.utility,
            rule,
            f"lines above, {context.span.start} to {context.span.end} (end exclusive)",
        )
        share = self.percent / HUNDRED
        for row in range(context.batch.rows):
            base = base_of(context, row, self.of)
            context.sheet.add_both(row, head, base.due, share, base.times(share))
