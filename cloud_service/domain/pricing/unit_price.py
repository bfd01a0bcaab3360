"""Prices of a counted quantity, of energy and export charges: flat, by time of use, in blocks, by volume, per kW.

A charge says what is counted (`counted`, `counted_by_period`) and in which direction money flows (`sign`).
"""

import itertools
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Annotated, ClassVar, Literal

import numpy as np
from msgspec import Meta

from cloud_service.domain.calendar.proration import Prorate, cycle_start, cycles
from cloud_service.domain.calendar.tou_periods import check_steps, period_map, season_runs
from cloud_service.domain.calendar.tou_schedule import Schedule
from cloud_service.domain.calendar.validity import apart
from cloud_service.domain.pricing.block_lines import BlockLines
from cloud_service.domain.pricing.blocks import (
    Allowance,
    Block,
    Blocks,
    Ints,
    Mode,
    check_blocks,
    share,
    share_many,
    split,
    split_many,
)
from cloud_service.domain.pricing.charge import Charge, kind_of
from cloud_service.domain.pricing.charge_context import ChargeContext
from cloud_service.domain.pricing.priced_lines import LineHead
from cloud_service.domain.pricing.references import TariffReferences
from cloud_service.domain.pricing.usage import Intervals
from common.errors import InputError

Over = Literal["period", "total", "time"]


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
        Over,
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
        self._check_blocks_over(path)
        self._check_demand(tariff, path)
        if any(block.per_kw for block in self._every_block()) and not self.demand:
            tariff.refuse_converted(self.register, "a bound per kW", path)
        if self.blocks_over == "time":
            tariff.refuse_converted(self.register, "blocks in the order of time", path)
        by_period = self.prices if self.prices is not None else self.period_blocks
        if by_period is not None:
            self._check_periods(tariff, path, given[0], tuple(by_period))
        for name, blocks in (self.period_blocks or {}).items():
            check_blocks(blocks, f"{path}.period_blocks.{name}")

    def _check_demand(self, tariff: TariffReferences, path: str) -> None:
        """The demand that bounds per kW follow is that of one charge, not the highest of several."""
        if not self.demand:
            return
        named = [one for one in tariff.charges if kind_of(one) == "demand"]
        named = [one for one in named if (one.id or "demand") == self.demand]
        if not named:
            raise InputError(f"there is no demand charge {self.demand!r}", path=f"{path}.demand")
        if any(not apart(one, other) for one, other in itertools.combinations(named, 2)):
            raise InputError(
                f"several demand charges are named {self.demand!r}",
                path=f"{path}.demand",
                hint="give each an id of its own",
            )

    def _check_blocks_over(self, path: str) -> None:
        if self.blocks_over != "period" and self.period_blocks is None:
            raise InputError("blocks_over is about period_blocks", path=f"{path}.blocks_over")
        if (
            self.blocks_over != "period"
            and len({len(blocks) for blocks in (self.period_blocks or {}).values()}) > 1
            and self.mode == "volume"
        ):
            raise InputError(
                "volume prices over the total need the same blocks in every period", path=f"{path}.period_blocks"
            )
        if self.blocks_over == "time" and self.mode == "volume":
            raise InputError("volume prices do not fill in the order of time", path=f"{path}.mode")

    def _check_periods(self, tariff: TariffReferences, path: str, field: str, given: Sequence[str]) -> None:
        schedule = tariff.schedule(self.schedule, path)[1]
        for name in given:
            if name not in schedule.names:
                raise InputError(
                    f"the schedule has no period {name!r}",
                    path=f"{path}.{field}.{name}",
                    hint=", ".join(schedule.names),
                )
        for name in schedule.names:
            if name not in given:
                raise InputError(
                    f"period {name!r} has no price", path=f"{path}.{field}", hint="write a price of 0 if it is free"
                )

    def refers_to(self) -> tuple[str, ...]:
        """The charges this one is over, and the demand charge that per-kW blocks follow."""
        return (*self.over(), self.demand) if self.demand else self.over()

    # -- what is counted: charges may net or carry over ------------------------------------------------------------

    def counted(self, context: ChargeContext) -> tuple[Ints, int]:
        """Quantity per row and its scale."""
        return context.totals(self.register, self.prorate)

    def counted_by_period(self, context: ChargeContext, name: str, schedule: Schedule) -> tuple[Ints, int]:
        """Quantity per row and period, and the scale."""
        return context.by_period(self.register, name, schedule, self.prorate)

    def rate(self, context: ChargeContext) -> None:
        """One line per price and connection; periods out of season have none."""
        if any(block.per_kw for block in self._every_block()):
            for cycle in cycles(
                context.span.start, context.span.end, context.cycle_day
            ):  # each month has a demand of its own
                self._price(replace(context, span=cycle))
        else:
            self._price(context)

    def _every_block(self) -> list[Block]:
        ladders = ((self.blocks or ()), *(self.period_blocks or {}).values())
        return [block for blocks in ladders for block in blocks]

    def _price(self, context: ChargeContext) -> None:
        if self.price is not None:
            self._flat(context, self.price)
        elif self.prices is not None:
            self._time_of_use(context, self.prices)
        elif self.blocks is not None:
            self._blocks(context, self.blocks)
        elif self.blocks_over == "period":
            self._period_blocks(context, self.period_blocks or {})
        else:
            fill = self._shared_blocks if self.blocks_over == "total" else self._timely_blocks
            for run in season_runs(context.references.schedule(self.schedule, context.path)[1], context.span):
                fill(replace(context, span=run), self.period_blocks or {})

    # -- one price -----------------------------------------------------------------------------------------------

    def _flat(self, context: ChargeContext, price: Decimal) -> None:
        totals, scale = self.counted(context)
        unit, utility = context.references.unit_of(self.register, context.path)
        head = context.head(self._label(utility), unit, utility, "one price for every unit", self.source(context))
        context.sheet.add_column(head, totals.tolist(), Decimal(1).scaleb(-scale), self.sign * price)

    def _time_of_use(self, context: ChargeContext, prices: dict[str, Decimal]) -> None:
        name, schedule = context.references.schedule(self.schedule, context.path)
        sums, scale = self.counted_by_period(context, name, schedule)
        one, rule = Decimal(1).scaleb(-scale), "a price per time-of-use period"
        active = context.active(schedule)
        for index, period in enumerate(schedule.names):
            if active[period]:
                head = self._period_head(context, schedule, index, rule, f"prices.{period}")
                context.sheet.add_column(head, sums[:, index].tolist(), one, self.sign * prices[period])

    # -- blocks --------------------------------------------------------------------------------------------------

    def _blocks(self, context: ChargeContext, blocks: Blocks) -> None:
        totals, scale = self.counted(context)
        utility = context.references.unit_of(self.register, context.path)[1]
        words = self._label(utility), self.source(context), "blocks"
        self._fill(BlockLines(self, context, blocks, self._factor(context, None), scale, words), totals)

    def _period_blocks(self, context: ChargeContext, ladders: dict[str, Blocks]) -> None:
        name, schedule = context.references.schedule(self.schedule, context.path)
        sums, scale = self.counted_by_period(context, name, schedule)
        for index, ladder in self._ladders(context, schedule, ladders, scale):
            self._fill(ladder, sums[:, index])

    def _fill(self, ladder: BlockLines, totals: Ints) -> None:
        """Each total fills the ladder by itself."""
        if ladder.fixed is not None:
            ladder.add_many(split_many(totals, ladder.fixed[0], self.mode), self.mode, totals)
            return
        for row, total in enumerate(totals.tolist()):
            limits, heads = ladder.of_row(row)
            for index, quantity in split(total, limits, self.mode):
                ladder.add(row, heads[index], index, quantity)

    def _shared_blocks(self, context: ChargeContext, ladders: dict[str, Blocks]) -> None:
        """The total of all periods fills the blocks; each period has its proportional share of each block."""
        name, schedule = context.references.schedule(self.schedule, context.path)
        sums, scale = self.counted_by_period(context, name, schedule)
        whole = sums.sum(axis=1)
        for index, ladder in self._ladders(context, schedule, ladders, scale):
            if ladder.fixed is not None:
                parts = split_many(whole, ladder.fixed[0], self.mode)
                shares = share_many(sums[:, index], parts, whole)
                if shares is not None:
                    ladder.add_many(shares, self.mode, whole, parts)
                    continue
            self._share_rows(ladder, sums[:, index].tolist(), whole.tolist())

    def _share_rows(self, ladder: BlockLines, amounts: list[int], wholes: list[int]) -> None:
        """The same row by row: bounds that differ by row, or numbers too large for int64."""
        for row, (amount, whole) in enumerate(zip(amounts, wholes, strict=True)):
            limits, heads = ladder.of_row(row)
            parts = split(whole, limits, self.mode)
            shares = share(amount, [part for _, part in parts], whole) if whole else [0] * len(parts)
            for (block, _), quantity in zip(parts, shares, strict=True):
                ladder.add(row, heads[block], block, quantity)

    def _timely_blocks(self, context: ChargeContext, ladders: dict[str, Blocks]) -> None:
        """Each step's quantity is in the block that the running total has reached; a step over a bound is cut there."""
        name, schedule = context.references.schedule(self.schedule, context.path)
        register = context.register(self.register)
        if not isinstance(register, Intervals):
            raise InputError(
                "blocks in the order of time need interval readings",
                path=f"{context.path}.blocks_over",
                code="needs_intervals",
            )
        check_steps(schedule, register.known_s, f"schedules.{name}")
        values = context.interval_values(register)
        after = np.cumsum(values, axis=1)
        before = after - values
        steps = context.grid(register.step_s)
        periods = period_map(schedule, steps, f"schedules.{name}")[steps.slice_of(context.span)]
        for index, ladder in self._ladders(context, schedule, ladders, register.scale):
            inside = periods == index
            for row in range(context.batch.rows):
                limits, heads = ladder.of_row(row)
                floor = 0
                for block, limit in enumerate(limits):
                    high = int(after[row, -1]) if limit is None else limit
                    low_part = np.clip(before[row, inside], floor, max(high, floor))
                    quantity = int((np.clip(after[row, inside], floor, max(high, floor)) - low_part).sum())
                    if quantity or block == 0:
                        ladder.add(row, heads[block], block, quantity)
                    floor = max(high, floor)

    def _ladders(
        self, context: ChargeContext, schedule: Schedule, ladders: dict[str, Blocks], scale: int
    ) -> list[tuple[int, BlockLines]]:
        utility = context.references.unit_of(self.register, context.path)[1]
        found = []
        for index, period in enumerate(schedule.names):
            days = context.active(schedule)[period]
            if days:
                label = f"{self._label(utility)}, {schedule.label(index)}"
                words = label, self.source(context, schedule, index), f"period_blocks.{period}"
                found.append(
                    (index, BlockLines(self, context, ladders[period], self._factor(context, days), scale, words))
                )
        return found

    def _factor(self, context: ChargeContext, days: Sequence[date] | None) -> Decimal:
        if self.allowance == "period":
            if (context.span.days if days is None else len(days)) != context.whole.days:
                raise InputError(
                    f"an allowance of the whole bill cannot be shared, a price or season changes inside it on "
                    f"{context.span.start if context.span.start > context.whole.start else context.span.end}",
                    path=f"{context.path}.allowance",
                    hint="month or day",
                    code="not_prorated",
                )
            return Decimal(1)
        if self.allowance == "month" and isinstance(context.register(self.register), Intervals):
            context.refuse_cut(self.prorate)
        if self.allowance == "month" and self.prorate == "none" and days is not None and len(days) != context.span.days:
            raise InputError(
                "a season that starts inside the bill needs a rule for its part of the month",
                path=f"{context.path}.prorate",
                hint="actual_days or 30_day_months",
                code="not_prorated",
            )
        if self.allowance == "day":
            return Decimal(context.span.days if days is None else len(days))
        return context.months(self.prorate) if days is None else context.months_of_days(days, self.prorate)

    def demands(self, context: ChargeContext) -> list[Decimal]:
        """The demand per row that per-kW bounds are multiplied with."""
        if self.demand:
            month = cycle_start(context.span.start, context.cycle_day)
            found = [billed.get((self.demand, month)) for billed in context.sheet.billing_demand]
            if any(demand is None for demand in found):
                raise InputError(
                    f"no demand of charge {self.demand!r} is known for {context.span.start} to {context.span.end}",
                    path=f"{context.path}.demand",
                )
            return [demand for demand in found if demand is not None]
        return context.peaks(self.register)

    # -- words ---------------------------------------------------------------------------------------------------

    def _label(self, utility: str) -> str:
        return self.label or (self.noun if utility == "electricity" else utility.capitalize())

    def source(self, context: ChargeContext, schedule: Schedule | None = None, index: int = 0) -> str:
        """Where the quantity comes from, in words."""
        register = context.register(self.register)
        if schedule is None or not isinstance(register, Intervals):
            return context.source_of(self.register, register)
        steps = context.grid(register.step_s)
        inside = period_map(schedule, steps)[steps.slice_of(context.span)]
        return context.source_of(
            self.register, register, f" in period {schedule.names[index]}", int((inside == index).sum())
        )

    def _period_head(self, context: ChargeContext, schedule: Schedule, index: int, rule: str, place: str) -> LineHead:
        unit, utility = context.references.unit_of(self.register, context.path)
        label = f"{self._label(utility)}, {schedule.label(index)}"
        return context.head(
            label, unit, utility, rule, self.source(context, schedule, index), f"{context.path}.{place}"
        )
