"""Blocks: every unit is in exactly one of them, bounds are half-open, shares add up."""

from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cloud_service.domain.pricing.blocks import Block, bounds, check_blocks, share, share_many, split, split_many
from common.errors import InputError
from tests.cloud_service.domain.builders import amounts, bill, energy, make_tariff, total

D = Decimal
LIMITS = st.lists(st.integers(1, 10_000), max_size=4, unique=True).map(lambda found: [*sorted(found), None])


def block(up_to: str | None = None, price: str | None = "1", *, per_kw: bool = False) -> Block:
    return Block(up_to=None if up_to is None else D(up_to), price=None if price is None else D(price), per_kw=per_kw)


@pytest.mark.parametrize(
    ("quantity", "parts"),
    [
        pytest.param(0, [(0, 0)], id="nothing used shows the first block"),
        pytest.param(250, [(0, 250)], id="the bound belongs to the lower block"),
        pytest.param(251, [(0, 250), (1, 1)], id="one thousandth above the bound"),
        pytest.param(900, [(0, 250), (1, 450), (2, 200)], id="all blocks"),
        pytest.param(-5, [(0, -5)], id="a correction stays in the first block"),
    ],
)
def test_each_slice_is_in_its_own_block(quantity: int, parts: list[tuple[int, int]]) -> None:
    assert parts == split(quantity, [250, 700, None], "graduated")


@pytest.mark.parametrize(("quantity", "index"), [(0, 0), (250, 0), (251, 1), (700, 1), (701, 2), (10_000, 2)])
def test_volume_puts_all_into_the_block_that_is_reached(quantity: int, index: int) -> None:
    assert [(index, quantity)] == split(quantity, [250, 700, None], "volume")


@given(st.integers(0, 20_000), LIMITS)
def test_no_unit_falls_between_two_blocks(quantity: int, limits: list[int | None]) -> None:
    assert quantity == sum(slice_ for _, slice_ in split(quantity, limits, "graduated"))


@given(st.lists(st.integers(-10, 20_000), min_size=1, max_size=5), LIMITS, st.sampled_from(["graduated", "volume"]))
def test_many_at_once_are_split_like_one_by_one(quantities: list[int], limits: list[int | None], mode: str) -> None:
    many = split_many(np.array(quantities, dtype=np.int64), limits, mode)  # type: ignore[arg-type]  # the two modes

    for row, quantity in zip(many.tolist(), quantities, strict=True):
        single = dict(split(quantity, limits, mode))  # type: ignore[arg-type]  # the two modes
        assert [single.get(index, 0) for index in range(len(limits))] == row


@given(st.lists(st.integers(0, 5000), min_size=1, max_size=5), st.data())
def test_shares_add_up_to_what_is_shared(parts: list[int], data: st.DataObject) -> None:
    whole = sum(parts) or 1
    amount = data.draw(st.integers(0, whole))

    shares = share(amount, parts, whole)

    assert amount == sum(shares) or sum(parts) == 0
    many = share_many(np.array([amount]), np.array([parts]), np.array([whole]))
    assert many is not None
    assert shares == many[0].tolist()


def test_shares_of_numbers_too_large_for_int64_are_left_to_whole_numbers() -> None:
    huge = np.array([2**40])

    assert share_many(huge, np.array([[2**39, 2**39]]), huge) is None
    assert [2**39, 2**39] == share(2**40, [2**39, 2**39], 2**40)


def test_bounds_grow_with_the_allowance_and_the_demand() -> None:
    blocks = (block("11"), block("20", per_kw=True), block())

    assert [341_000, 1_860_000, None] == bounds(blocks, D(31), 3, D(3))


def test_bounds_per_kw_without_a_demand_are_refused() -> None:
    with pytest.raises(InputError, match="need a demand"):
        bounds((block("20", per_kw=True), block()), D(1), 3)


@pytest.mark.parametrize(
    ("blocks", "path"),
    [
        pytest.param((), "blocks", id="none"),
        pytest.param((block("100"),), "blocks[0].up_to", id="a larger quantity has no price"),
        pytest.param((block(), block()), "blocks[0].up_to", id="an open block in the middle"),
        pytest.param((block("100"), block("100"), block()), "blocks[1].up_to", id="bounds that do not rise"),
        pytest.param((block("0"), block()), "blocks[0].up_to", id="a bound of 0"),
        pytest.param((block("100", None), block()), "blocks[0]", id="a block without a price"),
    ],
)
def test_blocks_that_leave_a_unit_without_a_price_are_refused(blocks: tuple[Block, ...], path: str) -> None:
    with pytest.raises(InputError) as refused:
        check_blocks(blocks, "blocks")

    assert path == refused.value.path


@pytest.mark.parametrize(
    ("factor", "bound"),
    [
        pytest.param(D(1), 5_000, id="5.001 is above 5.0005"),
        pytest.param(D(2), 10_001, id="10.001 is not above 10.001"),
        pytest.param(D("0.5"), 2_500, id="2.501 is above 2.50025"),
        pytest.param(D("0.333333334"), 1_666, id="1.667 is above 1.666833"),
    ],
)
def test_what_lies_above_a_bound_has_the_price_above_it_though_no_reading_can_show_the_bound(
    factor: Decimal, bound: int
) -> None:
    assert [bound, None] == bounds((block("5.0005"), block()), factor, 3, mode="volume")


def test_a_part_of_a_month_moves_no_bound_by_its_last_digit() -> None:
    """300 kWh of 11 days of 30 are 110 kWh, and so is a third of 330."""
    assert [110_000, None] == bounds((block("300"), block()), D("0.366666667"), 3, mode="volume")
    assert [110_000, None] == bounds((block("330"), block()), D("0.333333333"), 3, mode="volume")


@pytest.mark.parametrize("mode", ["graduated", "volume"])
def test_a_bound_that_stands_for_none_is_none(mode: str) -> None:
    tariff = make_tariff(energy(mode=mode, blocks=[{"up_to": "1e38", "price": "0.1"}, {"price": "9"}]))

    assert ["5.00"] == amounts(bill(tariff, total("50")))
