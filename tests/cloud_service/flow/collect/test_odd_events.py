from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from sqlalchemy import text

from cloud_service.domain.receivables.provider_event import ProviderEvent
from cloud_service.flow import collect
from cloud_service.store.receivables.odd_events import odd_events
from cloud_service.store.scope import Scope
from common.errors import ConflictError, InputError, NotFoundError
from tests.cloud_service.till import Till

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
DAY = date(2026, 11, 20)
STRAY = ProviderEvent("stripe", "e1", "paid", "page9", "pi_9", Decimal("119.00"), "EUR", NOON, b"{}")
ALL = Scope()


def odd(till: Till, event: ProviderEvent = STRAY) -> int:
    """An event that was not booked; its id."""
    collect.book_event(till.session, event, lambda: NOON)
    (waiting,) = odd_events(till.session, ALL)
    return waiting.id


def book(till: Till, event: int, scope: Scope = ALL) -> str:
    return collect.book_odd_event(till.session, event, till.account, day=DAY, author="t", at=NOON, scope=scope).outcome


def test_money_of_nobody_known_is_booked_to_the_account_that_a_person_names_and_waits_no_more(till: Till) -> None:
    bill, event = till.bill("100.00"), odd(till)

    assert "booked" == book(till, event)
    assert Decimal(0) == till.outstanding(bill)
    assert [] == odd_events(till.session, ALL)
    assert [("stripe", "event:e1")] == [
        tuple(row) for row in till.session.execute(text("SELECT provider, provider_ref FROM payment"))
    ]
    with pytest.raises(NotFoundError, match="or it is settled"):
        book(till, event)


def test_what_needs_no_booking_is_set_aside_with_its_reason(till: Till) -> None:
    event = odd(till)
    with pytest.raises(InputError, match="say why"):
        collect.set_odd_event_aside(till.session, event, " ", author="t", at=NOON, scope=ALL)
    collect.set_odd_event_aside(till.session, event, "a test of ours", author="t", at=NOON, scope=ALL)

    assert [] == odd_events(till.session, ALL)
    settled = till.session.execute(text("SELECT settled_as, settled_by FROM payment_event")).one()
    assert ("a test of ours", "t") == tuple(settled)
    assert {} == till.books()


def test_money_of_another_currency_is_not_booked(till: Till) -> None:
    with pytest.raises(InputError, match="the money is in USD, the account in EUR"):
        book(till, odd(till, replace(STRAY, currency="USD")))


def test_an_event_that_gave_money_back_is_not_received(till: Till) -> None:
    event = odd(till)
    till.session.execute(text("UPDATE payment_event SET kind = 'refunded'"))

    with pytest.raises(ConflictError, match="no money came in by this event"):
        book(till, event)


def test_who_looks_after_one_company_sees_only_what_is_of_its_accounts(till: Till) -> None:
    event, entity = odd(till), till.world.entity
    assert [] == odd_events(till.session, Scope(frozenset({entity})))
    with pytest.raises(NotFoundError):
        book(till, event, Scope(frozenset({entity})))
    till.session.execute(text("UPDATE payment_event SET account_id = :id"), {"id": till.account})

    assert 1 == len(odd_events(till.session, Scope(frozenset({entity}))))
    assert [] == odd_events(till.session, Scope(frozenset({entity + 1})))
