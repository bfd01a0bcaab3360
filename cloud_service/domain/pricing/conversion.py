"""Quantities made from a register, for example energy from a volume of gas, by factors that are dated."""

from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Annotated

import msgspec
import numpy as np
from msgspec import Meta

from cloud_service.domain.pricing.usage import Ints
from common.errors import InputError
from common.period import Span

NINE = 9  # decimals of converted quantities
INT64 = 2**63 - 1


class Conversion(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Gas volume to energy, for some days: m³ × correction × calorific value / divisor."""

    start: Annotated[date | None, Meta(description="First day")] = msgspec.field(name="from", default=None)
    until: date | None = None
    correction: Annotated[Decimal, Meta(description="Volume correction (temperature, pressure, altitude)")] = Decimal(1)
    calorific_value: Annotated[Decimal, Meta(description="Energy of a m³, in MJ or as the divisor says")]
    divisor: Annotated[Decimal, Meta(description="3.6 turns MJ into kWh; 1 where the value is kWh per m³")] = Decimal(
        "3.6"
    )

    def on_all(self, span: Span) -> bool:
        """Whether the factor is valid on each day of a span."""
        return (self.start is None or self.start <= span.start) and (self.until is None or span.end <= self.until)


class Converted(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A quantity made from a register: its unit and the dated factors."""

    register: str
    unit: str = "kWh"
    factors: Annotated[tuple[Conversion, ...], Meta(min_length=1)]
    decimals: Annotated[
        Annotated[int, Meta(ge=0, le=9)] | None,
        Meta(description="Round the energy to so many decimals; none keeps nine"),
    ] = None

    def factor_on(self, span: Span, name: str) -> Conversion:
        """The factor for a span; one that is not valid on each of its days is refused under the quantity's name."""
        for factor in self.factors:
            if factor.on_all(span):
                return factor
        raise InputError(
            f"quantity {name!r} has no factor for {span.start}",
            path=f"quantities.{name}.factors",
            code="no_factor",
        )

    def apply(self, factor: Conversion, counts: Ints, scale: int, name: str) -> Ints:
        """Counts of the register, in units of 10**-scale, as the quantity in units of 10**-9; of the same shape.

        Each count is rounded half-up to `decimals`. What no int64 holds is refused under the quantity's name.
        """
        by = factor.correction * factor.calorific_value / factor.divisor
        digits = Decimal(1).scaleb(-(NINE if self.decimals is None else self.decimals))
        converted = [
            int((count * by).scaleb(-scale).quantize(digits, ROUND_HALF_UP).scaleb(NINE))
            for count in counts.ravel().tolist()
        ]
        if any(abs(quantity) > INT64 for quantity in converted):
            raise InputError(
                f"register {self.register!r} counted more than any connection",
                path=f"quantities.{name}",
                code="too_large",
            )
        return np.array(converted, dtype=np.int64).reshape(counts.shape)
