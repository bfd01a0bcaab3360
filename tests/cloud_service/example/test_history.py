from datetime import date, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from cloud_service.example.history import bill_month, first_day, months_to_bill, pay_month
from cloud_service.example.operator import CLIENTS
from common.errors import InputError
from common.period import Span
from tests.books.world import World, build

OCTOBER = Span(date(2026, 10, 1), date(2026, 11, 1))


def test_the_year_begins_twelve_whole_months_before_this_one() -> None:
    assert date(2025, 11, 1) == first_day(date(2026, 11, 20))


def test_the_months_to_bill_end_with_the_one_before_this() -> None:
    months = months_to_bill(date(2025, 11, 1), date(2026, 11, 20))

    assert (12, Span(date(2025, 11, 1), date(2025, 12, 1)), OCTOBER) == (len(months), months[0], months[-1])


def operator_with(session: Session, pays: str) -> World:
    """An operator whose only tenant has the name, and so the habits, of a client of the example."""
    world = build(session)
    world.tenant(next(client.name for client in CLIENTS if client.pays == pays and client.mode == "postpaid"))
    world.readings(world.registers[0], OCTOBER)
    session.flush()
    return world


@pytest.mark.parametrize(
    ("pays", "payments"),
    [
        ("at once", [(date(2026, 11, 6), Decimal("118.29"))]),
        ("late", [(date(2026, 12, 4), Decimal("118.29"))]),
        ("in part", [(date(2026, 11, 10), Decimal("59.15")), (date(2027, 1, 10), Decimal("59.14"))]),
        ("not since August", []),
    ],
)
def test_each_client_pays_in_its_way(session: Session, pays: str, payments: list[tuple[date, Decimal]]) -> None:
    world = operator_with(session, pays)
    issued = bill_month(session, world.contracts, OCTOBER, deliver=False)
    pay_month(session, issued, date(2027, 2, 1))

    assert payments == [tuple(row) for row in session.execute(text("SELECT day, amount FROM payment ORDER BY day"))]


def test_nothing_is_paid_in_the_future(session: Session) -> None:
    world = operator_with(session, "late")
    issued = bill_month(session, world.contracts, OCTOBER, deliver=False)
    pay_month(session, issued, OCTOBER.end + timedelta(days=1))

    assert 0 == session.execute(text("SELECT count(*) FROM payment")).scalar()


def test_a_month_that_cannot_be_rated_stops_the_example(session: Session) -> None:
    world = build(session, tenants=1)

    with pytest.raises(InputError, match="the example cannot be rated") as refused:
        bill_month(session, world.contracts, OCTOBER, deliver=False)

    assert "2026-10-01" == refused.value.path
