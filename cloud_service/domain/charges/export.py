"""Export: a credit per unit given back (feed-in, net billing, buy-all-sell-all), paid at once or carried over."""

import itertools
from decimal import Decimal
from typing import Annotated, ClassVar, Literal

import msgspec
from msgspec import Meta

from cloud_service.domain.calendar.validity import apart
from cloud_service.domain.money import plain
from cloud_service.domain.pricing.charge_context import ChargeContext, base_of
from cloud_service.domain.pricing.priced_lines import NOTHING, PAID_OUT, LineHead, sum_of
from cloud_service.domain.pricing.references import TariffReferences, meant
from cloud_service.domain.pricing.unit_price import UnitPricedCharge
from common.errors import InputError


class Carry(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The credit only reduces chosen lines; the rest is kept for later spans."""

    of: Annotated[
        tuple[str, ...], Meta(min_length=1, description="Charges before this one that the credit may reduce, or *")
    ] = ("*",)
    usable: Annotated[
        Literal["same", "next"],
        Meta(description="Whether credit may reduce the bill of its own span, or only later ones"),
    ] = "same"
    expires: Annotated[
        Annotated[int, Meta(ge=1, le=12)] | None, Meta(description="Month at whose end the kept credit ends")
    ] = None
    ends: Annotated[Literal["pay", "lose"], Meta(description="What happens to credit that ends")] = "lose"


class Export(UnitPricedCharge, tag="export", frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Prices are credits: a price of 0.08 gives a line of -0.08 per unit."""

    sign: ClassVar[int] = -1
    noun: ClassVar[str] = "Export"

    register: Annotated[str, Meta(description="What is counted: export, net_export, generation")] = "export"
    carry: Carry | None = None
    optional: Annotated[bool, Meta(description="A connection without the register has no line; else it is refused")] = (
        False
    )

    def check(self, tariff: TariffReferences, path: str) -> None:
        """The same as for energy; and no line may be reduced by two credits that do not know of each other."""
        UnitPricedCharge.check(self, tariff, path)
        if self.carry is None:
            return
        if self.carry.ends == "pay" and self.carry.expires is None:
            raise InputError(
                "a credit is paid out where it ends, and this one does not",
                path=f"{path}.carry.ends",
                hint="name the month in `expires`",
            )
        before = list(itertools.takewhile(lambda charge: charge is not self, tariff.charges))
        own = meant(self.carry.of, before, tariff.charges)
        for other in before:
            if not isinstance(other, Export) or other.carry is None or any(other is charge for charge in own):
                continue
            if not apart(self, other) and any(
                charge in own for charge in meant(other.carry.of, before, tariff.charges)
            ):
                raise InputError(
                    f"the credit of {other.name!r} reduces the same charges",
                    path=f"{path}.carry.of",
                    hint="name that charge too: what its credit has used up is then not reduced again",
                )

    def remembers(self) -> bool:
        """Credit is carried to the next span."""
        return self.carry is not None

    def over(self) -> tuple[str, ...]:
        """The charges that a carried credit reduces."""
        return self.carry.of if self.carry is not None else ()

    def rate(self, context: ChargeContext) -> None:
        """The credit lines, and what is carried in or over."""
        if (
            self.optional
            and not context.sums.has(self.register)
            and not any(context.history(row).money_credit.get(context.name) for row in range(context.batch.rows))
        ):
            return
        counts = [len(lines) for lines in context.sheet.rows]
        if context.sums.has(self.register) or not self.optional:
            UnitPricedCharge.rate(self, context)
        if self.carry is not None:
            for row, count in enumerate(counts):
                self._carry(context, row, count, self.carry)

    def _carry(self, context: ChargeContext, row: int, count: int, carry: Carry) -> None:
        earned = -sum_of(context.sheet.rows[row][count:])
        before = context.money_before(row, context.name)
        base = base_of(context, row, carry.of, of_first=count).above_zero()
        if before:
            context.sheet.add_both(row, self._head(context, "credit of earlier months"), Decimal(1), None, -before)
        left = (
            (before + earned - base).above_zero() if carry.usable == "same" else (before - base).above_zero() + earned
        )
        ends = carry.expires is not None and context.ends_month(carry.expires, f"{context.path}.carry.expires")
        ended = ends and bool(left)
        if left:
            when = "" if carry.usable == "same" else " (usable from the next span on)"
            note = f"{plain(before.due)} kept + {plain(earned.due)} earned{when}, {plain(base.due)} that may be reduced"
            title = "credit carried over" if not ended else f"credit that ended with month {carry.expires}"
            context.sheet.add_both(row, self._head(context, title), Decimal(1), None, left, note)
        if ended and carry.ends == "pay":
            context.sheet.add_both(row, self._head(context, "credit paid out", PAID_OUT), Decimal(1), None, -left)
        if ended:
            left = NOTHING
        context.sheet.money_credit[row][context.name] = left

    def _head(self, context: ChargeContext, title: str, suffix: str = "") -> LineHead:
        utility = context.references.unit_of(self.register, context.path)[1]
        label = f"{self.label or self.noun}, {title}"
        return context.head(
            label,
            context.sheet.currency,
            utility,
            title,
            f"{context.span.start} to {context.span.end} (end exclusive)",
            f"{context.path}.carry",
            suffix,
        )
