from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from cloud_service.flow import collect
from cloud_service.flow.issue import issue
from tests.books.operations import rated
from tests.books.world import World, build

SETTLED = text("SELECT day, amount FROM allocation WHERE invoice_id = :id ORDER BY id")


@pytest.fixture
def world(session: Session) -> World:
    return build(session, tenants=1)


def pay(world: World, amount: str, reference: str, day: date) -> int:
    booked = collect.pay(
        world.session, world.accounts[0], Decimal(amount), provider="bank", reference=reference, day=day, author="t"
    )
    assert booked.payment_id is not None
    return booked.payment_id


def test_money_told_late_does_not_settle_an_invoice_for_days_on_which_other_money_did(world: World) -> None:
    facts = rated(world.contracts[0], world.accounts[0], date(2026, 10, 1), Decimal("100.00"))
    issued = issue(world.session, [facts], bill_date=date(2026, 11, 2), author="t")[0]
    first = pay(world, "119.00", "1", date(2026, 11, 5))
    collect.give_back(
        world.session, first, Decimal("119.00"), reference="r", day=date(2026, 11, 12), author="t", kind="chargeback"
    )
    pay(world, "119.00", "2", date(2026, 11, 8))
    world.session.commit()
    settled = [(row.day.day, row.amount) for row in world.session.execute(SETTLED, {"id": issued.id})]

    assert [(5, Decimal(119)), (12, Decimal(-119)), (12, Decimal(119))] == settled
