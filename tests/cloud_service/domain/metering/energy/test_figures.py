"""Shares of time, and when two spans are compared."""

from dataclasses import replace
from decimal import Decimal

import pytest

from cloud_service.domain.metering.energy.figures import SpanEnergy, compared

DAY = SpanEnergy(Decimal(10), 86_400, 86_400, presence=Decimal(1))


def test_shares_are_of_the_time_that_is_over() -> None:
    energy = SpanEnergy(Decimal(10), 1000, 900, estimated_s=100, substituted_s=80, bridged_s=300)

    assert (100, Decimal("0.9"), Decimal("0.72"), Decimal("0.3")) == (
        energy.missing_s, energy.completeness, energy.measured, energy.bridged,
    )  # fmt: skip
    assert Decimal("0.2") == energy.estimated  # of what is known
    assert Decimal(1) == SpanEnergy().completeness
    assert not SpanEnergy().is_whole


def test_sums_add_up_everything() -> None:
    both = DAY + replace(DAY, estimated_s=5, substituted_s=6, bridged_s=7)

    assert SpanEnergy(Decimal(20), 172_800, 172_800, 5, 6, 7, Decimal(2)) == both


def test_a_difference_and_its_percent() -> None:
    comparison = compared(DAY, replace(DAY, energy=Decimal(8)))

    assert comparison is not None
    assert (Decimal(8), Decimal(2), Decimal(25)) == (comparison.energy, comparison.difference, comparison.percent)


def test_of_nothing_there_is_no_percent() -> None:
    comparison = compared(DAY, replace(DAY, energy=Decimal(0)))

    assert comparison is not None
    assert (Decimal(10), None) == (comparison.difference, comparison.percent)


@pytest.mark.parametrize(
    "other",
    [
        replace(DAY, known_s=85_000),  # 1.6 % of it is missing
        replace(DAY, presence=Decimal(2)),  # two meters were there
        replace(DAY, presence=Decimal("0.97")),
        SpanEnergy(),
    ],
)
def test_what_is_not_whole_or_not_as_many_meters_is_compared_with_nothing(other: SpanEnergy) -> None:
    assert None is compared(DAY, other)
    assert None is compared(other, DAY)


def test_a_step_that_is_missing_is_no_hindrance() -> None:
    assert compared(DAY, replace(DAY, known_s=86_400 - 800)) is not None
