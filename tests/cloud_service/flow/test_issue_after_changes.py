"""Hours or days lie between rating and approval: what changed in between is rated again, and a waiting line is once."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from cloud_service.domain.tariffs.tariff import load_tariff
from cloud_service.flow import billing_run as running
from cloud_service.flow.billing_run import RunPlan
from cloud_service.flow.customers.contract import (
    change_cycle,
    change_end,
    change_start,
    change_tariff,
    move_out,
    set_vacancy,
    take_back_contract,
)
from cloud_service.flow.issue import issue_shard
from cloud_service.flow.publish_tariff import TariffDraft, publish
from cloud_service.flow.rate import rate_shard
from cloud_service.store.invoicing import billing_run_items, pending_lines
from cloud_service.store.invoicing.pending_lines import NewLine
from common.period import Span
from tests.books.world import FLAT, World, build
from tests.cloud_service.flow.customers.contract.october import MIDDLE, point
from tests.cloud_service.store.invoicing.test_pending_lines import share

OCTOBER = Span(date(2026, 10, 1), date(2026, 11, 1))
BILLS = text("SELECT label, amount FROM invoice_line ORDER BY invoice_id, position")


@pytest.fixture
def world(session: Session) -> World:
    world = build(session, tenants=1)
    world.readings(world.registers[0], Span(date(2026, 9, 1), OCTOBER.end))
    return world


def rate(world: World, span: Span = OCTOBER) -> int:
    run = running.plan(world.session, RunPlan(world.entity, span, span.end, "t"))
    rate_shard(world.session, run.id)
    running.report(world.session, run.id)
    return run.id


def approve(world: World, run_id: int) -> list[str]:
    """Why what could not be issued was parked."""
    running.approve(world.session, run_id, "t")
    issue_shard(world.session, run_id, author="t")
    return [item.reason for item in billing_run_items.items(world.session, run_id, "parked")]


def moved_out(world: World) -> None:
    """By a door that does not know of rated items."""
    world.session.execute(text("UPDATE contract SET during = daterange(lower(during), '2026-10-16')"))


def dearer(world: World) -> None:
    document = FLAT | {"charges": [FLAT["charges"][0] | {"price": "0.50"}, FLAT["charges"][1]]}
    publish(
        world.session, world.entity, TariffDraft(load_tariff(document), document), author="t", start=date(2026, 1, 1)
    )


def new_tariff_row(world: World) -> None:
    """The same tariff, assigned anew from the 10th: by a door that does not know of rated items."""
    world.session.execute(text("UPDATE tariff_assignment SET during = daterange(lower(during), '2026-10-10')"))
    world.session.execute(
        text(
            "INSERT INTO tariff_assignment (contract_id, tariff_id, during)"
            " SELECT contract_id, tariff_id, daterange('2026-10-10', NULL) FROM tariff_assignment"
        )
    )


def another_payer(world: World) -> None:
    """By a door that does not know of rated items."""
    world.tenant()
    world.session.execute(
        text("UPDATE contract SET account_id = :account WHERE id = :id"),
        {"account": world.accounts[-1], "id": world.contracts[0]},
    )


def run_sql(statement: str) -> Callable[[World], None]:
    def change(world: World) -> None:
        world.session.execute(text(statement))

    return change


CHANGES = {
    "days": (moved_out, "the contract or its days"),
    "price": (dearer, "its tariff"),
    "assignment": (new_tariff_row, "its tariff"),
    "multiplier": (run_sql("UPDATE meter_mount SET multiplier = 40"), "its meters"),
    "opening": (run_sql("""UPDATE meter_mount SET during = tstzrange('2026-10-05 00:00+02', NULL)"""), "its meters"),
    "billed register": (run_sql("UPDATE register SET billed = false"), "its meters"),
    "direction": (run_sql("UPDATE register SET direction = 'export'"), "its meters"),
    "zone": (run_sql("UPDATE site SET timezone = 'America/New_York'"), "the contract or its days"),
    "payer": (another_payer, "the contract or its days"),
    "billing day": (run_sql("UPDATE account SET billing_day = 15"), "the contract or its days"),
    "value": (
        run_sql("""UPDATE service_point SET settings = '{"values": {"contracted_kw": "30"}}'"""),
        "the contract or its days",
    ),
}  # fmt: skip


@pytest.mark.parametrize("change", sorted(CHANGES))
def test_what_changed_after_the_rating_is_rated_again_and_not_issued(world: World, change: str) -> None:
    do, words = CHANGES[change]
    run_id = rate(world)
    do(world)

    (reason,) = approve(world, run_id)
    assert reason.startswith(words)
    assert reason.endswith("changed after the rating: rate it again")
    assert [] == world.session.execute(BILLS).all()


def parked(world: World, run_id: int) -> list[int]:
    """The contracts whose items wait for a person."""
    return [item.contract_id for item in billing_run_items.items(world.session, run_id, "parked")]


DOORS: dict[str, Callable[[Session, int], object]] = {
    "moved out": lambda session, contract: move_out(session, contract, MIDDLE, author="t"),
    "came later": lambda session, contract: change_start(session, contract, MIDDLE, author="t", reason="asked"),
    "never was": lambda session, contract: take_back_contract(session, contract, author="t", reason="asked"),
}  # fmt: skip


@pytest.mark.parametrize("door", sorted(DOORS))
def test_who_approves_sees_at_once_that_the_days_changed_after_the_rating(world: World, door: str) -> None:
    run_id = rate(world)
    DOORS[door](world.session, world.contracts[0])

    assert world.contracts == parked(world, run_id)


def test_another_end_parks_what_was_rated_of_both_the_tenant_and_the_owner(session: Session) -> None:
    world = build(session, tenants=2)
    for register in world.registers:
        world.readings(register, OCTOBER)
    tenant = world.contracts[0]
    set_vacancy(session, point(world, tenant), world.accounts[1], world.tariff, author="t")
    owner = move_out(session, tenant, MIDDLE, author="t")
    run_id = rate(world)
    assert [] == parked(world, run_id)
    change_end(session, tenant, date(2026, 10, 20), author="t", reason="stayed longer")

    assert {tenant, owner} == set(parked(world, run_id))


@pytest.mark.parametrize("index", ["opening", "closing"])
def test_another_index_at_which_a_meter_came_or_went_is_rated_again(session: Session, index: str) -> None:
    """Hung up on the 5th, taken down on the 20th, as long as the tenant was there."""
    world = build(session)
    world.tenant(start=date(2026, 10, 5))
    world.readings(world.registers[0], OCTOBER)
    move_out(session, world.contracts[0], date(2026, 10, 20), author="t")
    session.execute(
        text(
            "UPDATE meter_mount SET during = tstzrange('2026-10-05 00:00+02', '2026-10-20 00:00+02'),"
            """ opening = '{"import": 1000}', closing = '{"import": 145000}'"""
        )
    )
    run_id = rate(world)
    session.execute(text(f"""UPDATE meter_mount SET {index} = '{{"import": 2000}}'"""))

    (reason,) = approve(world, run_id)
    assert reason.startswith("its meters")


def test_a_changed_tariff_bills_its_own_price_after_another_rating(world: World) -> None:
    run_id = rate(world)
    dearer(world)
    approve(world, run_id)
    running.report(world.session, run_id)
    running.retry_parked(world.session, run_id, "t")
    rate_shard(world.session, run_id)
    running.report(world.session, run_id)
    approve(world, run_id)

    # 298 kWh × 0.50
    assert ("Energy", Decimal("149.00")) == tuple(world.session.execute(BILLS).all()[0])


@pytest.mark.parametrize(
    "later",
    [
        "UPDATE contract SET during = daterange(lower(during), '2026-11-16')",
        "UPDATE meter_mount SET during = tstzrange(lower(during), '2026-11-16 00:00+01'), closing = '{}'",
        "UPDATE tariff_version SET during = daterange(lower(during), '2026-12-01')",
        "UPDATE service_point SET name = 'Flat 1, first floor'",
    ],
)
def test_what_changes_only_after_the_billed_days_holds_nothing_up(world: World, later: str) -> None:
    run_id = rate(world)
    world.session.execute(text(later))

    assert [] == approve(world, run_id)


def test_a_tariff_of_later_days_holds_nothing_up(world: World) -> None:
    run_id = rate(world)
    change_tariff(world.session, world.contracts[0], world.tariff, OCTOBER.end, author="t", reason="asked")

    assert [] == approve(world, run_id)


def test_a_share_stands_once_where_a_run_has_two_bills_of_a_connection(world: World) -> None:
    """Billing day 15 and a move-out on the 20th: 15 September to 15 October, and the five days after."""
    change_cycle(world.session, world.accounts[0], "monthly", 15, author="t")
    world.session.execute(text("UPDATE contract SET during = daterange('2026-09-15', NULL)"))
    line = share("100.00", start=date(2026, 9, 15), end=date(2026, 10, 1))
    pending_lines.add(world.session, [NewLine(world.contracts[0], "stairs", "EUR", line)], reason="", author="t")
    move_out(world.session, world.contracts[0], date(2026, 10, 20), author="t")
    approve(world, rate(world))
    bills = world.session.execute(
        text(
            "SELECT lower(i.during) AS start, count(*) FILTER (WHERE l.charge = 'share') AS shares FROM invoice i"
            " JOIN invoice_line l ON l.invoice_id = i.id GROUP BY i.id ORDER BY 1"
        )
    ).all()

    assert [(date(2026, 9, 15), 1), (date(2026, 10, 15), 0)] == [tuple(bill) for bill in bills]


def test_what_each_bill_rests_on_is_kept(world: World) -> None:
    pending_lines.add(
        world.session, [NewLine(world.contracts[0], "stairs", "EUR", share("100.00"))], reason="", author="t"
    )
    approve(world, rate(world, Span(date(2026, 9, 1), OCTOBER.start)))
    approve(world, rate(world))
    rows = world.session.execute(
        text("SELECT invoice_id, kind, on_invoice_id, pending_line_id FROM invoice_dependency ORDER BY id")
    ).all()
    first, second = world.session.execute(text("SELECT id FROM invoice ORDER BY id")).scalars()
    (line,) = world.session.execute(text("SELECT id FROM pending_line")).scalars()

    assert [(second, "history", first, None), (second, "line", None, line)] == [tuple(row) for row in rows]


@pytest.mark.parametrize("stored", ["rated - 'contract'", "'{}'", """jsonb_set(rated, '{net}', '"much"')"""])
def test_an_item_that_cannot_be_read_is_parked_alone_and_rated_again(world: World, stored: str) -> None:
    world.tenant()
    world.readings(world.registers[1], OCTOBER)
    run_id = rate(world)
    world.session.execute(
        text(f"UPDATE billing_item SET rated = {stored} WHERE contract_id = :id"), {"id": world.contracts[0]}
    )

    (reason,) = approve(world, run_id)

    assert reason.startswith("what was rated cannot be read (")
    assert reason.endswith("): rate it again")
    assert [world.contracts[1]] == world.session.execute(text("SELECT contract_id FROM invoice_span")).scalars().all()
    assert 0 == issue_shard(world.session, run_id, author="t")  # nothing hangs
    billing_run_items.unpark(world.session, run_id)
    assert 1 == rate_shard(world.session, run_id)
    issue_shard(world.session, run_id, author="t")
    assert 2 == world.session.execute(text("SELECT count(*) FROM invoice")).scalar()
