"""Whatever moves money of an account waits for who holds it: between its look and its booking nobody else books."""

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from psycopg.errors import LockNotAvailable
from sqlalchemy import Engine, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from cloud_service.domain.rating.rated_contract import RatedContract
from cloud_service.flow import arrangements, collect, correct_invoice
from cloud_service.flow.issue import issue, issue_waiting_lines
from cloud_service.flow.rate import rate_again, rate_contracts
from cloud_service.store.database.session import transaction
from cloud_service.store.receivables.ledger import lock_accounts
from common.period import Span
from tests.books.world import World, build, noon

OCTOBER, NOVEMBER = Span(date(2026, 10, 1), date(2026, 11, 1)), Span(date(2026, 11, 1), date(2026, 12, 1))
DAY = date(2026, 12, 2)
ONE = Decimal("1.00")
WAITING = text("SET LOCAL lock_timeout = '200ms'")


@pytest.fixture
def world(session: Session) -> World:
    """Bill 1 of October, payment 1 of more than it, deposit 2; November is read and not billed."""
    world = build(session, tenants=1)
    for span in (OCTOBER, NOVEMBER):
        world.readings(world.registers[0], span)
    issue(session, rated(session, world, OCTOBER), bill_date=date(2026, 11, 2), author="t")
    for reference, kind in (("1", "payment"), ("2", "deposit")):
        collect.pay(
            session, world.accounts[0], Decimal("150.00"), provider="bank", reference=reference, day=DAY, author="t",
            kind=kind,
        )  # fmt: skip
    session.commit()
    return world


def rated(session: Session, world: World, span: Span) -> list[RatedContract]:
    return [outcome.rated for outcome in rate_contracts(session, world.contracts, span) if outcome.rated]


def doors(session: Session, world: World) -> Mapping[str, Callable[[], object]]:
    """What moves money, all of the one account."""
    account = world.accounts[0]
    about: dict[str, Any] = {"reason": "asked", "author": "t"}
    told: dict[str, Any] = {"reference": "3", "day": DAY, "author": "t"}
    return {
        "payment": lambda: collect.pay(session, account, ONE, provider="cash", **told),
        "refund": lambda: collect.give_back(session, 1, ONE, **told),
        "payout": lambda: collect.pay_out(session, account, ONE, **told),
        "release": lambda: collect.release_deposit(session, 2, ONE, **told),
        "write-off": lambda: arrangements.write_off(session, 1, ONE, day=DAY, **about),
        "plan": lambda: arrangements.agree_plan(session, [1], 2, DAY, **about),
        "credit note": lambda: correct_invoice.credit(session, 1, day=DAY, clock=lambda: noon(DAY), **about),
        "difference": lambda: correct_invoice.bill_difference(
            session, 1, rate_again(session, 1), clock=lambda: noon(DAY), **about
        ),
        "bill": lambda: issue(session, rated(session, world, NOVEMBER), bill_date=DAY, author="t"),
        "bill of lines": lambda: issue_waiting_lines(session, world.contracts, bill_date=DAY, author="t"),
    }


def waits(engine: Engine, world: World, name: str) -> bool:
    """Whether somebody else comes to no end by that door."""
    try:
        with transaction(engine) as session:
            session.execute(WAITING)
            doors(session, world)[name]()
    except OperationalError as error:
        return isinstance(error.orig, LockNotAvailable)
    return False


def test_every_door_to_the_money_of_an_account_waits_for_who_holds_it(world: World, engine: Engine) -> None:
    with transaction(engine) as holder:
        lock_accounts(holder, world.accounts)
        names = list(doors(holder, world))

        assert names == [name for name in names if waits(engine, world, name)]
