"""Common costs become lines on the next bills of those who share them."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from cloud_service.flow import share_costs
from cloud_service.flow.issue import issue
from cloud_service.flow.rate import rate_contracts
from common.errors import ConflictError, InputError
from common.period import Span
from tests.books.world import World, build

OCTOBER = Span(date(2026, 10, 1), date(2026, 11, 1))
EQUALLY: dict[str, Any] = {
    "label": "Stairs", "currency": "EUR", "components": [{"by": "equal"}],
    "members": [{"contract": number} for number in ("V1", "V2", "V3")],
}  # fmt: skip


@pytest.fixture
def world(session: Session) -> World:
    """Three tenants who used 298 kWh each in October."""
    world = build(session, tenants=3)
    for register in world.registers:
        world.readings(register, OCTOBER)
    return world


def share(world: World, document: dict[str, Any], cost: str, **options: Any) -> share_costs.SharedCost:
    split_id = share_costs.store_split(world.session, world.entity, "stairs", document, author="t")
    return share_costs.share_out(world.session, split_id, OCTOBER, Decimal(cost), author="t", **options)


def waiting(world: World) -> list[Decimal]:
    return list(world.session.execute(text("SELECT amount FROM pending_line ORDER BY contract_id")).scalars())


def test_shared_costs_stand_on_the_next_bills_once_with_their_tax(world: World) -> None:
    document = {
        "label": "Stairs and lift", "currency": "EUR",
        "components": [{"by": "consumption", "weight": "0.7"}, {"by": "equal", "weight": "0.3"}],
        "members": [{"contract": number} for number in ("V1", "V2", "V3")],
        "tax": {"name": "VAT", "label": "VAT 19 %", "percent": "19"},
    }  # fmt: skip
    split_id = share_costs.store_split(world.session, world.entity, "stairs", document, author="t")
    done = share_costs.share_out(world.session, split_id, OCTOBER, Decimal("100.00"), author="t")

    assert [Decimal("33.34"), Decimal("33.33"), Decimal("33.33")] == [share.amount for share in done.shares]
    with pytest.raises(ConflictError, match="written before"):
        share_costs.share_out(world.session, split_id, OCTOBER, Decimal("100.00"), author="t")

    rated = [outcome.rated for outcome in rate_contracts(world.session, world.contracts[:1], OCTOBER) if outcome.rated]
    issued = issue(world.session, rated, bill_date=date(2026, 11, 2), author="t")[0]

    # 89.40 + 10.00 + 33.34 = 132.74; 19 % = 25.2206
    assert (Decimal("132.74"), Decimal("25.22")) == (issued.draft.net, issued.draft.tax)
    assert ["energy", "standing", "share"] == [line.charge for line in issued.draft.lines]


def test_a_dry_run_shares_without_keeping_anything(world: World) -> None:
    shared = share(world, EQUALLY, "10.00", dry_run=True)

    assert ("stairs", Decimal("10.00")) == (shared.name, shared.total)
    assert [Decimal("3.34"), Decimal("3.33"), Decimal("3.33")] == [share.amount for share in shared.shares]
    assert [] == waiting(world)


def test_a_share_of_nothing_makes_no_line(world: World) -> None:
    by_area = EQUALLY | {
        "components": [{"by": "area"}],
        "members": [{"contract": "V1", "area": "50"}, {"contract": "V2"}, {"contract": "V3", "area": "50"}],
    }

    share(world, by_area, "10.00")

    assert [Decimal("5.00"), Decimal("5.00")] == waiting(world)


def test_only_what_the_master_meter_counted_beyond_the_members_is_shared(world: World) -> None:
    """The master (flat 3) counted 298 kWh, the one member as many: nothing is left for the common area."""
    difference = EQUALLY | {"members": [{"contract": "V1"}], "master": "Flat 3", "only_difference": True}

    assert Decimal("0.00") == share(world, difference, "100.00").total
    assert [] == waiting(world)


def test_a_cost_with_parts_of_a_cent_is_refused(world: World) -> None:
    with pytest.raises(InputError, match="no whole amount of EUR") as refused:
        share(world, EQUALLY, "10.005")

    assert "cost" == refused.value.path


def test_a_split_with_an_unknown_contract_is_not_stored(world: World) -> None:
    with pytest.raises(InputError, match="no contract V9"):
        share_costs.store_split(
            world.session, world.entity, "x", EQUALLY | {"members": [{"contract": "V9"}]}, author="t"
        )
