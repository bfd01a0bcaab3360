"""Publishing tariffs: a new price is a new version, and what has been billed stays."""

import json
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from cloud_service.flow.issue import issue
from cloud_service.flow.publish_tariff import draft, publish
from cloud_service.flow.rate import rate_contracts
from common.errors import ConflictError
from common.period import Span
from tests.books.world import World, build

OCTOBER = Span(date(2026, 10, 1), date(2026, 11, 1))


def document(price: str, start: str | None = "2026-01-01", **rest: Any) -> dict[str, Any]:
    """A version of the tariff that the world's contracts have."""
    first = {"from": start} if start else {}
    return {"id": "flat", "currency": "EUR", "charges": [{"kind": "energy", "price": price}], **first, **rest}


def put(world: World, *args: Any, **rest: Any) -> int:
    """Publish it; how many versions are new."""
    return publish(world.session, world.entity, draft(json.dumps(document(*args, **rest))), author="t").new


def days(world: World) -> list[tuple[date, date | None]]:
    """The days of the tariff's versions."""
    rows = world.session.execute(
        text("SELECT lower(during), upper(during) FROM tariff_version WHERE tariff_id = :t ORDER BY 1"),
        {"t": world.tariff},
    )
    return [(row[0], row[1]) for row in rows]


@pytest.fixture
def world(session: Session) -> World:
    world = build(session, tenants=1)
    world.readings(world.registers[0], OCTOBER)
    return world


def billed(world: World) -> None:
    """October is billed."""
    rated = [rating.rated for rating in rate_contracts(world.session, world.contracts, OCTOBER) if rating.rated]
    assert issue(world.session, rated, bill_date=date(2026, 11, 2), author="t")


def test_a_new_tariff_can_be_read_back_and_prices_a_bill(world: World) -> None:
    text_ = 'id = "new"\ncurrency = "EUR"\nfrom = 2026-01-01\n[[charges]]\nkind = "energy"\nprice = 0.123456789\n'
    published = publish(world.session, world.entity, draft(text_), author="t")
    world.session.execute(text("UPDATE tariff_assignment SET tariff_id = :t"), {"t": published.tariff_id})

    rated = rate_contracts(world.session, world.contracts, OCTOBER)[0].rated

    assert rated is not None
    assert Decimal("36.790123122") == rated.lines[0].amount_unrounded  # 298 kWh


def test_a_new_price_ends_the_version_before_and_old_days_keep_theirs(world: World) -> None:
    billed(world)

    assert 1 == put(world, "0.40", "2026-11-01")
    assert [(date(2026, 1, 1), date(2026, 11, 1)), (date(2026, 11, 1), None)] == days(world)
    rated = rate_contracts(world.session, world.contracts, OCTOBER)[0].rated
    assert rated is not None
    assert Decimal("0.30") == rated.lines[0].price


def test_the_same_document_twice_changes_nothing(world: World) -> None:
    put(world, "0.40", "2026-11-01")

    assert 0 == put(world, "0.40", "2026-11-01")
    assert 2 == len(days(world))


def test_a_version_that_was_not_billed_may_be_replaced(world: World) -> None:
    assert 1 == put(world, "0.40")
    assert [(date(2026, 1, 1), None)] == days(world)


@pytest.mark.parametrize("start", ["2026-01-01", "2026-10-16"], ids=["its first day", "a billed day"])
def test_a_billed_version_stays(world: World, start: str) -> None:
    billed(world)

    with pytest.raises(ConflictError, match="days up to 2026-10-31 are billed"):
        put(world, "0.40", start)
