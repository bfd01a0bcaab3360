"""The blocks of one period with their bounds and texts on some days, and the lines that quantities make."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

import numpy as np
from numpy.typing import NDArray

from cloud_service.domain.money import plain, quotient
from cloud_service.domain.pricing.blocks import (
    Blocks,
    Ints,
    Mode,
    bounds,
    describe,
    share,
    share_many,
    split,
    split_many,
)
from cloud_service.domain.pricing.charge_context import ChargeContext
from cloud_service.domain.pricing.priced_lines import LineHead

MODES: dict[Mode, str] = {"graduated": "graduated", "volume": "volume (all units at the price of the block reached)"}


@dataclass(frozen=True, slots=True)
class BlockTerms:
    """How the blocks of one period price a quantity."""

    blocks: Blocks
    mode: Mode
    sign: int  # 1 for a charge, -1 for a credit
    factor: Decimal  # how many times a block's bound and fixed amount count: months or days
    scale: int  # quantities are integers in units of 10**-scale
    demands: Sequence[Decimal] | None = None  # kW per row, where a bound is per kW


@dataclass(frozen=True, slots=True)
class BlockTexts:
    """What the lines of the blocks say."""

    label: str
    unit: str  # of the quantity
    utility: str
    source: str  # where the quantity comes from
    path: str  # place of the blocks in the tariff document


class BlockLines:
    """The blocks of one period with their bounds for these days, once for all rows or, per kW, once a row.

    Quantities are int64 in units of 10**-scale; each line is of one row and one block.
    """

    def __init__(self, context: ChargeContext, terms: BlockTerms, texts: BlockTexts) -> None:
        self.context, self.terms, self.texts = context, terms, texts
        self.smallest_unit = Decimal(1).scaleb(-terms.scale)
        self.prices = [None if block.price is None else terms.sign * block.price for block in terms.blocks]
        self.fixed_amounts = [
            None if block.fixed is None else quotient(terms.sign * block.fixed * terms.factor) for block in terms.blocks
        ]
        self.for_all_rows = None if terms.demands is not None else self._bounds_and_heads(None)

    def of_row(self, row: int) -> tuple[list[int | None], list[LineHead]]:
        """Upper bounds, in units of 10**-scale, and line heads of a row, one a block."""
        if self.for_all_rows is not None:
            return self.for_all_rows
        return self._bounds_and_heads(self.terms.demands[row] if self.terms.demands is not None else None)

    def _bounds_and_heads(self, demand_kw: Decimal | None) -> tuple[list[int | None], list[LineHead]]:
        terms, texts = self.terms, self.texts
        limits = bounds(terms.blocks, terms.factor, terms.scale, demand_kw, terms.mode)
        heads = []
        for index in range(len(terms.blocks)):
            block = describe(terms.blocks, index, limits, terms.scale, texts.unit)
            per_kw = f", bounds for {plain(demand_kw)} kW" if demand_kw is not None else ""
            rule = f"{MODES[terms.mode]}, {block}{per_kw}"
            label = texts.label if len(terms.blocks) == 1 else f"{texts.label}, block {index + 1}"
            path = f"{texts.path}[{index}]"
            heads.append(self.context.head(label, texts.unit, texts.utility, rule, texts.source, path))
        return limits, heads

    # -- filling -------------------------------------------------------------------------------------------------

    def fill(self, totals: Ints) -> None:
        """Lines of the totals, (rows,): each fills the blocks by itself."""
        if self.for_all_rows is not None:
            self._add_many(split_many(totals, self.for_all_rows[0], self.terms.mode), totals)
            return
        for row, total in enumerate(totals.tolist()):
            limits, heads = self.of_row(row)
            for index, quantity in split(total, limits, self.terms.mode):
                self._add(row, heads[index], index, quantity)

    def fill_shares(self, amounts: Ints, totals: Ints) -> None:
        """Lines of the amounts, (rows,): the totals, (rows,), fill the blocks, an amount has its share of each."""
        if self.for_all_rows is not None:
            slices = split_many(totals, self.for_all_rows[0], self.terms.mode)
            shares = share_many(amounts, slices, totals)
            if shares is not None:
                self._add_many(shares, totals, slices)
                return
        self._share_rows(amounts.tolist(), totals.tolist())

    def _share_rows(self, amounts: list[int], totals: list[int]) -> None:
        """The same row by row: bounds that differ by row, or numbers too large for int64."""
        for row, (amount, total) in enumerate(zip(amounts, totals, strict=True)):
            limits, heads = self.of_row(row)
            slices = split(total, limits, self.terms.mode)
            shares = share(amount, [quantity for _, quantity in slices], total) if total else [0] * len(slices)
            for (block, _), quantity in zip(slices, shares, strict=True):
                self._add(row, heads[block], block, quantity)

    def fill_in_time(self, before: Ints, after: Ints, inside: NDArray[np.bool_]) -> None:
        """Lines of the steps `inside`, (steps,): each is in the block that the running total has reached.

        `before` and `after` are the running totals at both ends of each step, (rows, steps); a step that crosses a
        bound is cut there.
        """
        for row in range(len(after)):
            limits, heads = self.of_row(row)
            floor = 0
            for block, limit in enumerate(limits):
                ceiling = int(after[row, -1]) if limit is None else limit
                high = max(ceiling, floor)
                starts, ends = np.clip(before[row, inside], floor, high), np.clip(after[row, inside], floor, high)
                quantity = int((ends - starts).sum())
                if quantity or block == 0:
                    self._add(row, heads[block], block, quantity)
                floor = high

    # -- lines ---------------------------------------------------------------------------------------------------

    def _add(self, row: int, head: LineHead, index: int, quantity: int) -> None:
        """The lines of one block: its units, and its fixed amount where it has one."""
        count = quantity * self.smallest_unit
        price, fixed = self.prices[index], self.fixed_amounts[index]
        if price is not None:
            self.context.sheet.add(row, head, count, price, count * price)
        if fixed is not None:
            factor = self.terms.factor
            amount = plain(self.terms.blocks[index].fixed or fixed)
            note = f"fixed amount of the block {amount}" + ("" if factor == 1 else f" × {plain(factor)}")
            self.context.sheet.add(row, head, count, None, fixed, note)

    def _add_many(self, shares: Ints, totals: Ints, slices: Ints | None = None) -> None:
        """The lines of all rows: a row has a block's line where the block was entered. (rows, blocks), (rows,)."""
        assert self.for_all_rows is not None  # noqa: S101 -- only called for blocks without bounds per kW
        limits, heads = self.for_all_rows
        entered = shares if slices is None else slices
        for index, head in enumerate(heads):
            price, fixed = self.prices[index], self.fixed_amounts[index]
            if self.terms.mode == "volume":
                inside = _reached(totals, limits, index)
            else:
                inside = entered[:, index] > 0 if index else np.ones(len(totals), dtype=np.bool_)
            rows = None if inside.all() else np.flatnonzero(inside).tolist()
            quantities = shares[:, index].tolist() if rows is None else shares[inside, index].tolist()
            if fixed is not None:
                for row, quantity in zip(range(len(totals)) if rows is None else rows, quantities, strict=True):
                    self._add(row, head, index, quantity)
            elif price is not None and quantities:
                self.context.sheet.add_column(head, quantities, self.smallest_unit, price, rows)


def _reached(totals: Ints, limits: Sequence[int | None], index: int) -> NDArray[np.bool_]:
    """The rows whose total lies in a block, (rows,); what is below 0 lies in the first."""
    limit = limits[index]
    floor = limits[index - 1] if index else None
    above = np.ones(len(totals), dtype=np.bool_) if floor is None else totals > floor
    reached: NDArray[np.bool_] = above if limit is None else above & (totals <= limit)
    return reached
