"""Minimum charge: what is missing to a monthly, daily or yearly minimum; the year with a true-up in its last month."""

from decimal import Decimal
from typing import Annotated, Literal

from msgspec import Meta

from cloud_service.domain.calendar.proration import Prorate
from cloud_service.domain.money import plain
from cloud_service.domain.pricing.charge import Charge
from cloud_service.domain.pricing.charge_context import ChargeContext, base_of
from cloud_service.domain.pricing.priced_lines import NOTHING, DueAndExact
from cloud_service.domain.pricing.references import TariffReferences
from common.errors import InputError

YEAR = 12


class Minimum(Charge, tag="minimum", frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The lines of some charges must reach an amount; the difference is a line of its own."""

    amount: Annotated[Decimal, Meta(description="The least that is due")]
    per: Annotated[Literal["day", "month", "year", "span"], Meta(description="What it is the least for")] = "month"
    of: Annotated[tuple[str, ...], Meta(min_length=1, description="Ids or kinds of charges that count, or *")] = ("*",)
    credits: Annotated[
        Literal["count", "ignore"],
        Meta(description="ignore: a negative sum counts as 0, so that credits are paid on top"),
    ] = "count"
    year_ends: Annotated[int, Meta(ge=1, le=12, description="Month in which the yearly minimum is settled")] = YEAR
    prorate: Annotated[Prorate, Meta(description="How a part of a month is counted")] = "actual_days"
    utility: str = "electricity"

    def check(self, tariff: TariffReferences, path: str) -> None:  # noqa: ARG002 -- nothing to look up
        """A minimum is an amount above zero."""
        if self.amount < 0:
            raise InputError("a minimum is not negative", path=f"{path}.amount")
        if self.per != "month" and self.prorate != "actual_days":
            raise InputError("only a minimum per month has another rule for its parts", path=f"{path}.prorate")

    def over(self) -> tuple[str, ...]:
        """The charges that count."""
        return self.of

    def remembers(self) -> bool:
        """A yearly minimum sums the year up."""
        return self.per == "year"

    def rate(self, context: ChargeContext) -> None:
        """One line per connection that is below the minimum."""
        if self.per == "year":
            self._year(context)
            return
        count = {
            "day": Decimal(context.span.days),
            "month": context.months(self.prorate),
            "span": context.share_of_bill(),
        }[self.per]
        least = self.amount * count
        rule = f"at least {plain(self.amount)} per {self.per} × {plain(count)}"
        self._add_lines(
            context, [(row, least, self._base(context, row), "") for row in range(context.batch.rows)], rule
        )

    def _base(self, context: ChargeContext, row: int) -> DueAndExact:
        base = base_of(context, row, self.of)
        return base.above_zero() if self.credits == "ignore" else base

    def _year(self, context: ChargeContext) -> None:
        """Sum the year up in the history; settle with the end of the year's last month."""
        settled = context.ends_month(self.year_ends, f"{context.path}.year_ends")
        name, due = context.name, []
        for row in range(context.batch.rows):
            so_far = context.year_before(row, name)
            year = so_far + self._base(context, row)
            context.sheet.year_to_date[row][name] = NOTHING if settled else year
            if settled:
                due.append((row, self.amount, year, f"{plain(so_far.due)} in earlier months of the year"))
        self._add_lines(
            context, due, f"at least {plain(self.amount)} in the year that ends with month {self.year_ends}"
        )

    def _add_lines(self, context: ChargeContext, due: list[tuple[int, Decimal, DueAndExact, str]], rule: str) -> None:
        label = self.label or "Minimum charge"
        source = f"lines of {', '.join(self.of)}, {context.span.start} to {context.span.end} (end exclusive)"
        head = context.head(label, context.sheet.currency, self.utility, rule, source)
        for row, least, base, note in due:
            missing = (DueAndExact(least, least) - base).above_zero()
            if missing:
                arithmetic = f"{plain(least)} less {plain(base.due)}" + (f" ({note})" if note else "")
                context.sheet.add_both(row, head, missing.due, Decimal(1), missing, arithmetic)
