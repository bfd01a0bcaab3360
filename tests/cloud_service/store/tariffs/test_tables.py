"""What the database promises of tariffs."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.orm import Session

from tests.books.world import build


def test_a_version_that_was_billed_keeps_its_prices(session: Session) -> None:
    build(session)
    session.execute(text("UPDATE tariff_version SET billed = true"))

    with pytest.raises(DBAPIError, match="billed"):
        session.execute(text("""UPDATE tariff_version SET document = '{"id": "flat"}'"""))


def test_a_contract_has_one_supply_tariff_a_day(session: Session) -> None:
    world = build(session, tenants=1)

    with pytest.raises(IntegrityError, match="ex_tariff_assignment_during"):
        session.execute(
            text("INSERT INTO tariff_assignment (contract_id, tariff_id, during) VALUES (:contract, :tariff, '[,)')"),
            {"contract": world.contracts[0], "tariff": world.tariff},
        )


def test_an_instant_has_one_price_of_a_series(session: Session) -> None:
    statement = text(
        "INSERT INTO market_price (series, at, step_s, price) VALUES ('day_ahead', '2026-03-01Z', 3600, 80)"
    )
    session.execute(statement)

    with pytest.raises(IntegrityError, match="uq_market_price_series_at"):
        session.execute(statement)
