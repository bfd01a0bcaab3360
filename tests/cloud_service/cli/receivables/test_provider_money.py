from datetime import UTC, datetime
from decimal import Decimal

import pytest
from sqlalchemy.orm import Session

from cloud_service.domain.receivables.provider_event import ProviderEvent
from cloud_service.flow import collect
from common.errors import InputError, NotFoundError
from tests.books.world import build
from tests.cloud_service.cli.commands import call, printed, refusal

NOON = datetime(2026, 11, 18, 12, tzinfo=UTC)
STRAY = ProviderEvent("stripe", "e1", "paid", "page9", "pi_9", Decimal("100.00"), "EUR", NOON, b"{}")


@pytest.fixture
def event(session: Session, named_database: str) -> str:
    """Money that the company told without a page of ours; its id."""
    build(session, tenants=1)
    collect.book_event(session, STRAY, lambda: NOON)
    session.commit()
    (row,) = call("payments", "odd", code=6)
    assert ("unmatched: no payment request of that name", "100.00") == (row["outcome"], row["amount"][:6])
    return str(row["id"])


def test_its_money_is_booked_once_to_the_account_that_is_named(event: str) -> None:
    assert "pi_9" in printed("payments", "odd", code=6)
    assert "booked" == call("payments", "settle", event, "--account", "A1")["settled_as"]

    assert [] == call("payments", "odd")
    assert isinstance(refusal("payments", "settle", event, "--account", "A1"), NotFoundError)


def test_or_it_is_set_aside_with_a_reason(event: str) -> None:
    for wrong in ((), ("--account", "A1", "--reason", "both")):
        assert isinstance(refusal("payments", "settle", event, *wrong), InputError)

    assert "a test" == call("payments", "settle", event, "--reason", "a test")["settled_as"]
    assert [] == call("payments", "odd")
