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
from cloud_service.domain.pricing.charge_context import Part
from cloud_service.domain.pricing.priced_lines import LineHead
from cloud_service.domain.pricing.references import Known
from cloud_service.domain.pricing.usage import Intervals
from common.errors import InputError

Over = Literal["period", "total", "time"]


class Priced(Charge, frozen=True, kw_only=True, forbid_unknown_fields=True):
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

    def check(self, tariff: Known, path: str) -> None:
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

    def _check_demand(self, tariff: Known, path: str) -> None:
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

    def _check_periods(self, tariff: Known, path: str, field: str, given: Sequence[str]) -> None:
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

    def counted(self, part: Part) -> tuple[Ints, int]:
        """Quantity per row and its scale."""
        return part.totals(self.register, self.prorate)

    def counted_by_period(self, part: Part, name: str, schedule: Schedule) -> tuple[Ints, int]:
        """Quantity per row and period, and the scale."""
        return part.by_period(self.register, name, schedule, self.prorate)

    def rate(self, part: Part) -> None:
        """One line per price and connection; periods out of season have none."""
        if any(block.per_kw for block in self._every_block()):
            for cycle in cycles(part.span.start, part.span.end, part.cycle_day):  # each month has a demand of its own
                self._price(replace(part, span=cycle))
        else:
            self._price(part)

    def _every_block(self) -> list[Block]:
        ladders = ((self.blocks or ()), *(self.period_blocks or {}).values())
        return [block for blocks in ladders for block in blocks]

    def _price(self, part: Part) -> None:
        if self.price is not None:
            self._flat(part, self.price)
        elif self.prices is not None:
            self._time_of_use(part, self.prices)
        elif self.blocks is not None:
            self._blocks(part, self.blocks)
        elif self.blocks_over == "period":
            self._period_blocks(part, self.period_blocks or {})
        else:
            fill = self._shared_blocks if self.blocks_over == "total" else self._timely_blocks
            for run in season_runs(part.known.schedule(self.schedule, part.path)[1], part.span):
                fill(replace(part, span=run), self.period_blocks or {})

    # -- one price -----------------------------------------------------------------------------------------------

    def _flat(self, part: Part, price: Decimal) -> None:
        totals, scale = self.counted(part)
        unit, utility = part.known.unit_of(self.register, part.path)
        head = part.head(self._label(utility), unit, utility, "one price for every unit", self.source(part))
        part.sheet.add_column(head, totals.tolist(), Decimal(1).scaleb(-scale), self.sign * price)

    def _time_of_use(self, part: Part, prices: dict[str, Decimal]) -> None:
        name, schedule = part.known.schedule(self.schedule, part.path)
        sums, scale = self.counted_by_period(part, name, schedule)
        one, rule = Decimal(1).scaleb(-scale), "a price per time-of-use period"
        active = part.active(schedule)
        for index, period in enumerate(schedule.names):
            if active[period]:
                head = self._period_head(part, schedule, index, rule, f"prices.{period}")
                part.sheet.add_column(head, sums[:, index].tolist(), one, self.sign * prices[period])

    # -- blocks --------------------------------------------------------------------------------------------------

    def _blocks(self, part: Part, blocks: Blocks) -> None:
        totals, scale = self.counted(part)
        utility = part.known.unit_of(self.register, part.path)[1]
        words = self._label(utility), self.source(part), "blocks"
        self._fill(BlockLines(self, part, blocks, self._factor(part, None), scale, words), totals)

    def _period_blocks(self, part: Part, ladders: dict[str, Blocks]) -> None:
        name, schedule = part.known.schedule(self.schedule, part.path)
        sums, scale = self.counted_by_period(part, name, schedule)
        for index, ladder in self._ladders(part, schedule, ladders, scale):
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

    def _shared_blocks(self, part: Part, ladders: dict[str, Blocks]) -> None:
        """The total of all periods fills the blocks; each period has its proportional share of each block."""
        name, schedule = part.known.schedule(self.schedule, part.path)
        sums, scale = self.counted_by_period(part, name, schedule)
        whole = sums.sum(axis=1)
        for index, ladder in self._ladders(part, schedule, ladders, scale):
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

    def _timely_blocks(self, part: Part, ladders: dict[str, Blocks]) -> None:
        """Each step's quantity is in the block that the running total has reached; a step over a bound is cut there."""
        name, schedule = part.known.schedule(self.schedule, part.path)
        register = part.register(self.register)
        if not isinstance(register, Intervals):
            raise InputError(
                "blocks in the order of time need interval readings",
                path=f"{part.path}.blocks_over",
                code="needs_intervals",
            )
        check_steps(schedule, register.known_s, f"schedules.{name}")
        values = part.interval_values(register)
        after = np.cumsum(values, axis=1)
        before = after - values
        steps = part.grid(register.step_s)
        periods = period_map(schedule, steps, f"schedules.{name}")[steps.slice_of(part.span)]
        for index, ladder in self._ladders(part, schedule, ladders, register.scale):
            inside = periods == index
            for row in range(part.batch.rows):
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
        self, part: Part, schedule: Schedule, ladders: dict[str, Blocks], scale: int
    ) -> list[tuple[int, BlockLines]]:
        utility = part.known.unit_of(self.register, part.path)[1]
        found = []
        for index, period in enumerate(schedule.names):
            days = part.active(schedule)[period]
            if days:
                label = f"{self._label(utility)}, {schedule.label(index)}"
                words = label, self.source(part, schedule, index), f"period_blocks.{period}"
                found.append((index, BlockLines(self, part, ladders[period], self._factor(part, days), scale, words)))
        return found

    def _factor(self, part: Part, days: Sequence[date] | None) -> Decimal:
        if self.allowance == "period":
            if (part.span.days if days is None else len(days)) != part.whole.days:
                raise InputError(
                    f"an allowance of the whole bill cannot be shared, a price or season changes inside it on "
                    f"{part.span.start if part.span.start > part.whole.start else part.span.end}",
                    path=f"{part.path}.allowance",
                    hint="month or day",
                    code="not_prorated",
                )
            return Decimal(1)
        if self.allowance == "month" and isinstance(part.register(self.register), Intervals):
            part.refuse_cut(self.prorate)
        if self.allowance == "month" and self.prorate == "none" and days is not None and len(days) != part.span.days:
            raise InputError(
                "a season that starts inside the bill needs a rule for its part of the month",
                path=f"{part.path}.prorate",
                hint="actual_days or 30_day_months",
                code="not_prorated",
            )
        if self.allowance == "day":
            return Decimal(part.span.days if days is None else len(days))
        return part.months(self.prorate) if days is None else part.months_of_days(days, self.prorate)

    def demands(self, part: Part) -> list[Decimal]:
        """The demand per row that per-kW bounds are multiplied with."""
        if self.demand:
            month = cycle_start(part.span.start, part.cycle_day)
            found = [billed.get((self.demand, month)) for billed in part.sheet.billing_demand]
            if any(demand is None for demand in found):
                raise InputError(
                    f"no demand of charge {self.demand!r} is known for {part.span.start} to {part.span.end}",
                    path=f"{part.path}.demand",
                )
            return [demand for demand in found if demand is not None]
        return part.peaks(self.register)

    # -- words ---------------------------------------------------------------------------------------------------

    def _label(self, utility: str) -> str:
        return self.label or (self.noun if utility == "electricity" else utility.capitalize())

    def source(self, part: Part, schedule: Schedule | None = None, index: int = 0) -> str:
        """Where the quantity comes from, in words."""
        register = part.register(self.register)
        if schedule is None or not isinstance(register, Intervals):
            return part.source_of(self.register, register)
        steps = part.grid(register.step_s)
        inside = period_map(schedule, steps)[steps.slice_of(part.span)]
        return part.source_of(
            self.register, register, f" in period {schedule.names[index]}", int((inside == index).sum())
        )

    def _period_head(self, part: Part, schedule: Schedule, index: int, rule: str, place: str) -> LineHead:
        unit, utility = part.known.unit_of(self.register, part.path)
        label = f"{self._label(utility)}, {schedule.label(index)}"
        return part.head(label, unit, utility, rule, self.source(part, schedule, index), f"{part.path}.{place}")
