from datetime import UTC, datetime

import pytest
from sqlalchemy import text

from cloud_service.store.receivables import odd_events
from cloud_service.store.scope import Scope
from common.errors import NotFoundError
from tests.cloud_service.till import Till

EVENT = text(
    "INSERT INTO payment_event (provider, event_id, kind, body, outcome) VALUES ('stripe', :id, 'paid', '', :outcome)"
)


def test_only_what_was_not_booked_waits_the_oldest_first_and_until_it_is_settled(till: Till) -> None:
    for number, outcome in enumerate(("booked", "unmatched", "", "duplicate", "noted", "wrong currency")):
        till.session.execute(EVENT, {"id": f"e{number}", "outcome": outcome})
    first, second = odd_events.odd_events(till.session, Scope())

    assert ("unmatched", "wrong currency", None, "") == (first.outcome, second.outcome, first.amount, first.account)
    odd_events.settle(till.session, first.id, "looked at", "t", datetime(2026, 11, 20, tzinfo=UTC))
    assert [second] == odd_events.odd_events(till.session, Scope())
    with pytest.raises(NotFoundError):
        odd_events.odd_event(till.session, Scope(), first.id)
