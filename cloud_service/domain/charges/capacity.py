"""Contracted capacity: a price per contracted kW and month, and a higher one for what was drawn above it."""

from decimal import Decimal
from typing import Annotated

from msgspec import Meta

from cloud_service.domain.calendar.proration import Prorate, cycles, months_of
from cloud_service.domain.money import plain
from cloud_service.domain.pricing.charge import Charge
from cloud_service.domain.pricing.charge_context import ChargeContext
from cloud_service.domain.pricing.references import TariffReferences, check_positive
from common.errors import InputError
from common.period import Span

HUNDRED = Decimal(100)


class Capacity(Charge, tag="capacity", frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Contracted kW come from the tariff or from the connection (value `contracted_kw`)."""

    price: Annotated[Decimal, Meta(description="Price of a contracted kW and month")]
    contracted_kw: Annotated[Decimal | None, Meta(description="Where every connection of the tariff has the same")] = (
        None
    )
    excess_price: Annotated[Decimal | None, Meta(description="Price of a kW and month above the contracted")] = None
    tolerance_percent: Annotated[
        Decimal, Meta(description="An excess up to this share of the contracted is free; beyond it all of it counts")
    ] = Decimal(0)
    register: str = "import"
    window_min: Annotated[int, Meta(description="Minutes of the demand window; 0 takes the readings' step")] = 15
    unit: str = "kW"
    prorate: Prorate = "actual_days"

    def check(self, tariff: TariffReferences, path: str) -> None:
        """The register must be known."""
        tariff.refuse_converted(self.register, "a demand", path)
        tariff.check_power(self.register, self.unit, path)
        check_positive(path, contracted_kw=self.contracted_kw, tolerance_percent=self.tolerance_percent)
        if self.window_min not in (0, 5, 10, 15, 30, 60):
            raise InputError("a demand window has 5, 10, 15, 30 or 60 minutes", path=f"{path}.window_min")

    def needs_steps(self) -> bool:
        """An excess is one of the highest window."""
        return self.excess_price is not None

    def rate(self, context: ChargeContext) -> None:
        """A line for the contract, and one a month in which it was exceeded."""
        context.refuse_cut(self.prorate)
        months = context.months(self.prorate)
        label = self.label or "Contracted capacity"
        utility = context.references.unit_of(self.register, context.path)[1]
        head = context.head(
            label, f"{self.unit} month", utility, "price per contracted kW and month", f"{plain(months)} months"
        )
        for row in range(context.batch.rows):
            contracted = self._contracted(context, row)
            context.sheet.add(
                row,
                head,
                contracted * months,
                self.price,
                contracted * months * self.price,
                f"{plain(contracted)} {self.unit} contracted",
            )
        if self.excess_price is not None:
            for cycle in cycles(context.span.start, context.span.end, context.cycle_day):
                self._excess(context, cycle, self.excess_price)

    def _contracted(self, context: ChargeContext, row: int) -> Decimal:
        of_connection = context.batch.value(row, "contracted_kw")
        contracted = self.contracted_kw if of_connection is None else of_connection
        if contracted is None:
            raise InputError(
                "no contracted capacity is known", path=f"{context.path}.contracted_kw", code="missing_value"
            )
        check_positive("values", contracted_kw=contracted)
        return contracted

    def _excess(self, context: ChargeContext, days: Span, price: Decimal) -> None:
        sums, _, factor = context.sums.windows(self.register, self.window_min, days)
        months = months_of(days.start, days.end, context.cycle_day, self.prorate, context.whole.start)
        utility = context.references.unit_of(self.register, context.path)[1]
        head = context.head(
            f"{self.label or 'Contracted capacity'}, excess",
            f"{self.unit} month",
            utility,
            "highest demand above the contracted capacity",
            f"register {self.register}: windows of {days.start} to {days.end} (end exclusive)",
            f"{context.path}.excess_price",
            days=days,
        )
        walls = context.sums.peak_times(self.register, self.window_min, days)
        for row, highest in enumerate(sums.max(axis=1).tolist()):
            demand, contracted = highest * factor, self._contracted(context, row)
            if demand > contracted * (1 + self.tolerance_percent / HUNDRED):
                over = demand - contracted
                note = f"{plain(demand)} {self.unit} {walls[row]}, contracted {plain(contracted)}"
                context.sheet.add(row, head, over * months, price, over * months * price, note)
