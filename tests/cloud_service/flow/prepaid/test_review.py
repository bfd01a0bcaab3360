from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from importlib import import_module

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from cloud_service.domain.receivables.prepaid import PrepaidDecision, PrepaidPosition, PrepaidTerms
from cloud_service.flow import collect, correct_invoice, prepaid
from cloud_service.flow.billing_run import RunPlan, plan
from cloud_service.flow.customers.contract import MoveIn, change_mode, move_in, move_out
from cloud_service.flow.issue import issue
from cloud_service.flow.prepaid import PrepaidChange
from cloud_service.flow.rate import rate_contracts, rate_so_far
from cloud_service.store.customers import contract_changes
from common.errors import ConflictError
from common.period import Span, day_start
from tests.books.world import World, build, noon

PLAIN = {
    "id": "prepaid", "name": "Prepaid", "currency": "EUR",
    "charges": [{"kind": "energy", "label": "Energy", "price": "0.50"}],
}  # fmt: skip
MONDAY = date(2026, 11, 2)
NOVEMBER = Span(date(2026, 11, 1), date(2026, 12, 1))


@pytest.fixture
def world(session: Session) -> World:
    world = build(session, tariff=PLAIN)
    world.tenant(mode="prepaid", start=date(2026, 11, 1))
    world.readings(world.registers[0], Span(date(2026, 11, 1), date(2026, 11, 30)), wh=100)  # 9.6 kWh = 4.80 a day
    top_up(world, "20.00", 1)
    session.commit()
    return world


def top_up(world: World, amount: str, number: int, day: date = MONDAY) -> None:
    collect.pay(
        world.session, world.accounts[0], Decimal(amount), provider="cash", reference=str(number), day=day, author="t",
        kind="top_up",
    )  # fmt: skip


def look(world: World, day: int, hour: int = 11) -> list[PrepaidChange]:
    now = datetime(2026, 11, day, hour, tzinfo=UTC)
    done = prepaid.review(world.session, world.accounts, now, rate_so_far, author="t")
    world.session.commit()
    return done


def state(world: World) -> tuple[str, Decimal]:
    row = world.session.execute(text("SELECT state, balance FROM prepaid_state")).one()
    return row.state, row.balance


def messages(world: World) -> list[str]:
    rows = world.session.execute(
        text("SELECT facts->>'subject' AS s FROM delivery WHERE kind = 'low_balance' ORDER BY id")
    )
    return [row.s.partition(":")[0] for row in rows]


def test_the_balance_is_the_ledger_less_what_was_used_since(world: World) -> None:
    look(world, 2)

    assert Decimal("10.40") == state(world)[1]  # 20.00 - 2 days × 4.80


def test_a_balance_is_told_with_the_places_of_its_currency(session: Session) -> None:
    world = build(session, tariff=PLAIN | {"currency": "TND"})
    world.tenant(mode="prepaid", start=date(2026, 11, 1), currency="TND")
    world.readings(world.registers[0], Span(date(2026, 11, 1), date(2026, 11, 30)), wh=100)
    top_up(world, "20.125", 1)
    look(world, 3)
    (mail,) = session.execute(text("SELECT facts->>'text' FROM delivery")).scalars()

    assert "TND 5.725" in mail.replace("\u00a0", " ")


def test_each_crossing_is_told_once(world: World) -> None:
    for day in (1, 2, 3):
        for hour in (8, 9, 10):
            look(world, day, hour)

    assert ["Your energy credit is getting low", "Your energy credit is nearly used up"] == messages(world)


def test_after_a_top_up_the_next_crossing_is_told_again(world: World) -> None:
    look(world, 2)
    top_up(world, "60.00", 2)
    look(world, 2)
    look(world, 13)

    assert ["Your energy credit is getting low"] * 2 == messages(world)


def test_supply_is_cut_in_working_hours_and_restored_after_a_top_up(world: World) -> None:
    done = look(world, 5)  # a Thursday, noon in Berlin; 20 - 24 = -4

    assert [("disconnected", "disconnect")] == [(one.state, one.command) for one in done]

    top_up(world, "30.00", 2, date(2026, 11, 5))
    world.session.execute(text("UPDATE gateway_command SET state = 'done'"))
    done = look(world, 5, 13)
    kinds = world.session.execute(text("SELECT kind FROM gateway_command ORDER BY id")).scalars().all()

    assert ["reconnect"] == [one.command for one in done]
    assert ["disconnect", "reconnect"] == kinds
    assert "Your supply is being restored" == messages(world)[-1]


@pytest.mark.parametrize(
    ("day", "hour", "why"),
    [(5, 16, "cut only from"), (7, 11, "weekend"), (6, 11, "day before")],
    ids=["evening", "saturday", "friday"],
)
def test_nobody_is_cut_in_friendly_hours(world: World, day: int, hour: int, why: str) -> None:
    done = look(world, day, hour)

    assert "empty" == done[0].state
    assert why in done[0].waits


def test_a_protected_customer_is_never_cut(world: World) -> None:
    world.session.execute(text("UPDATE client SET protected = true"))

    assert "protected customer" == look(world, 5)[0].waits
    assert 0 == world.session.execute(text("SELECT count(*) FROM gateway_command")).scalar()


def test_emergency_credit_keeps_the_light_on_down_to_its_limit(world: World) -> None:
    world.session.execute(text("""UPDATE account SET settings = '{"prepaid": {"emergency_credit": "10.00"}}'"""))

    assert "emergency" == look(world, 5)[0].state  # -4.00
    assert "disconnected" == look(world, 10)[0].state  # a Tuesday; -28.00


def test_the_monthly_invoice_is_paid_from_the_credit_and_the_balance_stays(world: World) -> None:
    look(world, 3)
    before = state(world)[1]
    rated = [
        one.rated for one in rate_contracts(world.session, world.contracts, Span(date(2026, 11, 1), date(2026, 11, 3)))
    ]
    issued = issue(world.session, [one for one in rated if one], bill_date=date(2026, 11, 3), author="t")
    look(world, 3)

    assert issued[0].draft.account.prepaid
    assert before == state(world)[1]


def test_a_share_of_each_top_up_recovers_old_debt(world: World) -> None:
    session = world.session
    session.execute(text("UPDATE account_mode SET mode = 'postpaid'"))
    rated = [one.rated for one in rate_contracts(session, world.contracts, Span(date(2026, 11, 1), date(2026, 11, 11)))]
    session.execute(text("""UPDATE account SET settings = '{"debt_share": "0.25"}'"""))
    issued = issue(session, [one for one in rated if one], bill_date=date(2026, 11, 11), author="t")[0]
    session.execute(text("UPDATE account_mode SET mode = 'prepaid'"))
    top_up(world, "40.00", 2, date(2026, 11, 11))
    paid = session.execute(text("SELECT sum(amount) FROM allocation WHERE invoice_id = :i"), {"i": issued.id}).scalar()
    look(world, 11)

    assert Decimal("30.00") == paid  # the credit of 20.00, and a quarter of 40.00
    assert Decimal("25.20") == state(world)[1]  # 30 - 4.80 of the eleventh


def issue_days(world: World, first: int, until: int, bill_date: date) -> int:
    days = Span(date(2026, 11, first), date(2026, 11, until))
    rated = [one.rated for one in rate_contracts(world.session, world.contracts[:1], days)]
    return issue(world.session, [one for one in rated if one], bill_date=bill_date, author="t")[0].id


def orders(world: World) -> list[tuple[str, str]]:
    rows = world.session.execute(text("SELECT kind, state FROM gateway_command ORDER BY id"))
    return [(row.kind, row.state) for row in rows]


def taken(world: World) -> None:
    """Somebody carried the orders out."""
    world.session.execute(text("UPDATE gateway_command SET state = 'done' WHERE state = 'waiting'"))


def flat(world: World) -> int:
    return contract_changes.stored_contract(world.session, world.contracts[0]).service_point_id


def page(world: World, day: int, hour: int = 11) -> list[PrepaidChange]:
    now = datetime(2026, 11, day, hour, tzinfo=UTC)
    _, done = prepaid.review_page(world.session, 0, now, rate_so_far, author="t")
    world.session.commit()
    return done


def test_who_moved_out_keeps_owing_the_days_up_to_the_final_bill(world: World) -> None:
    move_out(world.session, world.contracts[0], date(2026, 11, 4), author="t")
    look(world, 3)
    assert Decimal("5.60") == state(world)[1]  # three days

    look(world, 9)
    assert Decimal("5.60") == state(world)[1]
    with pytest.raises(ConflictError, match=r"of the credit of 20.* EUR, 14.40.* was used since the last bill"):
        collect.pay_out(
            world.session, world.accounts[0], Decimal("20.00"), reference="r", day=date(2026, 11, 9), author="t"
        )
    collect.pay_out(world.session, world.accounts[0], Decimal("5.60"), reference="r", day=date(2026, 11, 9), author="t")
    bill = issue_days(world, 1, 4, date(2026, 11, 9))
    left = world.session.execute(text("SELECT outstanding FROM invoice_balance WHERE invoice_id = :i"), {"i": bill})
    assert Decimal(0) == left.scalar_one()


def test_who_was_cut_and_moves_out_is_neither_supplied_again_nor_told_so(world: World) -> None:
    look(world, 5)
    taken(world)
    move_out(world.session, world.contracts[0], date(2026, 11, 9), author="t")
    before = messages(world)
    for day in (9, 10):
        page(world, day)

    assert ([("disconnect", "done")], before) == (orders(world), messages(world))
    assert "disconnected" == state(world)[0]


def test_where_somebody_was_cut_the_next_tenant_is_supplied(world: World) -> None:
    look(world, 5)
    taken(world)
    move_out(world.session, world.contracts[0], date(2026, 11, 9), author="t")
    world.tenant(start=date(2026, 1, 1))
    move_in(
        world.session, MoveIn("V-NEW", flat(world), world.accounts[1], world.tariff, date(2026, 11, 10)), author="t"
    )

    page(world, 9)
    assert [("disconnect", "done")] == orders(world)
    page(world, 10)
    page(world, 10, 12)
    assert [("disconnect", "done"), ("reconnect", "waiting")] == orders(world)


def test_who_is_cut_does_not_get_supply_by_moving(world: World) -> None:
    look(world, 5)
    taken(world)
    move_out(world.session, world.contracts[0], date(2026, 11, 10), author="t")
    other, _ = world.point(77)
    move_in(world.session, MoveIn("V-NEW", other, world.accounts[0], world.tariff, date(2026, 11, 10)), author="t")
    look(world, 10)
    look(world, 10, 12)

    assert [("disconnect", "done"), ("disconnect", "waiting")] == orders(world)


def test_who_was_cut_and_pays_by_bill_from_now_on_is_supplied_again(world: World) -> None:
    look(world, 5)
    taken(world)
    change_mode(world.session, world.accounts[0], "postpaid", date(2026, 11, 9), author="t")
    page(world, 8)
    assert [("disconnect", "done")] == orders(world)

    assert [] == page(world, 9)
    page(world, 9, 12)
    assert [("disconnect", "done"), ("reconnect", "waiting")] == orders(world)
    assert [] == world.session.execute(text("SELECT 1 FROM prepaid_state")).all()  # no balance of that kind any more


def test_what_cannot_be_rated_leaves_the_balance_and_says_why_and_nobody_is_cut(world: World) -> None:
    look(world, 4)
    assert Decimal("0.80") == state(world)[1]
    world.session.execute(text("UPDATE tariff_assignment SET during = '[2026-01-01,2026-11-05)'"))
    (done,) = look(world, 5)

    assert "what V1 used is not known: " in done.waits
    assert "no tariff is assigned on 2026-11-05" in done.waits
    assert Decimal("0.80") == state(world)[1]
    assert [] == look(world, 5, 12)  # told once
    (reason,) = world.session.execute(text("SELECT protected_reason FROM prepaid_state")).scalars()
    assert done.waits == reason

    world.session.execute(text("UPDATE prepaid_state SET rated = rated + 5"))
    done = look(world, 5, 13)[0]
    assert ("empty", "") == (done.state, done.command)
    top_up(world, "30.00", 2, date(2026, 11, 5))
    look(world, 5, 14)
    assert Decimal("25.80") == state(world)[1]  # what was paid counts


def test_after_a_bill_unknown_days_count_as_days_did_before(world: World) -> None:
    look(world, 2)
    issue_days(world, 1, 3, date(2026, 11, 3))
    world.session.execute(text("UPDATE tariff_assignment SET during = '[2026-01-01,2026-11-03)'"))
    look(world, 4)

    assert Decimal("0.80") == state(world)[1]  # 20 - 9.60 billed - two days of 4.80


@pytest.mark.parametrize("item_state", ["waiting", "parked"])
def test_days_that_a_run_took_up_before_the_first_bill_count(world: World, item_state: str) -> None:
    plan(world.session, RunPlan(world.entity, NOVEMBER, NOVEMBER.end, "t"))
    world.session.execute(text("UPDATE billing_item SET state = :state"), {"state": item_state})
    issue_days(world, 3, 4, date(2026, 11, 4))
    look(world, 4)

    assert Decimal("0.80") == state(world)[1]  # 20 less two days that wait, one that is billed, and today


def test_days_of_a_credited_bill_are_used_days_again(world: World) -> None:
    issue_days(world, 1, 3, date(2026, 11, 3))
    issue_days(world, 3, 4, date(2026, 11, 4))
    look(world, 4)
    before = state(world)[1]
    first = world.session.execute(text("SELECT min(id) FROM invoice")).scalar_one()
    correct_invoice.credit(
        world.session, first, reason="t", day=date(2026, 11, 4), author="t", clock=lambda: noon(date(2026, 11, 4))
    )
    look(world, 4)

    assert Decimal("0.80") == before == state(world)[1]


def test_an_account_that_is_billed_while_somebody_looks_waits_for_the_next_look(world: World) -> None:
    look(world, 3)
    before = state(world)

    def rate_and_bill(session: Session, spans: Mapping[int, Span]) -> dict[int, tuple[Decimal, str]]:
        costs = rate_so_far(session, spans)
        issue_days(world, 1, 4, date(2026, 11, 4))
        return costs

    now = datetime(2026, 11, 4, 11, tzinfo=UTC)
    assert [] == prepaid.review(world.session, world.accounts, now, rate_and_bill, author="t")
    assert before == state(world)
    look(world, 4)
    assert Decimal("0.80") == state(world)[1]


@pytest.mark.parametrize("zone", ["Pacific/Auckland", "America/New_York"])
def test_a_contract_counts_from_the_first_hour_of_its_first_day_at_its_site(session: Session, zone: str) -> None:
    world = build(session, tariff=PLAIN, zone=zone)
    world.tenant(mode="prepaid", start=MONDAY)
    change_mode(session, world.accounts[0], "postpaid", date(2026, 1, 1), author="t")
    change_mode(session, world.accounts[0], "prepaid", MONDAY, author="t")
    world.readings(world.registers[0], Span(MONDAY, date(2026, 11, 3)))
    top_up(world, "20.00", 1)
    midnight = day_start(MONDAY, zone)

    for hours, looked in ((-1, 0), (1, 1), (23, 1)):
        now = midnight + timedelta(hours=hours)
        _, _ = prepaid.review_page(session, 0, now, rate_so_far, author="t")
        states = session.execute(text("SELECT balance FROM prepaid_state")).scalars().all()
        assert [Decimal("15.20")] * looked == states


def test_an_account_that_cannot_be_looked_at_keeps_no_other_back_and_says_why(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.tenant(mode="prepaid", start=date(2026, 11, 1))
    look(world, 1)
    review_module = import_module("cloud_service.flow.prepaid.review")
    decide = review_module.decide

    def fails(position: PrepaidPosition, terms: PrepaidTerms) -> PrepaidDecision:
        if position.balance > 0:  # the first tenant's
            raise ZeroDivisionError("a fault of ours")
        decision: PrepaidDecision = decide(position, terms)
        return decision

    monkeypatch.setattr(review_module, "decide", fails)
    look(world, 2)
    rows = world.session.execute(
        text("SELECT account_id, protected_reason, extract(day FROM at) AS day FROM prepaid_state ORDER BY account_id")
    ).all()

    assert [(world.accounts[0], 1), (world.accounts[1], 2)] == [(row.account_id, int(row.day)) for row in rows]
    assert ["something went wrong here (ZeroDivisionError: a fault of ours); the log has more", False] == [
        rows[0].protected_reason, "ZeroDivision" in rows[1].protected_reason,
    ]  # fmt: skip
