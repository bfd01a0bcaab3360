from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from cloud_service.flow import collect, prepaid
from cloud_service.flow.issue import issue
from cloud_service.flow.prepaid import PrepaidChange
from cloud_service.flow.rate import rate_contracts, rate_so_far
from common.period import Span
from tests.books.world import World, build

PLAIN = {
    "id": "prepaid", "name": "Prepaid", "currency": "EUR",
    "charges": [{"kind": "energy", "label": "Energy", "price": "0.50"}],
}  # fmt: skip
MONDAY = date(2026, 11, 2)


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

    assert Decimal("10.00") == paid  # a quarter of 40.00
    assert Decimal("45.20") == state(world)[1]  # 20 + 30 - 4.80 of the eleventh
