"""Main meters by the tree of service points, and what is lost behind them."""

from decimal import Decimal

from cloud_service.domain.metering.energy.feeding import (
    Balance,
    NetEnergy,
    balance_of_all,
    balances,
    feeders,
    feeders_among,
)
from cloud_service.domain.metering.energy.figures import SpanEnergy

E = ("electricity", "kWh")
CELLAR, RISER, FLAT, SHOP = (1, *E), (2, *E), (3, *E), (4, *E)


def net(energy: int, given: int = 0, presence: int = 1) -> NetEnergy:
    return NetEnergy(
        SpanEnergy(Decimal(energy), 100, 100, presence=Decimal(presence)),
        SpanEnergy(Decimal(given), 100, 100, presence=Decimal(presence)) if given else SpanEnergy(),
    )


def test_the_nearest_metered_place_above_that_measures_the_same_feeds() -> None:
    parents = {3: 2, 2: 1, 4: 1, 5: 3}

    assert {FLAT: CELLAR, SHOP: CELLAR} == feeders([CELLAR, FLAT, SHOP], parents)  # no meter hangs at the riser
    assert {FLAT: RISER, RISER: CELLAR} == feeders([CELLAR, RISER, FLAT], parents)
    assert {} == feeders([FLAT, (5, "heat", "kWh")], parents)  # heat is not made of electricity


def test_only_those_that_feed_others_of_the_same_group_are_left_out() -> None:
    feeding = {FLAT: RISER, RISER: CELLAR}

    assert {CELLAR, RISER} == feeders_among([CELLAR, RISER, FLAT], feeding)
    assert {CELLAR} == feeders_among([CELLAR, FLAT], feeding)
    assert set() == feeders_among([CELLAR, SHOP], feeding)


def test_losses_are_main_less_the_meters_right_below_each_direction_counted() -> None:
    nets = {CELLAR: net(100, given=10), RISER: net(95), FLAT: net(60), SHOP: net(33, given=1)}
    feeding = {RISER: CELLAR, FLAT: RISER, SHOP: RISER}

    each = balances(nets, feeding)

    assert {CELLAR: Decimal(-5), RISER: Decimal(3)} == {place: balance.losses for place, balance in each.items()}
    both = balance_of_all(each, feeding)
    assert both is not None
    assert (Decimal(90), Decimal(-2)) == (both.supplied, both.losses)
    assert None is balance_of_all({}, feeding)


def test_a_meter_that_was_not_there_as_long_makes_the_balance_not_whole() -> None:
    assert balances({CELLAR: net(100), FLAT: net(99)}, {FLAT: CELLAR})[CELLAR].whole
    half = SpanEnergy(Decimal(99), 50, 50, presence=Decimal("0.5"))
    assert not balances({CELLAR: net(100), FLAT: NetEnergy(half)}, {FLAT: CELLAR})[CELLAR].whole
    unknown = SpanEnergy(Decimal(99), 100, 90, presence=Decimal(1))
    assert not balances({CELLAR: net(100), FLAT: NetEnergy(unknown)}, {FLAT: CELLAR})[CELLAR].whole


def test_losses_are_odd_beyond_their_limits_and_never_where_they_are_not_whole() -> None:
    assert [False, True, False, True] == [
        Balance(Decimal(100), Decimal(used), whole=True).is_odd for used in ("92", "91.9", "101", "101.1")
    ]
    assert not Balance(Decimal(100), Decimal(0), whole=False).is_odd
    nothing = Balance(Decimal(0), Decimal(5), whole=True)
    assert (None, False) == (nothing.percent, nothing.is_odd)
