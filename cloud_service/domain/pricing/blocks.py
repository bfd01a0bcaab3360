"""Blocks of a quantity with prices of their own. Bounds are half-open and exact, quantities are integers at a scale."""

from collections.abc import Mapping, Sequence
from decimal import ROUND_FLOOR, ROUND_HALF_EVEN, Decimal
from typing import Annotated, Literal, TypeVar

import msgspec
import numpy as np
from msgspec import Meta
from numpy.typing import NDArray

from cloud_service.domain.money import plain
from common.errors import InputError

Mode = Literal["graduated", "volume"]
Allowance = Literal["period", "month", "day"]
BlocksOver = Literal["period", "total", "time"]
Ints = NDArray[np.int64]
NINTH = Decimal("1E-9")
NO_BOUND = 2**62  # no quantity reaches it: 1e38 is how some write a block without end
OVERFLOW = 2**61  # a quarter of what int64 holds: products are doubled and added to
Number = TypeVar("Number", int, Decimal)


class Block(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A slice of the quantity, from the bound of the block before up to `up_to`."""

    up_to: Annotated[Decimal | None, Meta(description="Upper bound; the last block has none")] = None
    per_kw: Annotated[bool, Meta(description="The bound is for each kW of the billing demand")] = False
    price: Annotated[Decimal | None, Meta(description="Price of a unit in this block")] = None
    fixed: Annotated[Decimal | None, Meta(description="Fixed amount as soon as the block is entered")] = None


Blocks = tuple[Block, ...]


def check_blocks(blocks: Blocks, path: str) -> None:
    """Refuse blocks that leave a quantity without a price or fall."""
    if not blocks:
        raise InputError("blocks are missing", path=path)
    before = Decimal(0)
    for index, block in enumerate(blocks):
        place = f"{path}[{index}]"
        if block.price is None and block.fixed is None:
            raise InputError("a block needs a price or a fixed amount", path=place)
        if block.up_to is None:
            if index != len(blocks) - 1:
                raise InputError("only the last block may be without a bound", path=f"{place}.up_to")
            continue
        if index == len(blocks) - 1:
            raise InputError(
                "the last block must be open, else a larger quantity has no price",
                path=f"{place}.up_to",
                hint="leave up_to out",
            )
        if (block.per_kw == (index > 0 and blocks[index - 1].per_kw) and block.up_to <= before) or block.up_to <= 0:
            raise InputError(f"the bound {plain(block.up_to)} is not above the one before", path=f"{place}.up_to")
        before = block.up_to


def check_blocks_over(over: BlocksOver, mode: Mode, period_blocks: Mapping[str, Blocks] | None, path: str) -> None:
    """Refuse blocks over the total of all periods that do not say which block a unit is in."""
    if over == "period":
        return
    if period_blocks is None:
        raise InputError("blocks_over is about period_blocks", path=f"{path}.blocks_over")
    if mode == "volume" and len({len(blocks) for blocks in period_blocks.values()}) > 1:
        raise InputError(
            "volume prices over the total need the same blocks in every period", path=f"{path}.period_blocks"
        )
    if over == "time" and mode == "volume":
        raise InputError("volume prices do not fill in the order of time", path=f"{path}.mode")


def bounds(
    blocks: Blocks, factor: Decimal, scale: int, demand_kw: Decimal | None = None, mode: Mode = "graduated"
) -> list[int | None]:
    """The blocks' upper bounds at a scale: allowance × factor, per-kW bounds × the demand. Never falling.

    A bound between two readings is rounded where it cuts a quantity. Where it decides the price of all of it, what lies
    up to it stays within, and what lies above it does not.
    """
    limits: list[int | None] = []
    floor = 0
    for block in blocks:
        if block.up_to is None:
            limits.append(None)
            continue
        if block.per_kw and demand_kw is None:
            raise InputError("blocks per kW need a demand")
        times = demand_kw if block.per_kw and demand_kw is not None else Decimal(1)
        floor = max(floor, min(_at_scale(block.up_to * times, factor, scale, mode), NO_BOUND))
        limits.append(floor)
    return limits


def _at_scale(allowance: Decimal, factor: Decimal, scale: int, mode: Mode) -> int:
    if mode == "graduated":
        return int((allowance * factor).scaleb(scale).to_integral_value(ROUND_HALF_EVEN))
    slack = allowance * NINTH if factor % 1 else Decimal(0)  # parts of months have nine decimals
    return int((allowance * factor + slack).scaleb(scale).to_integral_value(ROUND_FLOOR))


def split(quantity: Number, limits: Sequence[Number | None], mode: Mode) -> list[tuple[int, Number]]:
    """The quantity as (block, slice): each slice in its own block, or all of it in the block that it reaches."""
    if mode == "volume":
        for index, limit in enumerate(limits):
            if limit is None or quantity <= limit:
                return [(index, quantity)]
    slices: list[tuple[int, Number]] = []
    floor = quantity - quantity
    for index, limit in enumerate(limits):
        ceiling = quantity if limit is None or quantity < limit else limit
        if index == 0 or ceiling > floor:
            slices.append((index, ceiling - floor))
        if limit is None or quantity <= limit:
            break
        floor = limit
    return slices


def share(amount: int, slices: Sequence[int], total: int) -> list[int]:
    """`amount` divided like the total is divided into slices; the shares sum to the amount exactly."""
    shares, done, before = [], 0, 0
    for quantity in slices:
        done += quantity
        now = (2 * amount * done + total) // (2 * total)
        shares.append(now - before)
        before = now
    return shares


def split_many(totals: Ints, limits: Sequence[int | None], mode: Mode) -> Ints:
    """`split` for many totals at once: (rows,) to (rows, blocks)."""
    quantities = np.zeros((len(totals), len(limits)), dtype=np.int64)
    floor = 0
    for index, limit in enumerate(limits):
        if mode == "volume":
            inside = totals > floor if index else np.ones(len(totals), dtype=np.bool_)
            inside &= True if limit is None else totals <= limit
            quantities[:, index] = np.where(inside, totals, 0)
        else:
            below = totals if limit is None else np.minimum(totals, limit)
            quantities[:, index] = below if index == 0 else np.maximum(below - floor, 0)
        floor = floor if limit is None else limit
    return quantities


def share_many(amounts: Ints, slices: Ints, totals: Ints) -> Ints | None:
    """`share` for many rows at once: (rows,), (rows, blocks) to (rows, blocks). None where int64 could overflow."""
    highest = int(np.abs(amounts).max(initial=0)) * int(np.abs(totals).max(initial=0))
    if highest >= OVERFLOW or (totals < 0).any():
        return None
    divisor = np.where(totals == 0, 1, totals)[:, None]
    up_to = (2 * amounts[:, None] * np.cumsum(slices, axis=1) + divisor) // (2 * divisor)
    shares: Ints = np.diff(up_to, axis=1, prepend=0)
    return shares


def describe(blocks: Blocks, index: int, limits: Sequence[int | None], scale: int, unit: str) -> str:
    """A block in words, with the bounds as they were for this span."""
    low = plain(Decimal(limits[index - 1] or 0).scaleb(-scale)) if index else "0"
    high = limits[index]
    text = f"from {low} {unit}" if high is None else f"{low} to {plain(Decimal(high).scaleb(-scale))} {unit}"
    return f"block {index + 1} of {len(blocks)}, {text}"
