"""What days cost so far, over the end of a tariff's year too."""

from datetime import date
from decimal import Decimal

from sqlalchemy.orm import Session

from cloud_service.flow.rate import rate_contracts, rate_so_far
from common.period import Span
from tests.books.world import World, build

D = Decimal
DAYS = Span(date(2026, 11, 20), date(2027, 1, 11))
YEARLY = {
    "id": "t",
    "currency": "EUR",
    "charges": [
        {"id": "use", "kind": "energy", "price": "0.30"},
        {"kind": "minimum", "amount": "600.00", "per": "year", "of": ["use"], "year_ends": 12},
    ],
}


def operator(session: Session) -> World:
    """9.6 kWh a day: 2.88 EUR."""
    world = build(session, tariff=YEARLY, tenants=1)
    world.readings(world.registers[0], DAYS)
    return world


def test_over_the_end_of_a_tariff_s_year_days_cost_what_bills_of_their_months_would(session: Session) -> None:
    world = operator(session)
    (so_far,) = rate_so_far(session, dict.fromkeys(world.contracts, DAYS)).values()
    used, january = 42 * D("2.88"), 10 * D("2.88")

    assert (used + (D("600.00") - used) + january, "") == so_far  # the year that ended is made up to its minimum


def test_within_a_year_nothing_is_made_up(session: Session) -> None:
    world = operator(session)
    days = Span(DAYS.start, date(2026, 12, 31))
    (so_far,) = rate_so_far(session, dict.fromkeys(world.contracts, days)).values()

    assert (41 * D("2.88"), "") == so_far


def test_a_month_that_cannot_be_priced_says_why_for_all(session: Session) -> None:
    world = operator(session)
    days = Span(date(2025, 12, 20), DAYS.end)  # before there was a tariff
    (so_far,) = rate_so_far(session, dict.fromkeys(world.contracts, days)).values()

    assert D(0) == so_far[0]
    assert "no tariff is assigned on 2025-12-20" in so_far[1]
    assert "inside" in rate_contracts(session, world.contracts, DAYS)[0].reason  # a bill is refused as ever
