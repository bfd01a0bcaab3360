"""Whatever moves money waits for who has looked at it to change it: between look and booking nobody else books."""

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
from cloud_service.flow import arrangements, collect, correct_invoice, prepaid, share_costs
from cloud_service.flow.issue import issue, issue_waiting_lines
from cloud_service.flow.metering.mount_corrections import MountCorrection, correct_mount
from cloud_service.flow.rate import rate_again, rate_contracts, rate_so_far
from cloud_service.store.database.session import transaction
from cloud_service.store.invoicing import cost_splits, kept_shares, pending_lines
from cloud_service.store.metering import mount_corrections
from cloud_service.store.receivables import odd_events
from cloud_service.store.receivables.ledger import lock_accounts
from cloud_service.store.scope import Scope
from common.period import Span
from tests.books.world import World, build, noon

OCTOBER, NOVEMBER = Span(date(2026, 10, 1), date(2026, 11, 1)), Span(date(2026, 11, 1), date(2026, 12, 1))
DAY = date(2026, 12, 2)
ONE = Decimal("1.00")
STAIRS = {"label": "Stairs", "currency": "EUR", "components": [{"by": "equal"}], "members": [{"contract": "V1"}]}
EVENT = text(
    "INSERT INTO payment_event (provider, event_id, kind, body, outcome) VALUES ('stripe', 'e', 'paid', '', 'odd')"
)
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
    split = share_costs.store_split(session, world.entity, "stairs", STAIRS, author="t")
    share_costs.share_out(session, split, OCTOBER, Decimal("10.00"), author="t")
    session.execute(EVENT)
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
        "prepaid balance": lambda: prepaid.review(session, [account], noon(DAY), rate_so_far, author="t"),
        "bill of lines": lambda: issue_waiting_lines(session, world.contracts, bill_date=DAY, author="t"),
    }


def waits(engine: Engine, door: Callable[[Session], object]) -> bool:
    """Whether somebody else comes to no end by that door."""
    try:
        with transaction(engine) as session:
            session.execute(WAITING)
            door(session)
    except OperationalError as error:
        return isinstance(error.orig, LockNotAvailable)
    return False


def test_every_door_to_the_money_of_an_account_waits_for_who_holds_it(world: World, engine: Engine) -> None:
    with transaction(engine) as holder:
        lock_accounts(holder, world.accounts)
        names = list(doors(holder, world))

        assert names == [name for name in names if waits(engine, lambda other, name=name: doors(other, world)[name]())]  # type: ignore[misc]


def unshare(session: Session) -> None:
    share_costs.take_back(session, 1, OCTOBER, author="t", reason="twice")


def put_aside(session: Session) -> None:
    collect.set_odd_event_aside(session, 1, "known", author="t", at=noon(DAY), scope=Scope())


def correct(session: Session) -> None:
    correct_mount(session, MountCorrection(1, multiplier=Decimal(20)), author="t", reason="typed wrongly")


Act = Callable[[Session], object]
LOOKS: dict[str, tuple[Act, Act]] = {
    "split": (
        lambda holder: cost_splits.get_split(holder, 1),
        lambda other: share_costs.share_out(other, 1, NOVEMBER, ONE, author="t"),
    ),
    "sharing": (lambda holder: kept_shares.sharings(holder, 1, locked=True), unshare),
    "waiting lines": (lambda holder: pending_lines.waiting(holder, [1], DAY), unshare),
    "event of a provider": (lambda holder: odd_events.odd_event(holder, Scope(), 1), put_aside),
    "mount": (lambda holder: mount_corrections.mount(holder, 1), correct),
}


@pytest.mark.parametrize("name", sorted(LOOKS))
def test_what_one_looks_at_to_change_it_another_does_not_change(world: World, engine: Engine, name: str) -> None:
    look, change = LOOKS[name]
    with transaction(engine) as holder:
        look(holder)
        assert waits(engine, change)

    assert not waits(engine, change)
