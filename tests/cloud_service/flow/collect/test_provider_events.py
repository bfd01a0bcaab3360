from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from sqlalchemy import text

from cloud_service.domain.receivables.provider_event import ProviderEvent
from cloud_service.flow import collect
from cloud_service.store.invoicing.invoice_rows import WrittenInvoice
from cloud_service.store.receivables.odd_events import odd_events
from cloud_service.store.scope import Scope
from common.errors import UnavailableError
from tests.cloud_service.till import Till

D = Decimal
NIGHT = datetime(2026, 11, 4, 23, 30, tzinfo=UTC)  # the fifth in Berlin
PAID = ProviderEvent("simulated", "e1", "paid", "page1", "pay1", D(119), "EUR", NIGHT, b"{}")
BACK = ProviderEvent("simulated", "e2", "refunded", "page1", "re1", D(19), "EUR", NIGHT, b"{}")


def request(till: Till, invoice: WrittenInvoice | None) -> None:
    """A payment page that was made for an invoice, or for a top-up."""
    till.session.execute(
        text(
            "INSERT INTO payment_request (account_id, invoice_id, provider, provider_ref, url, amount, currency)"
            " VALUES (:a, :i, 'simulated', 'page1', '', 1, 'EUR')"
        ),
        {"a": till.account, "i": invoice.id if invoice else None},
    )


def book(till: Till, event: ProviderEvent) -> str:
    return collect.book_event(till.session, event, lambda: NIGHT).outcome


def test_a_paid_page_settles_its_own_invoice_before_older_ones_on_the_day_of_the_site(till: Till) -> None:
    older, asked = till.bill("10.00", 9), till.bill("100.00", 10)
    request(till, asked)

    assert ("booked", "duplicate") == (book(till, PAID), book(till, PAID))
    assert (D("11.90"), D(0)) == (till.outstanding(older), till.outstanding(asked))
    assert [(date(2026, 11, 5), "payment")] == [
        tuple(row) for row in till.session.execute(text("SELECT day, kind FROM payment"))
    ]


def test_money_that_goes_back_does_so_on_the_day_of_the_site(till: Till) -> None:
    request(till, till.bill("100.00", 10))
    book(till, PAID)
    book(till, replace(BACK, occurred_at=datetime(2026, 11, 9, 23, 30, tzinfo=UTC)))

    assert date(2026, 11, 10) == till.session.execute(text("SELECT day FROM payment WHERE amount < 0")).scalar_one()


def test_a_page_without_an_invoice_tops_a_prepaid_account_up(till: Till) -> None:
    till.session.execute(text("UPDATE account_mode SET mode = 'prepaid'"))
    request(till, None)

    assert "booked" == book(till, PAID)
    assert "top_up" == till.session.execute(text("SELECT kind FROM payment")).scalar_one()


@pytest.mark.parametrize(
    ("event", "outcome"),
    [
        (replace(PAID, currency="USD"), "wrong currency: USD for an account in EUR"),
        (replace(PAID, request_ref="page9"), "unmatched: no payment request of that name"),
    ],
)
def test_money_that_does_not_fit_is_kept_with_its_reason_and_never_booked(
    till: Till, event: ProviderEvent, outcome: str
) -> None:
    request(till, None)

    assert outcome == book(till, event)
    assert {} == till.books()
    assert outcome == till.session.execute(text("SELECT outcome FROM payment_event")).scalar_one()
    assert outcome == till.session.execute(text("SELECT reason FROM audit")).scalar_one()


@pytest.mark.parametrize("kind", ["failed", "expired", "ignored"])
def test_an_event_that_moves_no_money_is_noted(till: Till, kind: str) -> None:
    assert "noted" == book(till, replace(PAID, kind=kind, amount=D(0)))  # type: ignore[arg-type] # one of EventKind


def test_a_refund_at_the_provider_opens_the_invoice_again(till: Till) -> None:
    bill = till.bill("100.00")
    request(till, bill)
    book(till, PAID)

    assert "booked" == book(till, BACK)
    assert "more is given back than is left of the payment" == book(till, replace(BACK, event_id="e3", amount=D(101)))
    assert "wrong currency: USD for a payment in EUR" == book(till, replace(BACK, event_id="e4", currency="USD"))
    assert D(19) == till.outstanding(bill)


def test_a_refund_that_comes_before_its_payment_has_to_come_again(till: Till) -> None:
    with pytest.raises(UnavailableError, match="not known yet"):
        book(till, BACK)


def undo(kind: str, event: ProviderEvent) -> ProviderEvent:
    return replace(event, kind=kind, event_id=f"{event.event_id}-undone", undoes=event.event_id)  # type: ignore[arg-type]  # one of EventKind


@pytest.mark.parametrize(
    ("back", "kind", "outcome"),
    [
        ("refunded", "refund_failed", "the refund failed: its money is ours again"),
        ("disputed", "dispute_won", "the dispute is won: its money is ours again"),
    ],
)
def test_money_that_comes_back_to_us_waits_for_a_person(till: Till, back: str, kind: str, outcome: str) -> None:
    bill = till.bill("100.00")
    request(till, bill)
    given_back = replace(BACK, kind=back, payment_ref="pay1")  # type: ignore[arg-type]  # one of EventKind
    book(till, PAID)
    book(till, given_back)

    assert (outcome, "duplicate") == (book(till, undo(kind, given_back)), book(till, undo(kind, given_back)))
    assert D(19) == till.outstanding(bill)
    (odd,) = odd_events(till.session, Scope())
    assert (outcome, "A1", D(19), "EUR") == (odd.outcome, odd.account, odd.amount, odd.currency)


def test_a_refund_that_failed_before_it_was_told_is_not_booked(till: Till) -> None:
    bill = till.bill("100.00")
    request(till, bill)
    book(till, PAID)
    given_back = replace(BACK, payment_ref="pay1")

    assert ["noted", "noted"] == [book(till, undo("refund_failed", given_back)), book(till, given_back)]
    assert D(0) == till.outstanding(bill)
    assert [] == odd_events(till.session, Scope())
