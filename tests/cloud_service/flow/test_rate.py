"""Rating from the database: what a tariff does not price is no bill for less."""

from datetime import date
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from cloud_service.flow.rate import rate_contracts
from common.period import Span
from tests.books.world import World, build

OCTOBER = Span(date(2026, 10, 1), date(2026, 11, 1))
DAY = {"kind": "energy", "register": "import_day", "price": "0.30"}
NIGHT = {"kind": "energy", "id": "night", "register": "import_night", "price": "0.20"}


def two_rates(session: Session, *charges: dict[str, Any]) -> World:
    """A meter whose two rates count 0.1 kWh each quarter hour."""
    world = build(session, tariff={"id": "dual", "currency": "EUR", "charges": list(charges)}, tenants=1)
    session.execute(text("UPDATE register SET name = 'day'"))
    night: int = session.execute(
        text("INSERT INTO register (meter_id, name, unit) SELECT meter_id, 'night', unit FROM register RETURNING id")
    ).scalar_one()
    for register in (world.registers[0], night):
        world.readings(register, OCTOBER)
    return world


def test_a_rate_without_a_price_parks_the_bill_and_is_named(session: Session) -> None:
    world = two_rates(session, DAY)

    (outcome,) = rate_contracts(session, world.contracts, OCTOBER)

    assert outcome.rated is None
    assert "does not say what import_night is worth, but prices import_day" in outcome.reason


def test_two_rates_that_both_have_a_price_are_billed(session: Session) -> None:
    world = two_rates(session, DAY, NIGHT)

    (outcome,) = rate_contracts(session, world.contracts, OCTOBER)

    assert outcome.rated is not None
    assert ["89.40", "59.60"] == [str(line.amount) for line in outcome.rated.lines]  # 298 kWh each


def test_a_register_that_counts_the_rates_together_needs_no_price(session: Session) -> None:
    world = two_rates(session, DAY)
    session.execute(text("UPDATE register SET name = 'total' WHERE name = 'night'"))

    (outcome,) = rate_contracts(session, world.contracts, OCTOBER)

    assert outcome.rated is not None
    assert ["89.40"] == [str(line.amount) for line in outcome.rated.lines]
