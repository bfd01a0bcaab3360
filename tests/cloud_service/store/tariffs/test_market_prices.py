"""Spot tariffs in real bills: each step at the stored price of its instant, and no step without one."""

import json
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import psycopg
import pytest
from click.testing import CliRunner
from psycopg.errors import RestrictViolation
from sqlalchemy.orm import Session

from cloud_service.cli.tariffs.tariff import tariff as command
from cloud_service.domain.rating.spot_prices import MarketPrice
from cloud_service.flow.rate import rate_contracts
from cloud_service.store.tariffs import market_prices
from common.errors import ConflictError
from common.period import Span, day_start
from tests.books.world import ZONE, World, build

OCTOBER = Span(date(2026, 10, 1), date(2026, 11, 1))
HOURS = 745  # with the hour that comes twice
SPOT = {
    "id": "spot",
    "currency": "EUR",
    "charges": [{"kind": "spot", "series": "day_ahead", "per": "1000", "margin": "0.01"}],
}


@pytest.fixture
def world(session: Session) -> World:
    world = build(session, tariff=SPOT, tenants=1)
    world.readings(world.registers[0], OCTOBER)  # 0.1 kWh a quarter hour
    return world


def hours(prices: Sequence[str]) -> list[MarketPrice]:
    """Hourly prices from the first of October on."""
    first = day_start(OCTOBER.start, ZONE)
    return [MarketPrice(first + timedelta(hours=n), 3600, Decimal(price)) for n, price in enumerate(prices)]


def test_each_quarter_hour_has_the_price_of_its_hour(world: World) -> None:
    market_prices.add(world.session, "day_ahead", hours(["50"] * 700 + ["-20"] * 45))

    rated = rate_contracts(world.session, world.contracts, OCTOBER)[0].rated

    assert rated is not None
    # 280 kWh × 50 and 18 kWh × -20 EUR/MWh; 298 kWh × 0.01
    assert ["13.64", "2.98"] == [str(line.amount) for line in rated.lines]


@pytest.mark.parametrize("stored_hours", [0, 744], ids=["none", "the last hour is missing"])
def test_an_hour_without_a_price_is_named_and_nothing_is_billed(world: World, stored_hours: int) -> None:
    if stored_hours:
        market_prices.add(world.session, "day_ahead", hours(["50"] * stored_hours))

    outcome = rate_contracts(world.session, world.contracts, OCTOBER)[0]

    missing = datetime.fromisoformat("2026-09-30T22:00:00+00:00") + timedelta(hours=stored_hours)
    assert outcome.rated is None
    assert f"series 'day_ahead' has no price for {missing.isoformat()}" in outcome.reason


def test_a_price_is_added_once_and_never_changed(world: World, owner: psycopg.Connection[object]) -> None:
    assert 2 == market_prices.add(world.session, "day_ahead", hours(["50", "51"]))
    assert 1 == market_prices.add(world.session, "day_ahead", hours(["50", "51", "52"]))
    with pytest.raises(ConflictError, match="is known as 51"):
        market_prices.add(world.session, "day_ahead", hours(["50", "99"]))
    world.session.commit()

    for change in ("UPDATE market_price SET price = 0", "DELETE FROM market_price"):
        with pytest.raises(RestrictViolation, match="insert-only"):
            owner.execute(change)


def test_prices_come_from_a_file(
    world: World, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", database_url)
    world.session.commit()
    path = tmp_path / "prices.csv"
    path.write_text("50\n" * HOURS)
    arguments = ["prices", "day_ahead", str(path), "--start", "2026-10-01", "--timezone", ZONE, "--json"]

    done = CliRunner().invoke(command, arguments, catch_exceptions=False)

    outcome = json.loads(done.stdout)
    assert (HOURS, HOURS, "2026-10-31T23:00:00+00:00") == (outcome["prices"], outcome["new"], outcome["end"])
    rated = rate_contracts(world.session, world.contracts, OCTOBER)[0].rated
    assert rated is not None
    assert Decimal("17.88") == rated.total  # 298 kWh × (0.05 + 0.01)
