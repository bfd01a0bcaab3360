"""Demand: a price per kW of the highest window of each billing month; flat, by period, in blocks, with a ratchet."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Annotated, Literal

import numpy as np
from msgspec import Meta

from cloud_service.domain.calendar.proration import Prorate, cycle_start, cycles, months_of
from cloud_service.domain.money import plain
from cloud_service.domain.pricing.blocks import Block, Blocks, check_blocks, split
from cloud_service.domain.pricing.charge import Charge
from cloud_service.domain.pricing.charge_context import ChargeContext
from cloud_service.domain.pricing.priced_lines import LineHead
from cloud_service.domain.pricing.ratchet import Peaks, Ratchet, explain, peaks_of, raised, remember
from cloud_service.domain.pricing.references import TariffReferences, check_positive
from cloud_service.domain.pricing.usage import Intervals, Total
from common.errors import InputError
from common.period import Span

WINDOWS = (0, 5, 10, 15, 30, 60)
IMPORT_REGISTERS = ("import", "net_import")  # beside maximum registers: whose highest demand is the bill's


class Demand(Charge, tag="demand", frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Exactly one of price, prices, blocks, period_blocks; each per kW and month."""

    register: Annotated[str, Meta(description="An interval register, or a maximum register in kW")] = "import"
    window_min: Annotated[int, Meta(description="5, 10, 15, 30 or 60 minutes; 0 takes the readings' own step")] = 15
    unit: Annotated[str, Meta(description="kW, kVA ...")] = "kW"
    price: Annotated[Decimal | None, Meta(description="Price of a kW and month")] = None
    prices: Annotated[dict[str, Decimal] | None, Meta(description="A price per time-of-use period")] = None
    blocks: Annotated[Blocks | None, Meta(description="Blocks of kW")] = None
    period_blocks: Annotated[dict[str, Blocks] | None, Meta(description="Blocks of kW per time-of-use period")] = None
    schedule: str = ""
    measured: Annotated[
        Literal["period", "month"],
        Meta(
            description="period: the highest of each period; month: of the whole month, at the price of its one period"
        ),
    ] = "period"
    ratchet: Ratchet | None = None
    minimum_kw: Annotated[Decimal, Meta(description="Billing demand is at least this")] = Decimal(0)
    prorate: Prorate = "actual_days"

    def check(self, tariff: TariffReferences, path: str) -> None:
        """Refuse a demand without a price for some period."""
        given = [name for name in ("price", "prices", "blocks", "period_blocks") if getattr(self, name) is not None]
        if len(given) != 1:
            raise InputError(
                "a demand charge has exactly one of price, prices, blocks, period_blocks",
                path=path,
                hint=f"given: {', '.join(given) or 'none'}",
            )
        check_positive(path, minimum_kw=self.minimum_kw)
        tariff.refuse_converted(self.register, "a demand", path)
        tariff.check_power(self.register, self.unit, path)
        if self.window_min not in WINDOWS:
            raise InputError("a demand window has 5, 10, 15, 30 or 60 minutes", path=f"{path}.window_min")
        if self.blocks is not None:
            _check_blocks(self.blocks, f"{path}.blocks")
        if self.ratchet is not None:
            self.ratchet.check(f"{path}.ratchet")
        by_period = self.prices if self.prices is not None else self.period_blocks
        if by_period is None:
            return
        schedule = tariff.schedule(self.schedule, path)[1]
        if set(by_period) != set(schedule.names):
            odd = sorted(set(by_period) ^ set(schedule.names))
            raise InputError(
                f"prices and periods differ: {', '.join(odd)}",
                path=f"{path}.{given[0]}",
                hint="every period of the schedule needs a price",
            )
        for name, blocks in (self.period_blocks or {}).items():
            _check_blocks(blocks, f"{path}.period_blocks.{name}")

    def remembers(self) -> bool:
        """A ratchet looks at the demands of earlier months."""
        return self.ratchet is not None

    def needs_steps(self) -> bool:
        """The highest window is known from readings that lie no further apart than it."""
        return True

    def rate(self, context: ChargeContext) -> None:
        """One line per month, connection and period or block."""
        context.refuse_cut(self.prorate)
        for cycle in cycles(context.span.start, context.span.end, context.cycle_day):
            if self.prices is None and self.period_blocks is None:
                self._flat(context, cycle, self.blocks, self.price)
            elif self.measured == "month":
                self._flat(context, cycle, *self._terms_of_one_period(context, cycle))
            else:
                self._by_period(context, cycle)

    def _terms_of_one_period(self, context: ChargeContext, days: Span) -> tuple[Blocks | None, Decimal | None]:
        """Blocks or price of the one period that a month has."""
        _, schedule = context.references.schedule(self.schedule, context.path)
        present = [name for name, active in context.active(schedule).items() if any(day in days for day in active)]
        if len(present) != 1:
            raise InputError(
                f"{days.start} to {days.end} has the periods {', '.join(present)}: a demand of the month needs one",
                path=f"{context.path}.measured",
            )
        if self.period_blocks is not None:
            return self.period_blocks[present[0]], None
        return None, (self.prices or {})[present[0]]

    def _flat(self, context: ChargeContext, days: Span, blocks: Blocks | None, price: Decimal | None) -> None:
        month = self._demand_month(context, days, self._title(), "highest demand of the month", blocks, price)
        demands, peak_times = self._maxima(context, days)
        self._add_lines(context, month, demands, peak_times)

    def _maxima(self, context: ChargeContext, days: Span) -> tuple[list[Decimal], list[str]]:
        register = context.sums.register(self.register)
        if context.references.unit_of(self.register, context.path)[0] == self.unit:
            return self._shown_maxima(context, register, days), ["(maximum register)"] * context.batch.rows
        sums, _, factor = context.sums.windows(self.register, self.window_min, days)
        demands = [highest * factor for highest in np.maximum(sums.max(axis=1), 0).tolist()]
        return demands, context.sums.peak_times(self.register, self.window_min, days)

    def _shown_maxima(self, context: ChargeContext, register: Intervals | Total, days: Span) -> list[Decimal]:
        """What a maximum register shows; it knows one maximum, not one for each of several months."""
        if not isinstance(register, Total) or days != context.span:
            raise InputError(
                f"register {self.register!r} in {self.unit} has one maximum, not one for each billing month",
                path=f"{context.path}.register",
                hint="name an interval register, or bill each month",
                code="needs_intervals",
            )
        values = np.atleast_1d(np.asarray(register.value)).tolist()
        return [Decimal(value).scaleb(-register.scale) for value in values]

    def _by_period(self, context: ChargeContext, days: Span) -> None:
        name, schedule = context.references.schedule(self.schedule, context.path)
        peaks = context.sums.period_peaks(self.register, self.window_min, name, schedule, days)
        factor = context.sums.windows(self.register, self.window_min, days)[2]
        active = context.active(schedule)
        for index, period in enumerate(schedule.names):
            if not any(day in days for day in active[period]):
                continue
            blocks = None if self.period_blocks is None else self.period_blocks[period]
            price = None if self.prices is None else self.prices[period]
            label, rule = f"{self._title()}, {schedule.label(index)}", f"highest demand of the month in period {period}"
            month = self._demand_month(context, days, label, rule, blocks, price, period)
            demands = [highest * factor for highest in peaks[:, index].tolist()]
            allowed = context.sums.window_periods(self.register, self.window_min, name, schedule, days) == index
            self._add_lines(
                context, month, demands, context.sums.peak_times(self.register, self.window_min, days, allowed)
            )

    # -- lines ---------------------------------------------------------------------------------------------------

    def _demand_month(  # noqa: PLR0917 -- the fields of a line in their order
        self,
        context: ChargeContext,
        days: Span,
        label: str,
        rule: str,
        price_blocks: Blocks | None,
        price: Decimal | None,
        period: str = "",
    ) -> "_DemandMonth":
        blocks = price_blocks if price_blocks is not None else (Block(price=price),)
        first = cycle_start(days.start, context.cycle_day)
        months = months_of(days.start, days.end, context.cycle_day, self.prorate, context.whole.start)
        unit = self.unit if months == 1 else f"{self.unit} month"
        path, count = self._place(context, period), len(blocks)
        heads = [
            self._head(context, days, label, rule=rule, index=index, count=count, path=path, unit=unit)
            for index in range(count)
        ]
        return _DemandMonth(
            first=first,
            months=months,
            history_name=context.name + (f"/{period}" if period else ""),
            weights={} if self.ratchet is None else self.ratchet.weights(first, context.cycle_day),
            blocks=blocks,
            limits=[block.up_to for block in blocks],
            heads=heads,
        )

    def _add_lines(
        self, context: ChargeContext, month: "_DemandMonth", demands: Sequence[Decimal], peak_times: Sequence[str]
    ) -> None:
        """The lines of one month (or one of its periods) for every connection."""
        sheet, unit, name = context.sheet, self.unit, context.name
        is_maximum_register = context.references.unit_of(self.register, context.path)[0] == unit
        of_the_bill = unit == "kW" and (is_maximum_register or self.register in IMPORT_REGISTERS)
        for row, (demand, peak_time) in enumerate(zip(demands, peak_times, strict=True)):
            most = sheet.max_demand[row]
            if of_the_bill and (most is None or demand > most):
                sheet.max_demand[row] = demand
            billed, ratchet_note = self._billed(context, month, row, demand)
            before = sheet.billing_demand[row].get((name, month.first))
            if before is None or billed > before:
                sheet.billing_demand[row][name, month.first] = billed
            self._add_blocks(context, month, row, billed, f"highest {demand:f} {unit} {peak_time}{ratchet_note}")

    def _add_blocks(self, context: ChargeContext, month: "_DemandMonth", row: int, billed: Decimal, note: str) -> None:
        months, whole_month = month.months, month.months == 1
        if not whole_month:
            note = f"{note} × {plain(months)} months"
        for index, kw in split(billed, month.limits, "graduated"):
            block, head = month.blocks[index], month.heads[index]
            quantity = kw if whole_month else kw * months
            if block.price is not None:
                context.sheet.add(row, head, quantity, block.price, quantity * block.price, note)
            if block.fixed is not None:
                context.sheet.add(row, head, quantity, None, block.fixed * months, note)

    def _billed(self, context: ChargeContext, month: "_DemandMonth", row: int, demand: Decimal) -> tuple[Decimal, str]:
        """The billing demand and how it came about; the demand itself goes into the history."""
        billed, ratchet_note = demand, ""
        if self.ratchet is not None:
            peaks: Peaks | None = context.sheet.peaks[row].get(month.history_name)
            if peaks is None:
                peaks = peaks_of(context.history(row).peaks, month.history_name)
            own = demand if self.ratchet.current_in_full else demand * self.ratchet.share_of(month.first.month)
            billed, reason = raised(own, peaks, month.weights)
            ratchet_note = explain(reason, month.weights, self.unit)
            context.sheet.peaks[row][month.history_name] = remember(peaks, month.first, demand)
        if billed < self.minimum_kw:
            return self.minimum_kw, f"{ratchet_note}, billed is the minimum of {plain(self.minimum_kw)}"
        return billed, ratchet_note

    # -- words ---------------------------------------------------------------------------------------------------

    def _title(self) -> str:
        return self.label or "Demand"

    def _place(self, context: ChargeContext, period: str) -> str:
        for field in ("price", "prices", "blocks", "period_blocks"):
            if getattr(self, field) is not None:
                return f"{context.path}.{field}" + (f".{period}" if period else "")
        return context.path

    def _head(
        self, context: ChargeContext, days: Span, label: str, *, rule: str, index: int, count: int, path: str, unit: str
    ) -> LineHead:
        utility = context.references.unit_of(self.register, context.path)[1]
        window = f"{self.window_min} min" if self.window_min else "the readings' step"
        source = (
            f"register {self.register}: mean power of windows of {window}, {days.start} to {days.end} (end exclusive)"
        )
        block = f", block {index + 1}" if count > 1 else ""
        return context.head(label + block, unit, utility, rule + block, source, path, days=days)


def _check_blocks(blocks: Blocks, path: str) -> None:
    check_blocks(blocks, path)
    for index, block in enumerate(blocks):
        if block.per_kw:
            raise InputError("a block of kW has no bound for each kW", path=f"{path}[{index}].per_kw")


@dataclass(frozen=True, slots=True)
class _DemandMonth:
    """What the lines of one month have in common for all connections."""

    first: date  # of the billing month
    months: Decimal  # how many billing months the days are
    history_name: str  # under which its peaks are in the history
    weights: dict[date, Decimal]  # shares of earlier months' peaks, by the first day of the month
    blocks: Blocks
    limits: list[Decimal | None]  # kW, one a block
    heads: list[LineHead]  # one a block
