"""Prices of a counted quantity, of energy and export charges: flat, by time of use, in blocks, by volume, per kW.

A charge says what is counted (`counted`, `counted_by_period`) and in which direction money flows (`sign`).
"""

from collections.abc import Iterable
from decimal import Decimal
from typing import Annotated, ClassVar

import numpy as np
from msgspec import Meta

from cloud_service.domain.calendar.proration import Prorate, cycle_start, cycles
from cloud_service.domain.calendar.tou_periods import check_steps, period_map, season_runs
from cloud_service.domain.calendar.tou_schedule import Schedule
from cloud_service.domain.pricing.block_allowance import allowance_factor
from cloud_service.domain.pricing.block_lines import BlockLines, BlockTerms, BlockTexts
from cloud_service.domain.pricing.blocks import (
    Allowance,
    Block,
    Blocks,
    BlocksOver,
    Ints,
    Mode,
    check_blocks,
    check_blocks_over,
)
from cloud_service.domain.pricing.charge import Charge
from cloud_service.domain.pricing.charge_context import ChargeContext
from cloud_service.domain.pricing.priced_lines import LineHead
from cloud_service.domain.pricing.references import TariffReferences
from cloud_service.domain.pricing.register_sums import NET
from cloud_service.domain.pricing.spread_steps import SpreadCheck
from cloud_service.domain.pricing.usage import Intervals
from common.errors import InputError


class UnitPricedCharge(Charge, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Exactly one of price, prices, blocks, period_blocks."""

    sign: ClassVar[int] = 1
    noun: ClassVar[str] = "Energy"  # what electricity is called on a line without a label

    register: Annotated[str, Meta(description="What is counted: import, export, water, gas_kwh ...")] = "import"
    price: Annotated[Decimal | None, Meta(description="One price for every unit")] = None
    prices: Annotated[dict[str, Decimal] | None, Meta(description="A price per time-of-use period")] = None
    blocks: Annotated[Blocks | None, Meta(description="Blocks over the total")] = None
    period_blocks: Annotated[dict[str, Blocks] | None, Meta(description="Blocks per time-of-use period")] = None
    blocks_over: Annotated[
        BlocksOver,
        Meta(
            description="period: each period fills blocks of its own; total: the sum of all periods fills them, shared "
            "in proportion; time: they fill in the order of time"
        ),
    ] = "period"
    schedule: Annotated[str, Meta(description="Which schedule; may be left out if there is only one")] = ""
    mode: Annotated[
        Mode, Meta(description="graduated: each slice at its own price; volume: all at the price reached")
    ] = "graduated"
    allowance: Annotated[Allowance, Meta(description="What the bounds are for: a month, a day, or any span")] = "month"
    prorate: Annotated[Prorate, Meta(description="How bounds and totals follow parts of a month")] = "actual_days"
    demand: Annotated[
        str,
        Meta(description="Id of the demand charge that per-kW blocks follow; without it the span's highest step"),
    ] = ""

    def check(self, tariff: TariffReferences, path: str) -> None:
        """Refuse a charge without a price for some unit."""
        given = [name for name in ("price", "prices", "blocks", "period_blocks") if getattr(self, name) is not None]
        if len(given) != 1:
            raise InputError(
                "this charge has exactly one of price, prices, blocks, period_blocks",
                path=path,
                hint=f"given: {', '.join(given) or 'none'}",
            )
        tariff.unit_of(self.register, path)
        if self.blocks is not None:
            check_blocks(self.blocks, f"{path}.blocks")
        check_blocks_over(self.blocks_over, self.mode, self.period_blocks, path)
        if self.demand:
            tariff.check_demand(self.demand, path)
        if any(block.per_kw for block in self._every_block()) and not self.demand:
            tariff.refuse_converted(self.register, "a bound per kW", path)
        if self.blocks_over == "time":
            tariff.refuse_converted(self.register, "blocks in the order of time", path)
        by_period = self.prices if self.prices is not None else self.period_blocks
        if by_period is not None:
            tariff.check_periods(self.schedule, tuple(by_period), given[0], path)
        for name, blocks in (self.period_blocks or {}).items():
            check_blocks(blocks, f"{path}.period_blocks.{name}")

    def needs_steps(self) -> bool:
        """Prices by period, bounds per kW and import less export of each step; one price or blocks of a sum do not."""
        by_period = self.prices is not None or self.period_blocks is not None
        return by_period or self.register in NET or any(block.per_kw for block in self._every_block())

    def refers_to(self) -> tuple[str, ...]:
        """The charges this one is over, and the demand charge that per-kW blocks follow."""
        return (*self.over(), self.demand) if self.demand else self.over()

    # -- what is counted: charges may net or carry over ------------------------------------------------------------

    def counted(self, context: ChargeContext) -> tuple[Ints, int]:
        """Quantity per row, (rows,), in units of 10**-scale, and the scale."""
        return context.sums.totals(self.register, self.prorate)

    def counted_by_period(self, context: ChargeContext, name: str, schedule: Schedule) -> tuple[Ints, int]:
        """Quantity per row and time-of-use period, (rows, periods), in units of 10**-scale, and the scale."""
        return context.sums.by_period(self.register, name, schedule, self.prorate)

    def rate(self, context: ChargeContext) -> None:
        """One line per price and connection; periods out of season have none."""
        if any(block.per_kw for block in self._every_block()):
            for month in cycles(context.span.start, context.span.end, context.cycle_day):
                self._add_lines(context.on(month))  # each month has a demand of its own
        else:
            self._add_lines(context)

    def _every_block(self) -> list[Block]:
        lists = ((self.blocks or ()), *(self.period_blocks or {}).values())
        return [block for blocks in lists for block in blocks]

    def _add_lines(self, context: ChargeContext) -> None:
        if self.price is not None:
            self._flat(context, self.price)
        elif self.prices is not None:
            self._time_of_use(context, self.prices)
        elif self.blocks is not None:
            self._blocks_of_total(context, self.blocks)
        elif self.blocks_over == "period":
            self._blocks_of_periods(context, self.period_blocks or {})
        else:
            fill = self._blocks_shared if self.blocks_over == "total" else self._blocks_in_time
            for season in season_runs(context.references.schedule(self.schedule, context.path)[1], context.span):
                fill(context.on(season), self.period_blocks or {})

    # -- one price -----------------------------------------------------------------------------------------------

    def _flat(self, context: ChargeContext, price: Decimal) -> None:
        totals, scale = self.counted(context)
        unit, utility = context.references.unit_of(self.register, context.path)
        head = context.head(self._label(utility), unit, utility, "one price for every unit", self.source(context))
        context.sheet.add_column(head, totals.tolist(), Decimal(1).scaleb(-scale), self.sign * price)

    def _time_of_use(self, context: ChargeContext, prices: dict[str, Decimal]) -> None:
        name, schedule = context.references.schedule(self.schedule, context.path)
        sums, scale = self.counted_by_period(context, name, schedule)
        smallest_unit, rule = Decimal(1).scaleb(-scale), "a price per time-of-use period"
        active = context.active(schedule)
        for index, period in enumerate(schedule.names):
            if active[period]:
                head = self._period_head(context, schedule, index, rule, f"prices.{period}")
                context.sheet.add_column(head, sums[:, index].tolist(), smallest_unit, self.sign * prices[period])

    # -- blocks --------------------------------------------------------------------------------------------------

    def _blocks_of_total(self, context: ChargeContext, blocks: Blocks) -> None:
        totals, scale = self.counted(context)
        unit, utility = context.references.unit_of(self.register, context.path)
        factor = allowance_factor(context, self.register, self.allowance, self.prorate)
        terms = BlockTerms(blocks, self.mode, self.sign, factor, scale, self._demands_of(context, blocks))
        texts = BlockTexts(self._label(utility), unit, utility, self.source(context), f"{context.path}.blocks")
        BlockLines(context, terms, texts).fill(totals)

    def _blocks_of_periods(self, context: ChargeContext, blocks: dict[str, Blocks]) -> None:
        """The quantity of each period fills that period's blocks."""
        name, schedule = context.references.schedule(self.schedule, context.path)
        sums, scale = self.counted_by_period(context, name, schedule)
        for index, lines in self._period_lines(context, schedule, blocks, scale):
            lines.fill(sums[:, index])

    def _blocks_shared(self, context: ChargeContext, blocks: dict[str, Blocks]) -> None:
        """The total of all periods fills the blocks; each period has its proportional share of each block."""
        name, schedule = context.references.schedule(self.schedule, context.path)
        sums, scale = self.counted_by_period(context, name, schedule)
        totals = sums.sum(axis=1)
        for index, lines in self._period_lines(context, schedule, blocks, scale):
            lines.fill_shares(sums[:, index], totals)

    def _blocks_in_time(self, context: ChargeContext, blocks: dict[str, Blocks]) -> None:
        """Each step's quantity is in the block that the running total has reached; a step over a bound is cut there."""
        name, schedule = context.references.schedule(self.schedule, context.path)
        register = context.sums.register(self.register)
        if not isinstance(register, Intervals):
            raise InputError(
                "blocks in the order of time need interval readings",
                path=f"{context.path}.blocks_over",
                code="needs_intervals",
            )
        check_steps(schedule, register.known_s, f"schedules.{name}")
        values = context.sums.interval_values(register)
        after = np.cumsum(values, axis=1)
        before = after - values
        steps = context.sums.grid(register.step_s)
        days = steps.slice_of(context.span)
        periods = period_map(schedule, steps, f"schedules.{name}")[days]
        SpreadCheck(self.register, register, steps, days, f"{context.path}.blocks_over").refuse_several(periods)
        for index, lines in self._period_lines(context, schedule, blocks, register.scale):
            lines.fill_in_time(before, after, periods == index)

    def _period_lines(
        self, context: ChargeContext, schedule: Schedule, blocks: dict[str, Blocks], scale: int
    ) -> list[tuple[int, BlockLines]]:
        """The blocks of each period that is in season, with the period's index in the schedule."""
        unit, utility = context.references.unit_of(self.register, context.path)
        lines = []
        for index, period in enumerate(schedule.names):
            days = context.active(schedule)[period]
            if days:
                factor = allowance_factor(context, self.register, self.allowance, self.prorate, days)
                demands = self._demands_of(context, blocks[period])
                terms = BlockTerms(blocks[period], self.mode, self.sign, factor, scale, demands)
                label, source = (
                    f"{self._label(utility)}, {schedule.label(index)}",
                    self.source(context, schedule, index),
                )
                texts = BlockTexts(label, unit, utility, source, f"{context.path}.period_blocks.{period}")
                lines.append((index, BlockLines(context, terms, texts)))
        return lines

    def _demands_of(self, context: ChargeContext, blocks: Iterable[Block]) -> list[Decimal] | None:
        """The demand in kW per row, where a bound is per kW."""
        return self.demands(context) if any(block.per_kw for block in blocks) else None

    def demands(self, context: ChargeContext) -> list[Decimal]:
        """The demand in kW per row that per-kW bounds are multiplied with."""
        if not self.demand:
            return context.sums.peaks(self.register)
        month = cycle_start(context.span.start, context.cycle_day)
        demands = [billed.get((self.demand, month)) for billed in context.sheet.billing_demand]
        if any(demand is None for demand in demands):
            raise InputError(
                f"no demand of charge {self.demand!r} is known for {context.span.start} to {context.span.end}",
                path=f"{context.path}.demand",
            )
        return [demand for demand in demands if demand is not None]

    # -- words ---------------------------------------------------------------------------------------------------

    def _label(self, utility: str) -> str:
        return self.label or (self.noun if utility == "electricity" else utility.capitalize())

    def source(self, context: ChargeContext, schedule: Schedule | None = None, index: int = 0) -> str:
        """Where the quantity comes from, in words."""
        register = context.sums.register(self.register)
        if schedule is None or not isinstance(register, Intervals):
            return context.source_of(self.register, register)
        steps = context.sums.grid(register.step_s)
        inside = period_map(schedule, steps)[steps.slice_of(context.span)]
        return context.source_of(
            self.register, register, f" in period {schedule.names[index]}", int((inside == index).sum())
        )

    def _period_head(self, context: ChargeContext, schedule: Schedule, index: int, rule: str, place: str) -> LineHead:
        unit, utility = context.references.unit_of(self.register, context.path)
        label = f"{self._label(utility)}, {schedule.label(index)}"
        path = f"{context.path}.{place}"
        return context.head(label, unit, utility, rule, self.source(context, schedule, index), path)
