"""Common costs become lines on the next bills of those who share them."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from cloud_service.flow import correct_invoice, share_costs
from cloud_service.flow.customers.contract import move_out, set_vacancy
from cloud_service.flow.issue import issue
from cloud_service.flow.rate import rate_contracts
from cloud_service.store.customers import contract_changes
from cloud_service.store.invoicing import cost_splits, pending_lines
from common.errors import ConflictError, InputError, NotFoundError
from common.period import Span
from tests.books.world import World, build, noon

OCTOBER = Span(date(2026, 10, 1), date(2026, 11, 1))
NOVEMBER_5 = date(2026, 11, 5)
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


def move(world: World, number: int, days: str) -> None:
    for table, column in (("contract", "id"), ("tariff_assignment", "contract_id")):
        sql = text(f"UPDATE {table} SET during = cast(:days AS daterange) WHERE {column} = :id")
        world.session.execute(sql, {"days": days, "id": world.contracts[number]})


def test_who_came_on_the_sixteenth_pays_from_then_on_and_the_bill_says_the_days(world: World) -> None:
    move(world, 1, "[2026-10-16,)")
    halves = EQUALLY | {
        "label": "Hausmeister", "components": [{"by": "area"}],
        "members": [{"contract": "V1", "area": "50"}, {"contract": "V2", "area": "50"}],
    }  # fmt: skip

    done = share(world, halves, "1000.00")

    assert [("V1", "500.00"), ("V2", "258.06"), ("", "241.94")] == [
        (one.contract, str(one.amount)) for one in done.shares
    ]
    assert [Decimal("500.00"), Decimal("258.06")] == waiting(world)  # the owner's days are on no bill
    days = world.session.execute(
        text("SELECT lower(during), upper(during) FROM pending_line WHERE contract_id = :id"),
        {"id": world.contracts[1]},
    ).one()
    assert (date(2026, 10, 16), date(2026, 11, 1)) == tuple(days)


def test_an_empty_flats_days_wait_for_the_next_bill_of_its_owner(world: World) -> None:
    move_out(world.session, world.contracts[0], date(2026, 10, 11), author="t")
    point = contract_changes.stored_contract(world.session, world.contracts[0]).service_point_id
    set_vacancy(
        world.session, point, world.accounts[2], world.tariff, author="t", since=date(2026, 10, 11)
    )  # fmt: skip

    done = share(world, EQUALLY, "93.00")

    # 31.00 a flat: 10 and 21 of its 31 days
    assert [("V1", Decimal(10)), ("Flat 1-VAC-20261011", Decimal(21))] == [
        (one.contract, one.amount) for one in done.shares
    ][:2]
    assert sorted([Decimal(10), Decimal(21), Decimal(31), Decimal(31)]) == sorted(waiting(world))


def test_nothing_is_shared_by_consumption_while_somebodys_days_are_not_read(world: World) -> None:
    world.session.execute(
        text("DELETE FROM interval_day WHERE register_id = :r AND day >= '2026-10-20'"), {"r": world.registers[1]}
    )
    by_use = EQUALLY | {"components": [{"by": "consumption"}]}

    with pytest.raises(InputError, match=r"V2 .* has no readings for 12 of 31 days: 2026-10-20, 2026-10-21") as refused:
        share(world, by_use, "1000.00")
    assert "V1" not in str(refused.value)
    assert [] == waiting(world)


def test_an_exchanged_meter_counts_with_both_meters_and_each_with_its_multiplier(world: World) -> None:
    """298 kWh by 20, the others by 1: 5960 of 6556 kWh."""
    world.session.execute(
        text(
            "UPDATE meter_mount SET multiplier = 20 WHERE service_point_id ="
            " (SELECT service_point_id FROM contract WHERE id = :id)"
        ),
        {"id": world.contracts[0]},
    )

    done = share(world, EQUALLY | {"components": [{"by": "consumption"}]}, "6556.00")

    assert [Decimal(5960), Decimal(298), Decimal(298)] == [one.amount for one in done.shares]


def test_a_flat_of_that_name_at_another_site_is_no_master(world: World) -> None:
    far = build(world.session)  # another company has a Flat 3 as well
    world.session.execute(
        text("INSERT INTO service_point (site_id, name) VALUES (:site, 'Flat 3')"), {"site": far.site}
    )
    difference = EQUALLY | {"members": [{"contract": "V1"}], "master": "Flat 3", "only_difference": True}
    assert Decimal("0.00") == share(world, difference, "100.00", dry_run=True).total

    world.session.execute(
        text(
            "INSERT INTO site (legal_entity_id, name, timezone, currency) VALUES (:e, 'Yard', 'Europe/Berlin', 'EUR')"
        ),
        {"e": world.entity},
    )
    world.session.execute(
        text("INSERT INTO service_point (site_id, name) SELECT id, 'Flat 3' FROM site WHERE name = 'Yard'")
    )
    with pytest.raises(InputError, match="several have the name Flat 3") as refused:
        share(world, difference, "100.00")
    assert "House: Flat 3" in str(refused.value)
    share(world, difference | {"master": "House: Flat 3"}, "100.00")


def test_a_wrong_sharing_is_taken_back_and_its_days_are_shared_again(world: World) -> None:
    share(world, EQUALLY, "90.00")
    split_id = cost_splits.find_split(world.session, "stairs")
    part = Span(date(2026, 10, 15), date(2026, 11, 15))
    with pytest.raises(ConflictError, match=r"2026-10-01 to 2026-11-01 \(90 EUR\) were written before"):
        share_costs.share_out(world.session, split_id, part, Decimal("90.00"), author="t")

    back = share_costs.take_back(world.session, split_id, OCTOBER, author="t", reason="wrong cost")
    assert (Decimal("90.00"), []) == (back.total, waiting(world))
    share(world, EQUALLY, "30.00")
    assert [Decimal("10.00")] * 3 == waiting(world)
    with pytest.raises(NotFoundError, match="has shared nothing from 2026-10-15"):
        share_costs.take_back(world.session, split_id, part, author="t")


def test_a_sharing_on_a_bill_is_taken_back_after_that_bill_is_credited(world: World) -> None:
    share(world, EQUALLY, "90.00")
    split_id = cost_splits.find_split(world.session, "stairs")
    rated = [outcome.rated for outcome in rate_contracts(world.session, world.contracts[:1], OCTOBER) if outcome.rated]
    (issued,) = issue(world.session, rated, bill_date=date(2026, 11, 2), author="t")

    with pytest.raises(ConflictError, match="its shares stand on INV-2026-00001"):
        share_costs.take_back(world.session, split_id, OCTOBER, author="t")
    assert [Decimal("30.00")] * 3 == waiting(world)

    correct_invoice.credit(
        world.session, issued.id, reason="wrong cost", day=date(2026, 11, 5), author="t", clock=lambda: noon(NOVEMBER_5)
    )
    share_costs.take_back(world.session, split_id, OCTOBER, author="t")
    assert [] == waiting(world)


def test_a_cost_in_another_currency_than_the_owners_bills_is_refused_where_the_owner_has_a_part(world: World) -> None:
    here = world.session.execute(
        text("SELECT service_point_id FROM contract WHERE id = :id"), {"id": world.contracts[0]}
    ).scalar_one()
    set_vacancy(world.session, here, world.accounts[2], world.tariff, author="t")
    move_out(world.session, world.contracts[0], date(2026, 10, 16), author="t")
    two = EQUALLY | {"members": [{"contract": "V1"}, {"contract": "V2"}]}
    world.session.execute(text("UPDATE account SET currency = 'CHF' WHERE id = :id"), {"id": world.accounts[2]})

    with pytest.raises(InputError, match="is billed in CHF, the cost is in EUR"):
        share(world, two, "100.00")


def test_a_cost_is_not_shared_by_cubic_metres_and_kilowatt_hours(world: World) -> None:
    world.session.execute(
        text("UPDATE register SET unit = 'm3', quantity = 'volume' WHERE id = :id"), {"id": world.registers[1]}
    )
    with pytest.raises(InputError, match="the members' meters count in kWh and m3"):
        share(world, EQUALLY | {"components": [{"by": "consumption"}]}, "100.00")


def test_a_cost_in_another_currency_than_a_members_bills_is_refused(world: World) -> None:
    world.session.execute(text("UPDATE account SET currency = 'CHF' WHERE id = :id"), {"id": world.accounts[1]})

    with pytest.raises(InputError, match="contract V2 is billed in CHF, the cost is in EUR"):
        share(world, EQUALLY, "90.00")


def test_the_places_of_a_split_are_its_members_and_the_master(world: World) -> None:
    points = [contract_changes.stored_contract(world.session, id_).service_point_id for id_ in world.contracts]
    members = [{"contract": "V2"}, {"contract": "V1"}]
    difference = EQUALLY | {"members": members, "master": "Flat 3", "only_difference": True}

    for document, places in ((EQUALLY | {"members": members}, points[:2]), (difference, points)):
        split_id = share_costs.store_split(world.session, world.entity, "stairs", document, author="t")
        assert places == share_costs.places_of(world.session, split_id)


def test_a_share_of_days_that_turn_out_to_be_another_tenants_is_on_no_bill_until_it_is_shared_again(
    world: World,
) -> None:
    """October was shared before it was known that the first tenant left on the 11th."""
    share(world, EQUALLY, "93.00")
    move_out(world.session, world.contracts[0], date(2026, 10, 11), author="t")
    rated = [outcome.rated for outcome in rate_contracts(world.session, world.contracts[:1], OCTOBER) if outcome.rated]
    (bill,) = issue(world.session, rated, bill_date=date(2026, 11, 2), author="t")
    lines = pending_lines.listed(world.session, [world.entity], NOVEMBER_5)
    assert (["energy", "standing"], [True, False, False]) == (
        [line.charge for line in bill.draft.lines], [line.outside for line in lines]
    )  # fmt: skip
    assert {} == pending_lines.waiting(world.session, world.contracts[:1], NOVEMBER_5)

    split_id = cost_splits.find_split(world.session, "stairs")
    share_costs.take_back(world.session, split_id, OCTOBER, author="t", reason="moved out")
    share(world, EQUALLY, "93.00")
    (in_wait,) = pending_lines.waiting(world.session, world.contracts[:1], NOVEMBER_5)[world.contracts[0]]
    assert Decimal("10.00") == in_wait.line.amount
