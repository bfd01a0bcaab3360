"""Demand: a price per kW of the highest window of each billing month; flat, by period, in blocks, with a ratchet."""

from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal
from typing import Annotated

import msgspec
import numpy as np
from msgspec import Meta

from cloud_service.domain.calendar import Schedule, period_map
from cloud_service.domain.charge import Charge, Known, Part, check_positive
from cloud_service.domain.ladder import Blocks, check_blocks, split
from cloud_service.domain.lines import Head
from cloud_service.domain.money import plain
from cloud_service.domain.proration import Prorate, cycle_start, cycles, months_of
from cloud_service.domain.usage import Intervals, Total
from common.errors import InputError
from common.period import Span, add_months

WINDOWS = (0, 5, 10, 15, 30, 60)


class Ratchet(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Billing demand is at least a share of the highest of earlier months."""

    share: Annotated[Decimal | None, Meta(description="Share of an earlier month's demand, for example 0.8")] = None
    shares: Annotated[
        tuple[Decimal, ...], Meta(description="Twelve shares, by the calendar month of the earlier demand")
    ] = ()
    months: Annotated[int, Meta(ge=1, le=36, description="How many months back")] = 11
    only_months: Annotated[
        tuple[int, ...], Meta(description="Calendar months whose demand counts; none means all")
    ] = ()
    current_in_full: Annotated[bool, Meta(description="The month's own demand counts in full, not by its share")] = True


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
    ratchet: Ratchet | None = None
    minimum_kw: Annotated[Decimal, Meta(description="Billing demand is at least this")] = Decimal(0)
    prorate: Prorate = "actual_days"

    def check(self, tariff: Known, path: str) -> None:
        """Refuse a demand without a price for some period."""
        given = [name for name in ("price", "prices", "blocks", "period_blocks") if getattr(self, name) is not None]
        if len(given) != 1:
            raise InputError(
                "a demand charge has exactly one of price, prices, blocks, period_blocks",
                path=path,
                hint=f"given: {', '.join(given) or 'none'}",
            )
        check_positive(path, minimum_kw=self.minimum_kw)
        if self.window_min not in WINDOWS:
            raise InputError("a demand window has 5, 10, 15, 30 or 60 minutes", path=f"{path}.window_min")
        if self.blocks is not None:
            check_blocks(self.blocks, f"{path}.blocks")
        if self.ratchet is not None and (self.ratchet.share is None) == (not self.ratchet.shares):
            raise InputError("a ratchet has share or shares", path=f"{path}.ratchet")
        if self.ratchet is not None and self.ratchet.shares and len(self.ratchet.shares) != 12:  # noqa: PLR2004 -- months
            raise InputError("shares are twelve, January first", path=f"{path}.ratchet.shares")
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
            check_blocks(blocks, f"{path}.period_blocks.{name}")

    def rate(self, part: Part) -> None:
        """One line per month, connection and period or block."""
        for cycle in cycles(part.span.start, part.span.end, part.cycle_day):
            if self.prices is not None or self.period_blocks is not None:
                self._by_period(part, cycle)
            else:
                self._flat(part, cycle)

    def _flat(self, part: Part, days: Span) -> None:
        blocks = self.blocks or (None,)
        heads = [
            self._head(part, days, self._name(), rule="highest demand of the month", index=index, many=len(blocks))
            for index in range(len(blocks))
        ]
        add = self._adder(part, days, self.blocks, self.price, heads)
        for row, (demand, wall) in enumerate(self._maxima(part, days)):
            _note_maximum(part, row, demand)
            billed, note = self._billed(part, days, row, demand)
            add(row, billed, f"highest {plain(demand)} {self.unit}{wall()}{note}")

    def _maxima(self, part: Part, days: Span) -> "list[tuple[Decimal, Callable[[], str]]]":
        register = part.register(self.register)
        if isinstance(register, Total):
            values = np.atleast_1d(np.asarray(register.value)).tolist()
            return [(Decimal(value).scaleb(-register.scale), lambda: " (maximum register)") for value in values]
        sums, _, factor = part.windows(self.register, self.window_min, days)

        def wall(row: int) -> "Callable[[], str]":
            return lambda: f" at {part.wall_of_peak(self.register, self.window_min, days, row)}"

        return [(max(value, 0) * factor, wall(row)) for row, value in enumerate(sums.max(axis=1).tolist())]

    def _by_period(self, part: Part, days: Span) -> None:
        name, schedule = part.known.schedule(self.schedule, part.path)
        peaks = part.period_peaks(self.register, self.window_min, name, schedule, days)
        factor = part.windows(self.register, self.window_min, days)[2]
        active = part.active(schedule)
        for row, values in enumerate(peaks):
            _note_maximum(part, row, max(values) * factor)
        for index, period in enumerate(schedule.names):
            if not any(day in days for day in active[period]):
                continue
            blocks = None if self.period_blocks is None else self.period_blocks[period]
            price = None if self.prices is None else self.prices[period]
            label, many = f"{self._name()}, {schedule.label(index)}", len(blocks or (None,))
            heads = [
                self._head(
                    part, days, label, rule=f"highest demand of the month in period {period}", index=block, many=many
                )
                for block in range(many)
            ]
            add = self._adder(part, days, blocks, price, heads)
            allowed = self._windows_of(part, days, name, schedule, index)
            for row, values in enumerate(peaks):
                demand = values[index] * factor
                billed, note = self._billed(part, days, row, demand, period)
                wall = f" at {part.wall_of_peak(self.register, self.window_min, days, row, allowed)}" if demand else ""
                add(row, billed, f"highest {plain(demand)} {self.unit}{wall}{note}")

    def _windows_of(
        self, part: Part, days: Span, name: str, schedule: Schedule, index: int
    ) -> "np.ndarray[tuple[int], np.dtype[np.bool_]]":
        register = part.register(self.register)
        assert isinstance(register, Intervals)  # noqa: S101 -- period_peaks() has refused anything else
        many = part.windows(self.register, self.window_min, days)[1]
        steps = part.grid(register.step_s)
        found: np.ndarray[tuple[int], np.dtype[np.bool_]] = (
            period_map(schedule, steps, name)[steps.slice_of(days)][::many] == index
        )
        return found

    def _adder(
        self, part: Part, days: Span, blocks: Blocks | None, price: Decimal | None, heads: Sequence[Head]
    ) -> "Callable[[int, Decimal, str], None]":
        months = months_of(days.start, days.end, part.cycle_day, self.prorate, part.whole.start)
        share = "" if months == 1 else f" × {plain(months)} months"

        def add(row: int, billed: Decimal, note: str) -> None:
            if blocks is None:
                assert price is not None  # noqa: S101 -- check() has refused a charge without one
                part.sheet.add(row, heads[0], billed, price, billed * price * months, note + share)
                return
            limits = [block.up_to for block in blocks]
            for index, kw in split(billed, limits, "graduated"):
                block = blocks[index]
                if block.price is not None:
                    part.sheet.add(row, heads[index], kw, block.price, kw * block.price * months, note + share)
                if block.fixed is not None:
                    part.sheet.add(row, heads[index], kw, None, block.fixed * months, note + share)

        return add

    # -- ratchet -------------------------------------------------------------------------------------------------

    def _billed(self, part: Part, days: Span, row: int, demand: Decimal, period: str = "") -> tuple[Decimal, str]:
        """The billing demand and how it came about; the demand itself goes into the history."""
        name = (self.id or "demand") + (f"/{period}" if period else "")
        first = cycle_start(days.start, part.cycle_day)
        kept = part.sheet.peaks[row].get(name)
        peaks = list(kept if kept is not None else part.history(row).peaks.get(name, ()))
        billed, note = self._ratchet(peaks, first, demand, part.cycle_day)
        if self.ratchet is not None:
            same = [kw for day, kw in peaks if day == first]
            others = [(day, kw) for day, kw in peaks if day != first and day >= add_months(first, -36)]
            part.sheet.peaks[row][name] = [*others, (first, max([demand, *same]))]
        if billed < self.minimum_kw:
            billed, note = self.minimum_kw, f", billed is the minimum of {plain(self.minimum_kw)}"
        part.sheet.billing_demand[row][self.id or "demand"] = max(
            billed, part.sheet.billing_demand[row].get(self.id or "demand", billed)
        )
        return billed, note

    def _ratchet(
        self, peaks: Sequence[tuple[date, Decimal]], first: date, demand: Decimal, cycle_day: int
    ) -> tuple[Decimal, str]:
        rule = self.ratchet
        if rule is None:
            return demand, ""
        oldest = add_months(first, -rule.months, cycle_day)
        best, note = (demand, "") if rule.current_in_full else (demand * self._share(first), ", by its share")
        for day, kw in peaks:
            if oldest <= day < first and (not rule.only_months or day.month in rule.only_months):
                kept = kw * self._share(day)
                if kept > best:
                    best, note = kept, f", ratchet: {plain(self._share(day))} of {plain(kw)} {self.unit} in {day:%Y-%m}"
        return best, note

    def _share(self, day: date) -> Decimal:
        assert self.ratchet is not None  # noqa: S101 -- only called with a ratchet
        if self.ratchet.shares:
            return self.ratchet.shares[day.month - 1]
        assert self.ratchet.share is not None  # noqa: S101 -- check() has refused a ratchet without a share
        return self.ratchet.share

    # -- words ---------------------------------------------------------------------------------------------------

    def _name(self) -> str:
        return self.label or "Demand"

    def _head(self, part: Part, days: Span, label: str, *, rule: str, index: int, many: int) -> Head:
        utility = part.known.unit_of(self.register, part.path)[1]
        window = f"{self.window_min} min" if self.window_min else "the readings' step"
        source = (
            f"register {self.register}: mean power of windows of {window}, {days.start} to {days.end} (end exclusive)"
        )
        block = f", block {index + 1}" if many > 1 else ""
        return part.head(label + block, self.unit, utility, rule + block, source)


def _note_maximum(part: Part, row: int, demand: Decimal) -> None:
    before = part.sheet.max_demand[row]
    part.sheet.max_demand[row] = demand if before is None else max(before, demand)
