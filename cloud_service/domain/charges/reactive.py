"""Reactive energy: a price per kvarh above a share of the active energy that is free."""

from decimal import Decimal
from typing import Annotated

from msgspec import Meta

from cloud_service.domain.money import plain
from cloud_service.domain.pricing.charge import Charge
from cloud_service.domain.pricing.charge_context import ChargeContext
from cloud_service.domain.pricing.references import TariffReferences, check_positive


class Reactive(Charge, tag="reactive", frozen=True, kw_only=True, forbid_unknown_fields=True):
    """kvarh above `free_share` × kWh of the same days."""

    price: Annotated[Decimal, Meta(description="Price of a kvarh above the free share")]
    free_share: Annotated[Decimal, Meta(description="kvarh per kWh that are free: 0.5, or 0.4843 for cos φ 0.9")] = (
        Decimal(0)
    )
    register: str = "reactive_import"
    active: Annotated[str, Meta(description="Register of the active energy")] = "import"

    def check(self, tariff: TariffReferences, path: str) -> None:
        """Both registers must be known."""
        tariff.check_reactive(self.register, self.active, path, "register")
        check_positive(path, free_share=self.free_share)

    def rate(self, context: ChargeContext) -> None:
        """One line per connection, of 0 where the free share was not used up."""
        reactive, scale = context.sums.totals(self.register)
        active, active_scale = context.sums.totals(self.active)
        unit, utility = context.references.unit_of(self.register, context.path)
        rule = f"above {plain(self.free_share)} {unit} per unit of {self.active}"
        head = context.head(
            self.label or "Reactive energy",
            unit,
            utility,
            rule,
            ", ".join(context.source_of(name, context.sums.register(name)) for name in (self.register, self.active)),
        )
        for row, (reactive_count, active_count) in enumerate(zip(reactive.tolist(), active.tolist(), strict=True)):
            counted = Decimal(reactive_count).scaleb(-scale)
            free = Decimal(active_count).scaleb(-active_scale) * self.free_share
            over = max(counted - free, Decimal(0))
            context.sheet.add(
                row, head, over, self.price, over * self.price, f"{plain(counted)} {unit} taken, {plain(free)} free"
            )
