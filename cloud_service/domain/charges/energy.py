"""Energy (or water, gas, heat): a price per unit used; with net metering, per unit used less what was given back."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Annotated, Literal

import msgspec
import numpy as np
from msgspec import Meta

from cloud_service.domain.calendar.tou_schedule import Schedule, patterns
from cloud_service.domain.money import plain
from cloud_service.domain.pricing.blocks import Ints
from cloud_service.domain.pricing.charge_context import ChargeContext
from cloud_service.domain.pricing.priced_lines import PAID_OUT
from cloud_service.domain.pricing.references import TariffReferences
from cloud_service.domain.pricing.unit_price import UnitPricedCharge
from cloud_service.domain.pricing.usage import same_scale
from common.errors import InputError
from common.period import add_months

FLAT = ""  # the name of all hours together, where a charge has no periods
NOTHING_DEDUCTED: tuple[Ints, int] = (
    np.zeros(1, dtype=np.int64),
    0,
)  # what a connection without the register gave back
ROLLOVER_HOURS = (0, 5, 11, 17)  # a surplus moves to the period that the next month has at the same hour


class Netting(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Net metering: what was given back is taken off what was used, and a surplus is kept for later months."""

    against: Annotated[
        str, Meta(description="Register that is taken off; a connection without it has given nothing")
    ] = "export"
    surplus: Annotated[Literal["carry", "lose"], Meta(description="carry: a surplus is taken off the next span")] = (
        "carry"
    )
    match: Annotated[
        Literal["period", "time_of_day"],
        Meta(description="Where a surplus goes in a month with other periods: to the same name, or the same hour"),
    ] = "period"
    expires: Annotated[
        Annotated[int, Meta(ge=1, le=12)] | None, Meta(description="Month at whose end the kept surplus ends")
    ] = None
    cash_price: Annotated[Decimal, Meta(description="Paid for each unit that ends, of all periods together")] = Decimal(
        0
    )

    def check(self, path: str) -> None:
        """Refuse a month or a price of what never ends, and of what is never kept."""
        if self.surplus == "lose" and self.expires is not None:
            raise InputError("a surplus that is lost at once is not kept until a month", path=f"{path}.expires")
        if self.cash_price and self.expires is None:
            raise InputError(
                "a surplus is paid for where it ends, and this one does not",
                path=f"{path}.cash_price",
                hint="name the month in `expires`, or pay by an export charge",
            )


class Energy(UnitPricedCharge, tag="energy", frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A price for what a register counted."""

    netting: Netting | None = None

    def check(self, tariff: TariffReferences, path: str) -> None:
        """Refuse netting that has no unit or cannot be carried."""
        UnitPricedCharge.check(self, tariff, path)
        if self.netting is None:
            return
        self.netting.check(f"{path}.netting")
        if self.blocks_over == "time":
            raise InputError("netting over the span does not fill blocks in the order of time", path=f"{path}.netting")
        if tariff.unit_of(self.netting.against, f"{path}.netting")[0] != tariff.unit_of(self.register, path)[0]:
            raise InputError("both registers of a netting have one unit", path=f"{path}.netting.against")

    def remembers(self) -> bool:
        """A surplus is carried to the next span."""
        return self.netting is not None

    def counted(self, context: ChargeContext) -> tuple[Ints, int]:
        """Quantity per row, (rows,), net of what was given back and of earlier surplus; the scale."""
        totals, scale = UnitPricedCharge.counted(self, context)
        if self.netting is None or not self._has_netting(context):
            return totals, scale
        against, deducted = self.netting.against, NOTHING_DEDUCTED
        if context.sums.has(against):
            deducted = context.sums.totals(against, self.prorate)
        totals, _, scale = same_scale((totals, scale), (NOTHING_DEDUCTED[0], self._digits(context)))
        totals, deduction, scale = same_scale((totals, scale), deducted)
        net = (totals - deduction).tolist()
        remaining = [self._net_row(context, row, {FLAT: value}, {}, scale)[FLAT] for row, value in enumerate(net)]
        return np.array(remaining, dtype=np.int64), scale

    def counted_by_period(self, context: ChargeContext, name: str, schedule: Schedule) -> tuple[Ints, int]:
        """Quantity per row and period, (rows, periods), net of what was given back and earlier surplus; the scale."""
        used, scale = UnitPricedCharge.counted_by_period(self, context, name, schedule)
        if self.netting is None or not self._has_netting(context):
            return used, scale
        against, deducted = self.netting.against, NOTHING_DEDUCTED
        if context.sums.has(against):
            deducted = context.sums.by_period(against, name, schedule, self.prorate)
        used, _, scale = same_scale((used, scale), (NOTHING_DEDUCTED[0], self._digits(context)))
        used, deduction, scale = same_scale((used, scale), deducted)
        net = (used - deduction).tolist()
        targets, rows = self._surplus_targets(context, schedule), []
        for row, values in enumerate(net):
            remaining = self._net_row(context, row, dict(zip(schedule.names, values, strict=True)), targets, scale)
            rows.append([remaining[period] for period in schedule.names])
        return np.array(rows, dtype=np.int64), scale

    def demands(self, context: ChargeContext) -> list[Decimal]:
        """The demand that per-kW bounds follow: with netting, of what was taken less what was given back in a step."""
        netted = self.netting is not None and (self.register, self.netting.against) == ("import", "export")
        if netted and not self.demand:
            return context.sums.peaks("net_import")
        return UnitPricedCharge.demands(self, context)

    def source(self, context: ChargeContext, schedule: Schedule | None = None, index: int = 0) -> str:
        """Where the quantity comes from: with netting, not from one register alone."""
        source = UnitPricedCharge.source(self, context, schedule, index)
        if self.netting is None or not self._has_netting(context):
            return source
        return f"{source}, less register {self.netting.against} and the surplus kept before"

    def _has_netting(self, context: ChargeContext) -> bool:
        """Whether there is anything to net: an export register, or a surplus kept from earlier."""
        if self.netting is None:
            return False
        return context.sums.has(self.netting.against) or any(
            self._surplus_before(context, row) for row in range(context.batch.rows)
        )

    def _surplus_before(self, context: ChargeContext, row: int) -> Mapping[str, Decimal]:
        """The surplus from earlier days of this rating or from an earlier span, by period, in units of the register."""
        credit = context.sheet.energy_credit[row].get(context.name)
        return credit if credit is not None else context.history(row).energy_credit.get(context.name, {})

    def _digits(self, context: ChargeContext) -> int:
        """The decimals of the kept surplus: another meter may have counted it finer than this span's."""
        surpluses = (self._surplus_before(context, row) for row in range(context.batch.rows))
        credits_of_rows = (credit for surplus in surpluses for credit in surplus.values())
        return max((len(plain(credit).partition(".")[2]) for credit in credits_of_rows), default=0)

    def _net_row(
        self, context: ChargeContext, row: int, net: dict[str, int], targets: dict[str, str], scale: int
    ) -> dict[str, int]:
        """Take the kept surplus off a row's quantities by period, keep the new one; what is left of them.

        Quantities are in units of 10**-scale. The key `*` counts the surplus of all periods together.
        """
        assert self.netting is not None  # noqa: S101 -- only called with netting
        before = dict(self._surplus_before(context, row))
        smallest_unit = Decimal(1).scaleb(-scale)
        overall = sum(net.values()) - int(before.pop("*", Decimal(0)) / smallest_unit)
        for period, credit in before.items():
            target = targets.get(period) if FLAT not in net else FLAT
            if target is not None:
                net[target] -= int(credit / smallest_unit)
            elif credit and period not in net:
                raise _refused_surplus(period, f"{context.path}.netting")
        remaining = {period: max(value, 0) for period, value in net.items()}
        surplus = {period: -value * smallest_unit for period, value in net.items() if value < 0}
        if self.netting.surplus == "carry" and overall < 0:
            surplus["*"] = -overall * smallest_unit
        context.sheet.energy_credit[row][context.name] = surplus if self.netting.surplus == "carry" else {}
        return remaining

    def _surplus_targets(self, context: ChargeContext, schedule: Schedule) -> dict[str, str]:
        """Where the surplus of each period of the month before goes in this one."""
        assert self.netting is not None  # noqa: S101 -- only called with netting
        if self.netting.match == "period":
            return {period: period for period in schedule.names}
        now, before = context.span.start, add_months(context.span.start, -1)
        targets: dict[str, str] = {}
        for hour in ROLLOVER_HOURS:
            source, target = _period_at(schedule, before, hour), _period_at(schedule, now, hour)
            targets.setdefault(source, target)
        return targets

    def rate(self, context: ChargeContext) -> None:
        """The energy lines, and the payment for a surplus that ends with this span."""
        UnitPricedCharge.rate(self, context)
        if (
            self.netting is None
            or self.netting.expires is None
            or not context.ends_month(self.netting.expires, f"{context.path}.netting.expires")
        ):
            return
        unit, utility = context.references.unit_of(self.register, context.path)
        head = context.head(
            f"{self.label or 'Energy'}, surplus paid out",
            unit,
            utility,
            f"the kept surplus ends with month {self.netting.expires}",
            f"{context.span.start} to {context.span.end} (end exclusive)",
            f"{context.path}.netting.cash_price",
            PAID_OUT,
        )
        for row in range(context.batch.rows):
            credit = context.sheet.energy_credit[row].pop(context.name, None)
            context.sheet.energy_credit[row][context.name] = {}
            if credit:
                quantity = credit.get("*", Decimal(0))
                amount = -quantity * self.netting.cash_price
                context.sheet.add(
                    row, head, quantity, -self.netting.cash_price, amount, f"{plain(quantity)} {unit} were kept"
                )


def _refused_surplus(period: str, path: str) -> InputError:
    """A kept surplus of a period that these prices do not have: where it belongs would be a guess."""
    of_period = f"of period {period!r}" if period else "of all hours together"
    return InputError(
        f"a kept surplus {of_period} has no period in this schedule",
        path=path,
        hint="let the surplus end (`expires`) where the periods change, or keep their names",
        code="no_period",
    )


def _period_at(schedule: Schedule, day: date, hour: int) -> str:
    """The period that weekdays of a day's month have at an hour."""
    return schedule.names[int(patterns(schedule, day.month, day.day, 0)[hour * 60])]
