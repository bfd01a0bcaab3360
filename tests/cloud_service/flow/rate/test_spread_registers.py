"""What readings tell decides what may be priced: real readings, made into days, under each kind of price."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

import msgspec
import pytest
from msgspec import UNSET
from sqlalchemy import text
from sqlalchemy.orm import Session

from cloud_service.domain.tariffs.tariff import load_tariff
from cloud_service.flow.rate import rate_contracts, rate_so_far
from cloud_service.flow.rate.contracts import RatingOutcome
from common.period import Span
from common.reading import Quality
from tests.books.index_readings import at, counter, every, take
from tests.books.world import World, build

OCTOBER = Span(date(2026, 10, 1), date(2026, 11, 1))
ENDS = "2026-10-01T00:00", "2026-11-01T00:00"
SCHEDULE = {"s": {"periods": [{"name": "peak", "days": ["weekday"], "hours": ["17:00-20:00"]}, {"name": "off_peak"}]}}
FLAT = {"kind": "energy", "price": "0.30"}
BY_HOUR = {"kind": "energy", "prices": {"peak": "0.40", "off_peak": "0.20"}}
DEMAND = {"kind": "demand", "window_min": 15, "price": "10"}
EXCESS = {"kind": "capacity", "price": "1", "contracted_kw": "0.1", "excess_price": "5"}
PER_KW = {"kind": "energy", "blocks": [{"up_to": "100", "per_kw": True, "price": "0.3"}, {"price": "0.2"}]}
IN_TIME = {
    "kind": "energy",
    "blocks_over": "time",
    "period_blocks": {
        "peak": [{"up_to": "100", "price": "0.4"}, {"price": "0.3"}],
        "off_peak": [{"up_to": "100", "price": "0.2"}, {"price": "0.1"}],
    },
}
BLOCKS = {"kind": "energy", "blocks": [{"up_to": "100", "price": "0.3"}, {"price": "0.2"}]}
BY_WHEN: dict[str, dict[str, Any]] = {
    "by the hour": BY_HOUR,
    "demand": DEMAND,
    "excess": EXCESS,
    "per kW": PER_KW,
    "blocks in time": IN_TIME,
}
QUARTERS = every(15, *ENDS)


def world_with(session: Session, *charges: dict[str, Any]) -> World:
    """One tenant whose tariff has these charges."""
    return build(session, tariff=document(*charges), tenants=1)


def document(*charges: dict[str, Any]) -> dict[str, Any]:
    return {"id": "t", "currency": "EUR", "charges": list(charges), "schedules": SCHEDULE}


def rated(world: World, *charges: dict[str, Any]) -> RatingOutcome:
    """What October is worth; charges take the place of those of the world's tariff."""
    if charges:
        priced = document(*charges)
        world.session.execute(
            text("UPDATE tariff_version SET document = cast(:document AS jsonb), hash = :hash"),
            {"document": msgspec.json.encode(priced).decode(), "hash": load_tariff(priced).versions[0].hash},
        )
    (outcome,) = rate_contracts(world.session, world.contracts, OCTOBER)
    return outcome


def is_parked(outcome: RatingOutcome) -> bool:
    """Whether it waits for readings, and says what to do."""
    says = any(
        word in outcome.reason
        for word in ("estimate the gap", "take a tariff", "interval", "maximum register", "shorter step")
    )
    return outcome.rated is None and says and outcome.code in {"needs_shorter_steps", "needs_intervals"}


@pytest.mark.parametrize(
    ("instants", "billed"),
    [
        ([at(end) for end in ENDS], ()),
        ([*every(7 * 24 * 60, *ENDS), at(ENDS[1])], ()),
        ([*every(24 * 60, *ENDS), at(ENDS[1])], ()),
        (every(60, *ENDS), ("by the hour", "per kW", "blocks in time")),  # whose borders and steps are hours
        ([*every(15, ENDS[0], "2026-10-12T09:00"), *every(15, "2026-10-14T18:00", ENDS[1])], ()),
        ([*every(15, ENDS[0], "2026-10-12T15:00"), *every(15, "2026-10-12T18:00", ENDS[1])], ()),
        ([*every(15, ENDS[0], "2026-10-12T21:00"), *every(15, "2026-10-13T05:00", ENDS[1])],
         ("by the hour", "blocks in time")),
        (every(30, "2026-09-30T23:51", "2026-11-01T00:21"), ()),  # round the border of a period
        (QUARTERS, tuple(BY_WHEN)),
        ([*every(15, ENDS[0], "2026-10-12T16:30"), *every(15, "2026-10-12T18:30", ENDS[1])], tuple(BY_WHEN)),
    ],
    ids=["once", "weekly", "daily", "hourly", "two days missing", "three hours missing", "a night missing",
         "each half hour at 9 to", "quarter hours", "two hours missing"],
)  # fmt: skip
def test_prices_that_depend_on_when_are_parked_where_readings_lie_too_far_apart(
    session: Session, instants: list[datetime], billed: tuple[str, ...]
) -> None:
    world = world_with(session, FLAT)
    take(session, world.registers[0], counter(instants))

    outcomes = {name: rated(world, charge) for name, charge in BY_WHEN.items()}
    flat, blocks = rated(world, FLAT).rated, rated(world, BLOCKS).rated

    assert billed == tuple(name for name, outcome in outcomes.items() if outcome.rated is not None)
    assert [] == [name for name, outcome in outcomes.items() if not outcome.rated and not is_parked(outcome)]
    assert flat is not None
    assert blocks is not None
    assert 298_000 == flat.energy == blocks.energy
    assert (flat.max_demand_kw is None) == ("per kW" not in billed)  # no highest demand is claimed


def test_a_gap_in_which_nothing_was_used_is_known(session: Session) -> None:
    world = world_with(session, BY_HOUR, DEMAND)
    before, after = every(15, ENDS[0], "2026-10-05T12:00"), every(15, "2026-10-12T12:00", ENDS[1])
    stood_still = counter(after)[0][1] - counter(before)[-1][1]
    still = [(instant, value - stood_still) for instant, value in counter(after)]
    take(session, world.registers[0], [*counter(before), *still])

    contract = rated(world).rated

    assert contract is not None
    assert 298_000 - 7 * 24 * 400 == contract.energy


def test_a_gap_that_a_person_estimated_step_by_step_is_billed_and_called_estimated(session: Session) -> None:
    world = world_with(session, BY_HOUR, DEMAND)
    gap = every(15, "2026-10-12T09:15", "2026-10-14T17:45")
    take(session, world.registers[0], counter(instant for instant in QUARTERS if instant not in gap))
    assert is_parked(rated(world))

    take(session, world.registers[0], counter(gap), quality=Quality.ESTIMATED)

    contract = rated(world).rated
    assert contract is not None
    assert True is contract.sources[0].estimated


def test_a_reading_that_is_not_believed_does_not_cut_a_gap(session: Session) -> None:
    world = world_with(session, BY_HOUR)
    ends = counter([at(end) for end in ENDS])
    take(session, world.registers[0], [*ends, (at("2026-09-30T12:00"), ends[0][1] - 1000)])
    spikes = [(instant, 999_999_000_000) for instant in every(60, "2026-10-01T12:00", "2026-10-31T12:00")]
    take(session, world.registers[0], spikes)

    assert is_parked(rated(world))


def test_longer_intervals_among_shorter_ones_are_of_no_shorter_window(session: Session) -> None:
    """Half hours, and on one day hours for a while."""
    world = world_with(session, {**DEMAND, "window_min": 30})
    session.execute(text("UPDATE register SET kind = 'interval', step_s = 1800"))
    hours = every(60, "2026-10-09T01:00", "2026-10-09T12:00")
    halves = [end for end in every(30, "2026-10-01T00:30", ENDS[1]) if not at("2026-10-09T00:00") < end <= hours[-1]]
    take(session, world.registers[0], [(end, 200) for end in halves], step_s=1800)
    take(session, world.registers[0], [(end, 400) for end in hours], step_s=3600)

    assert is_parked(rated(world))
    assert rated(world, {**DEMAND, "window_min": 60}).rated is not None
    assert rated(world, BY_HOUR).rated is not None


def test_a_bill_of_readings_by_hand_names_them_and_no_intervals(session: Session) -> None:
    world = world_with(session, FLAT)
    take(session, world.registers[0], counter([at(ENDS[0]), at("2026-10-12T08:10"), at(ENDS[1])]))

    contract = rated(world).rated

    assert contract is not None
    (line,) = contract.lines
    assert "register import: difference of its readings" in line.why
    assert "meter S1 showed 288 kWh on 2026-10-01 00:00 and 586 kWh on 2026-11-01 00:00" in line.why
    assert ("intervals" in line.why, line.estimated) == (False, UNSET)


def test_a_month_that_ends_between_two_readings_is_billed_as_estimated(session: Session) -> None:
    world = world_with(session, FLAT, {"kind": "standing", "amount": "3", "per": "month"})
    take(session, world.registers[0], counter([at("2026-09-28T10:00"), at("2026-10-12T08:10"), at("2026-11-03T09:00")]))

    contract = rated(world).rated

    assert contract is not None
    energy, standing = contract.lines
    assert (True, UNSET) == (energy.estimated, standing.estimated)
    assert "meter S1 showed 263.2 kWh on 2026-09-28 10:00" in energy.why
    assert energy.why.endswith("something of it was estimated")


def test_a_demand_of_days_with_a_short_hole_is_called_estimated_and_the_energy_is_not(session: Session) -> None:
    world = world_with(session, FLAT, DEMAND)
    hole = every(15, "2026-10-12T16:45", "2026-10-12T17:45")
    take(session, world.registers[0], counter(instant for instant in QUARTERS if instant not in hole))

    contract = rated(world).rated

    assert contract is not None
    assert [UNSET, True] == [line.estimated for line in contract.lines]


@pytest.mark.parametrize("name", BY_WHEN)
def test_a_balance_takes_no_price_by_the_hour_for_what_was_read_once_a_day(session: Session, name: str) -> None:
    world = world_with(session, BY_WHEN[name])
    take(session, world.registers[0], counter(every(24 * 60, *ENDS)))
    (so_far,) = rate_so_far(session, dict.fromkeys(world.contracts, OCTOBER)).values()

    assert Decimal(0) == so_far[0]
    assert "how much was used then is known, but not" in so_far[1]


def test_a_balance_has_the_prices_of_what_was_read_by_the_hour_and_of_one_price(session: Session) -> None:
    world = world_with(session, BY_HOUR)
    take(session, world.registers[0], counter(every(15, ENDS[0], "2026-10-20T12:00")))
    (by_hour,) = rate_so_far(session, dict.fromkeys(world.contracts, OCTOBER)).values()
    assert (True, "") == (by_hour[0] > 0, by_hour[1])


def test_a_balance_of_one_price_needs_no_hours(session: Session) -> None:
    world = world_with(session, FLAT)
    take(session, world.registers[0], counter(every(24 * 60, *ENDS)))
    (one_price,) = rate_so_far(session, dict.fromkeys(world.contracts, OCTOBER)).values()
    assert (True, "") == (one_price[0] > 0, one_price[1])
