"""The blocks of one period with their bounds and texts for a part of the bill, and the lines that quantities make."""

from collections.abc import Sequence
from decimal import Decimal
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from cloud_service.domain.money import plain, quotient
from cloud_service.domain.pricing.blocks import Blocks, Ints, Mode, bounds, describe
from cloud_service.domain.pricing.charge_context import ChargeContext
from cloud_service.domain.pricing.priced_lines import LineHead

if TYPE_CHECKING:  # a charge fills its blocks; here it only stands in a signature
    from cloud_service.domain.pricing.unit_price import UnitPricedCharge


class BlockLines:
    """The blocks of one period with their bounds for this part, once for all rows or, per kW, once a row."""

    def __init__(  # noqa: PLR0917 -- made in two places, side by side
        self,
        charge: "UnitPricedCharge",
        context: ChargeContext,
        blocks: Blocks,
        factor: Decimal,
        scale: int,
        words: tuple[str, str, str],
    ) -> None:
        self.charge, self.part, self.blocks, self.factor, self.scale = charge, context, blocks, factor, scale
        self.label, self.source, self.place = words
        self.unit, self.utility = context.references.unit_of(charge.register, context.path)
        self.one = Decimal(1).scaleb(-scale)
        sign = charge.sign
        self.terms = [
            (
                None if block.price is None else sign * block.price,
                None if block.fixed is None else quotient(sign * block.fixed * factor),
            )
            for block in blocks
        ]
        self.demands = charge.demands(context) if any(block.per_kw for block in blocks) else None
        self.fixed = None if self.demands is not None else self._made(None)

    def of_row(self, row: int) -> tuple[list[int | None], list[LineHead]]:
        """Bounds and heads of a row."""
        if self.fixed is not None:
            return self.fixed
        return self._made(self.demands[row] if self.demands is not None else None)

    def _made(self, demand_kw: Decimal | None) -> tuple[list[int | None], list[LineHead]]:
        limits = bounds(self.blocks, self.factor, self.scale, demand_kw, self.charge.mode)
        way = {"graduated": "graduated", "volume": "volume (all units at the price of the block reached)"}[
            self.charge.mode
        ]
        heads = []
        for index in range(len(self.blocks)):
            words = describe(self.blocks, index, limits, self.scale, self.unit)
            rule = f"{way}, {words}" + (f", bounds for {plain(demand_kw)} kW" if demand_kw is not None else "")
            label = self.label if len(self.blocks) == 1 else f"{self.label}, block {index + 1}"
            heads.append(
                self.part.head(
                    label, self.unit, self.utility, rule, self.source, f"{self.part.path}.{self.place}[{index}]"
                )
            )
        return limits, heads

    def add(self, row: int, head: LineHead, index: int, quantity: int) -> None:
        """The lines of one block: its units, and its fixed amount where it has one."""
        count = quantity * self.one
        price, fixed = self.terms[index]
        if price is not None:
            self.part.sheet.add(row, head, count, price, count * price)
        if fixed is not None:
            whole = plain(self.blocks[index].fixed or fixed)
            words = f"fixed amount of the block {whole}" + ("" if self.factor == 1 else f" × {plain(self.factor)}")
            self.part.sheet.add(row, head, count, None, fixed, words)

    def add_many(self, shares: Ints, mode: Mode, totals: Ints, parts: Ints | None = None) -> None:
        """The lines of all rows: a row has a block's line where the block was entered."""
        assert self.fixed is not None  # noqa: S101 -- only called for ladders without bounds per kW
        limits, heads = self.fixed
        entered = shares if parts is None else parts
        for index, head in enumerate(heads):
            price, fixed = self.terms[index]
            if mode == "volume":
                inside = _reached(totals, limits, index)
            else:
                inside = entered[:, index] > 0 if index else np.ones(len(totals), dtype=np.bool_)
            rows = None if inside.all() else np.flatnonzero(inside).tolist()
            quantities = shares[:, index].tolist() if rows is None else shares[inside, index].tolist()
            if fixed is not None:
                for row, quantity in zip(range(len(totals)) if rows is None else rows, quantities, strict=True):
                    self.add(row, head, index, quantity)
            elif price is not None and quantities:
                self.part.sheet.add_column(head, quantities, self.one, price, rows)


def _reached(totals: Ints, limits: Sequence[int | None], index: int) -> NDArray[np.bool_]:
    """The rows whose total lies in a block; what is below 0 lies in the first."""
    limit = limits[index]
    floor = limits[index - 1] if index else None
    above = np.ones(len(totals), dtype=np.bool_) if floor is None else totals >= floor
    found: NDArray[np.bool_] = above if limit is None else above & (totals < limit)
    return found
