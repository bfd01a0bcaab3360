"""Standing charge: an amount per day, month, year or meter, whatever was used."""

from decimal import Decimal
from typing import Annotated, Literal

from msgspec import Meta

from cloud_service.domain.calendar.proration import Prorate
from cloud_service.domain.money import plain, quotient
from cloud_service.domain.pricing.charge import Charge
from cloud_service.domain.pricing.charge_context import ChargeContext
from cloud_service.domain.pricing.references import TariffReferences
from common.errors import InputError

MONTHS_OF_A_YEAR = 12


class Standing(Charge, tag="standing", frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A fixed amount for time."""

    amount: Annotated[Decimal, Meta(description="Amount per day, month, year, or once per span")]
    per: Annotated[Literal["day", "month", "year", "span"], Meta(description="What the amount is for")]
    times: Annotated[str, Meta(description="Multiply by a fact of the connection, for example meters, area_m2")] = ""
    prorate: Annotated[Prorate, Meta(description="How a part of a month is counted")] = "actual_days"
    utility: str = "electricity"

    def check(self, tariff: TariffReferences, path: str) -> None:  # noqa: ARG002 -- nothing to look up
        """A yearly amount is shared over months or days; both are exact."""
        if self.per in ("day", "span") and self.prorate != "actual_days":
            raise InputError(f"an amount per {self.per} is counted in days", path=f"{path}.prorate")

    def rate(self, context: ChargeContext) -> None:
        """One line per connection."""
        count, unit, rule = self._count(context)
        head = context.head(
            self.label or "Standing charge",
            unit,
            self.utility,
            rule,
            f"{context.span.start} to {context.span.end} (end exclusive)",
        )
        parts = MONTHS_OF_A_YEAR if self.per == "year" else 1
        price, amount = quotient(self.amount / parts), quotient(count * self.amount / parts)
        if not self.times:
            context.sheet.add_to_all(head, count, price, amount)
            return
        for row in range(context.batch.rows):
            many = context.batch.value(row, self.times)
            if many is None:
                raise InputError(
                    f"the connection has no {self.times!r}", path=f"{context.path}.times", code="missing_value"
                )
            if many < 0:
                raise InputError(f"{plain(many)} is below 0", path=f"values.{self.times}")
            context.sheet.add(row, head, count * many, price, many * amount, f"× {plain(many)} {self.times}")

    def _count(self, context: ChargeContext) -> tuple[Decimal, str, str]:
        if self.per == "day":
            return Decimal(context.span.days), "day", f"{plain(self.amount)} per day"
        if self.per == "span":
            return context.share_of_bill(), "span", f"{plain(self.amount)} per billing span"
        months = context.months(self.prorate)
        kind = {"actual_days": "parts by actual days", "30_day_months": "parts by days of 30", "none": "not prorated"}[
            self.prorate
        ]
        return months, "month", f"{plain(self.amount)} per {self.per}, {kind}"
