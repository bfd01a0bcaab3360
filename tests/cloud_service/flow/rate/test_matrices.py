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


def test_a_tariff_in_another_currency_than_the_account_s_is_the_reason(session: Session) -> None:
    world = build(session)
    world.tenant(currency="USD")
    world.readings(world.registers[0], OCTOBER)

    (outcome,) = rate_contracts(session, world.contracts, OCTOBER)

    assert "the tariff is in EUR, the account in USD" == outcome.reason


def test_one_contract_that_is_refused_does_not_hold_up_the_others_of_its_matrix(session: Session) -> None:
    """The tariff asks for the contracted power, which the second tenant's supply point does not have."""
    capacity = {"kind": "capacity", "price": "2.00"}
    world = build(session, tariff={"id": "kw", "currency": "EUR", "charges": [capacity]}, tenants=2)
    for register in world.registers:
        world.readings(register, OCTOBER)
    session.execute(
        text("""UPDATE service_point SET settings = '{"values": {"contracted_kw": "5"}}' WHERE name = 'Flat 1'""")
    )

    rated, refused = rate_contracts(session, world.contracts, OCTOBER)

    assert rated.rated is not None
    assert ["10.00"] == [str(line.amount) for line in rated.rated.lines]
    assert (None, True) == (refused.rated, "no contracted capacity" in refused.reason)
