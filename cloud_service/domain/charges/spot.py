"""Spot: each step at its own market price, with a factor and a margin. A step without a price is refused."""

from decimal import Decimal
from typing import Annotated

import numpy as np
from msgspec import Meta

from cloud_service.domain.money import plain, quotient
from cloud_service.domain.pricing.charge import Charge
from cloud_service.domain.pricing.charge_context import ChargeContext
from cloud_service.domain.pricing.references import TariffReferences, check_positive
from cloud_service.domain.pricing.spread_steps import SpreadCheck
from cloud_service.domain.pricing.usage import Intervals, Ints, PriceSeries
from common.errors import InputError

INT64 = 2**63 - 1


class Spot(Charge, tag="spot", frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Σ consumption × (price × factor / per + margin)."""

    series: Annotated[str, Meta(description="Name of the price series that comes with the usage")]
    per: Annotated[Decimal, Meta(description="The series is per so many units: 1000 for a price per MWh")] = Decimal(1)
    factor: Annotated[Decimal, Meta(description="Multiplies the price: losses, 1.05")] = Decimal(1)
    margin: Annotated[Decimal, Meta(description="Added to each unit")] = Decimal(0)
    register: str = "import"
    sign: Annotated[int, Meta(ge=-1, le=1, description="-1 credits: for an export register")] = 1

    def check(self, tariff: TariffReferences, path: str) -> None:
        """The register must be known, the sign not 0."""
        tariff.unit_of(self.register, path)
        tariff.refuse_converted(self.register, "a price for each step", path)
        check_positive(path, zero=False, per=self.per)
        if self.sign == 0:
            raise InputError("the sign is 1 or -1", path=f"{path}.sign")

    def needs_steps(self) -> bool:
        """Each step has its own price."""
        return True

    def rate(self, context: ChargeContext) -> None:
        """The market line and, where there is one, the margin line."""
        register = context.sums.register(self.register)
        if not isinstance(register, Intervals):
            raise InputError(
                "spot prices need interval readings", path=f"{context.path}.register", code="needs_intervals"
            )
        series = context.batch.prices.get(self.series)
        if series is None:
            raise InputError(
                f"the price series {self.series!r} is not given", path=f"{context.path}.series", code="missing_series"
            )
        prices = self._prices(context, series, register)
        products = _products(context.sums.interval_values(register), prices)
        totals, scale = context.sums.totals(self.register)
        unit, utility = context.references.unit_of(self.register, context.path)
        label = self.label or "Energy at market price"
        source = context.source_of(self.register, register)
        rule = (
            f"each step at its price of {self.series}"
            + (f", × {plain(self.factor)}" if self.factor != 1 else "")
            + (f", per {plain(self.per)}" if self.per != 1 else "")
        )
        head = context.head(label, unit, utility, rule, source)
        margin = context.head(f"{label}, margin", unit, utility, "margin per unit", source, f"{context.path}.margin")
        for row, (product, total) in enumerate(zip(products, totals.tolist(), strict=True)):
            quantity = Decimal(total).scaleb(-scale)
            amount = quotient(self.sign * Decimal(product).scaleb(-scale - series.scale) * self.factor / self.per)
            mean = f"mean price {plain((amount / quantity).quantize(Decimal('0.000001')))}" if quantity else ""
            context.sheet.add(row, head, quantity, None, amount, mean)
            if self.margin:
                context.sheet.add(row, margin, quantity, self.sign * self.margin, self.sign * quantity * self.margin)

    def _prices(self, context: ChargeContext, series: PriceSeries, register: Intervals) -> Ints:
        """The price of each of the register's steps on these days, (steps,), in units of 10**-scale of the series."""
        steps = context.sums.grid(series.step_s)
        if series.values.shape != (steps.steps,):
            raise InputError(
                f"the series {self.series!r} has {series.values.size} prices for {steps.steps} steps",
                path=f"{context.path}.series",
                code="missing_prices",
            )
        if series.step_s % register.known_s:
            raise InputError(
                f"prices of {series.step_s // 60} min cannot price readings of {register.known_s // 60} min",
                path=f"{context.path}.series",
                hint="use readings of a shorter step",
            )
        prices: Ints = np.repeat(series.values[steps.slice_of(context.span)], series.step_s // register.step_s)
        grid = context.sums.grid(register.step_s)
        check = SpreadCheck(self.register, register, grid, grid.slice_of(context.span), f"{context.path}.series")
        check.refuse_several(prices)
        return prices


def _products(values: Ints, prices: Ints) -> list[int]:
    """Σ value × price per row, (rows, steps) by (steps,), exact: in int64 where it fits, else in any size."""
    largest = int(np.abs(values).max(initial=0)) * int(np.abs(prices).max(initial=0)) * values.shape[1]
    if largest < INT64:
        return [int(product) for product in values @ prices]
    exact_prices = [int(price) for price in prices]
    return [sum(int(value) * price for value, price in zip(row, exact_prices, strict=True)) for row in values]
