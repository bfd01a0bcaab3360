from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

from sqlalchemy import text

from cloud_service.domain.receivables.provider_event import ProviderEvent
from cloud_service.flow import collect
from cloud_service.store.receivables import payments
from cloud_service.store.receivables.payments import NewPayment
from tests.cloud_service.till import PAID, Till

D = Decimal
NOON = datetime(2026, 11, 5, 12, tzinfo=UTC)
EVENT = ProviderEvent("stripe", "e1", "paid", "page1", "pay1", D(5), "EUR", NOON, b'{"raw": 1}')


def test_a_raw_event_is_kept_once_with_what_became_of_it(till: Till) -> None:
    event_id = payments.store_event(till.session, EVENT)
    assert event_id is not None
    payments.mark_handled(till.session, event_id, "noted", NOON)
    row = till.session.execute(text("SELECT body, outcome, handled_at FROM payment_event")).one()

    assert (b'{"raw": 1}', "noted", NOON) == (bytes(row.body), row.outcome, row.handled_at)
    assert payments.store_event(till.session, EVENT) is None
    assert payments.store_event(till.session, replace(EVENT, provider="simulated")) is not None


def test_a_providers_object_is_one_payment(till: Till) -> None:
    new = NewPayment(till.account, "bank", "B-1", "payment", D(5), "EUR", PAID, "mary", facts={"request_ref": "page1"})

    assert payments.add_payment(till.session, new) is not None
    assert payments.add_payment(till.session, new) is None


def test_a_payment_is_found_by_its_name_or_by_that_of_its_page(till: Till) -> None:
    new = NewPayment(till.account, "stripe", "pay1", "payment", D(5), "EUR", PAID, "t", facts={"request_ref": "page1"})
    id_ = payments.add_payment(till.session, new)
    by_name = payments.find_payment(till.session, "stripe", "pay1")
    by_page = payments.find_payment(till.session, "stripe", "re1", "page1")

    assert by_name is not None
    assert (id_, D(5), by_name) == (by_name.id, by_name.unallocated, by_page)
    assert payments.find_payment(till.session, "stripe", "re1") is None
    assert payments.find_payment(till.session, "bank", "pay1") is None


def test_money_that_went_back_is_no_payment_that_is_found(till: Till) -> None:
    new = NewPayment(till.account, "stripe", "re1", "refund", D(-5), "EUR", PAID, "t", facts={"request_ref": "page1"})
    payments.add_payment(till.session, new)

    assert payments.find_payment(till.session, "stripe", "re1", "page1") is None


def test_a_page_says_what_it_was_made_for(till: Till) -> None:
    till.session.execute(
        text(
            "INSERT INTO payment_request (account_id, provider, provider_ref, url, amount, currency)"
            " VALUES (:a, 'stripe', 'page1', '', 1, 'EUR')"
        ),
        {"a": till.account},
    )

    assert payments.PaymentPurpose(till.account, None) == payments.purpose_of(till.session, "stripe", "page1")
    assert payments.purpose_of(till.session, "stripe", "page2") is None


def test_of_what_a_payment_settled_the_newest_is_taken_back_first_and_not_before_its_day(till: Till) -> None:
    first, second = till.bill("10.00", 9), till.bill("10.00", 10)
    payment = till.paid("23.80")
    allocations = payments.allocations_to_take_back(till.session, payment, D(15), date(2026, 11, 1))

    assert [(second.id, D("-11.90"), PAID), (first.id, D("-3.10"), PAID)] == [
        (allocation.invoice_id, allocation.amount, allocation.day) for allocation in allocations
    ]
    assert [] == payments.allocations_to_take_back(till.session, payment, D(0), PAID)


def test_what_is_left_of_a_payment_or_deposit_is_what_was_not_given_back_or_released(till: Till) -> None:
    payment, deposit = till.paid("50.00"), till.paid("80.00", "d", kind="deposit")
    collect.give_back(till.session, payment, D(20), reference="r", day=PAID, author="t")
    collect.give_back(till.session, deposit, D(10), reference="d", day=PAID, author="t")
    collect.release_deposit(till.session, deposit, D(30), day=PAID, author="t")

    assert (D(30), D(70), D(40), 1) == (
        payments.refundable(till.session, payment), payments.refundable(till.session, deposit),
        payments.deposit_left(till.session, deposit), payments.count_releases(till.session, deposit),
    )  # fmt: skip
