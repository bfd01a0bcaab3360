from datetime import UTC, datetime
from decimal import Decimal

import pytest

from cloud_service.domain.receivables.provider_event import ProviderEvent
from cloud_service.flow import collect
from cloud_service.store.database.session import transaction
from tests.cloud_service.web.conftest import Console
from tests.cloud_service.web.pages import database_rows, database_value, open_amount, send_as_clerk, text_of

PAGE = "/payments/provider"
NOON = datetime(2026, 11, 18, 12, tzinfo=UTC)
STRAY = ProviderEvent("simulated", "e1", "paid", "page9", "pay_9", Decimal("100.00"), "KES", NOON, b"{}")
OF_ACCOUNT = (
    "UPDATE payment_event SET account_id = a.id FROM account a WHERE a.number = :number RETURNING payment_event.id"
)


@pytest.fixture
def event(fresh: Console) -> int:
    """Money of A-1 that the company told without a page of ours."""
    with transaction(fresh.engine) as session:
        collect.book_event(session, STRAY, lambda: NOON)
    (row,) = database_rows(fresh, OF_ACCOUNT, number="A-1")
    return int(row.id)


def test_what_was_not_booked_stands_on_the_page_with_what_to_do_and_on_today(fresh: Console, event: int) -> None:
    clerk = fresh.sign_in("billing")
    page = text_of(clerk.get(PAGE).text)

    assert "Unmatched: no payment request of that name" in page
    assert "who paid" in page
    assert "KES 100.00" in page
    assert "1 thing that the payment company told is not booked" in text_of(clerk.get("/today").text)
    assert f"{PAGE}/{event}" in clerk.get(PAGE).text


def test_its_money_is_booked_to_an_account_and_nothing_waits(fresh: Console, event: int) -> None:
    assert 302 == send_as_clerk(fresh, f"{PAGE}/{event}", account="A-1").status_code

    assert Decimal(0) == open_amount(fresh, "INV-1")
    clerk = fresh.sign_in("billing")
    assert "All that the payment company told is booked." in text_of(clerk.get(PAGE).text)
    assert "payment company told" not in text_of(clerk.get("/today").text)
    assert 404 == clerk.get(f"{PAGE}/{event}").status_code


def test_a_reason_settles_it_without_a_booking_and_one_of_both_is_needed(fresh: Console, event: int) -> None:
    before = database_value(fresh, "SELECT count(*) FROM payment")
    refused = send_as_clerk(fresh, f"{PAGE}/{event}", account="")
    assert (422, True) == (refused.status_code, "Name an account, or say why" in refused.text)

    assert 302 == send_as_clerk(fresh, f"{PAGE}/{event}", account="A-1", reason="paid back at the company").status_code
    assert before == database_value(fresh, "SELECT count(*) FROM payment")
    (row,) = database_rows(fresh, "SELECT settled_as, settled_by FROM payment_event")
    assert ("paid back at the company", "billing@kilo.example") == tuple(row)


def test_what_another_company_s_account_waits_for_is_not_shown(fresh: Console, event: int) -> None:
    database_rows(fresh, OF_ACCOUNT, number="Z-1")
    clerk = fresh.sign_in("billing")

    assert "All that the payment company told is booked." in text_of(clerk.get(PAGE).text)
    assert 404 == clerk.get(f"{PAGE}/{event}").status_code
