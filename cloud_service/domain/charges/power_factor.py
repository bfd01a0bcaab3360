"""Power-factor penalty: percent of chosen lines for each step that the mean power factor is below a limit."""

from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal
from typing import Annotated

import msgspec
from msgspec import Meta

from cloud_service.domain.money import plain
from cloud_service.domain.pricing.charge import Charge
from cloud_service.domain.pricing.charge_context import ChargeContext, base_of
from cloud_service.domain.pricing.references import TariffReferences, check_positive
from common.errors import InputError

HUNDRED = Decimal(100)


class Band(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Percent for each step below a limit, down to the next band."""

    below: Annotated[Decimal, Meta(description="Limit of the power factor")]
    percent: Annotated[Decimal, Meta(description="Percent per step below it")]


class PowerFactor(Charge, tag="power_factor", frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Power factor = kWh / √(kWh² + kvarh²) of the span, or the connection's value `power_factor`."""

    bands: Annotated[tuple[Band, ...], Meta(min_length=1, description="Highest limit first")]
    step: Annotated[Decimal, Meta(description="Size of a step")] = Decimal("0.01")
    of: Annotated[tuple[str, ...], Meta(min_length=1, description="Ids or kinds of charges, or *")] = ("*",)
    digits: Annotated[int, Meta(ge=1, le=6, description="Decimals to which the power factor is rounded")] = 2
    active: str = "import"
    reactive: str = "reactive_import"

    def check(self, tariff: TariffReferences, path: str) -> None:
        """Limits must fall."""
        tariff.check_reactive(self.reactive, self.active, path, "reactive")
        check_positive(path, zero=False, step=self.step)
        for index, band in enumerate(self.bands):
            check_positive(f"{path}.bands[{index}]", zero=False, below=band.below)
            if band.below > 1:
                raise InputError(
                    f"no power factor is above 1: {plain(band.below)}", path=f"{path}.bands[{index}].below"
                )
        for index, band in enumerate(self.bands[1:], 1):
            if band.below >= self.bands[index - 1].below:
                raise InputError("limits fall from band to band", path=f"{path}.bands[{index}].below")

    def over(self) -> tuple[str, ...]:
        """The charges the penalty is a share of."""
        return self.of

    def percent(self, factor: Decimal) -> Decimal:
        """The penalty of a power factor in percent."""
        total = Decimal(0)
        for index, band in enumerate(self.bands):
            floor = self.bands[index + 1].below if index + 1 < len(self.bands) else Decimal(0)
            if factor < band.below:
                steps = ((band.below - max(factor, floor)) / self.step).quantize(Decimal(1), ROUND_DOWN)
                total += steps * band.percent
        return total

    def rate(self, context: ChargeContext) -> None:
        """One line per connection whose power factor is below the limit."""
        rule = f"percent of {', '.join(self.of)} below {plain(self.bands[0].below)}"
        for row in range(context.batch.rows):
            factor, source = self._factor(context, row)
            percent = self.percent(factor)
            if percent:
                head = context.head(self.label or "Power factor", context.sheet.currency, "electricity", rule, source)
                base = base_of(context, row, self.of)
                note = f"power factor {plain(factor)}: {plain(percent)} %"
                context.sheet.add_both(row, head, base.due, percent / HUNDRED, base.times(percent / HUNDRED), note)

    def _factor(self, context: ChargeContext, row: int) -> tuple[Decimal, str]:
        """The power factor of a row and where it comes from: the connection's own value, else its registers."""
        of_connection = context.batch.value(row, "power_factor")
        if of_connection is not None:
            if not 0 <= of_connection <= 1:
                raise InputError(
                    f"{plain(of_connection)} is no power factor", path="values.power_factor", hint="0 to 1"
                )
            return of_connection, "power_factor of the connection"
        (active, active_scale), (reactive, reactive_scale) = (
            context.sums.totals(self.active),
            context.sums.totals(self.reactive),
        )
        kwh = Decimal(int(active[row])).scaleb(-active_scale)
        kvarh = Decimal(int(reactive[row])).scaleb(-reactive_scale)
        apparent = (kwh * kwh + kvarh * kvarh).sqrt()
        factor = kwh / apparent if apparent else Decimal(1)
        sums = (context.source_of(name, context.sums.register(name)) for name in (self.active, self.reactive))
        source = f"{plain(kwh)} and {plain(kvarh)}: {', '.join(sums)}"
        return factor.quantize(Decimal(1).scaleb(-self.digits), ROUND_HALF_UP), source
