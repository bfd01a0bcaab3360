"""What the simulated company remembers, on a clock of the test's own."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from cloud_service.payments.company_books import CompanyBooks
from common.errors import ConflictError, InputError, NotFoundError

TERMS = {
    "reference": "INV-1", "description": "Energy", "amount": "118.29", "currency": "EUR",
    "return_url": "https://energy.example",
}  # fmt: skip


class Clock:
    def __init__(self) -> None:
        self.now = datetime(2026, 11, 2, 12, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def wait(self, seconds: int) -> None:
        self.now += timedelta(seconds=seconds)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def books(tmp_path: Path, clock: Clock) -> Iterator[CompanyBooks]:
    books = CompanyBooks(tmp_path / "company" / "payments.sqlite", clock)
    yield books
    books.close()


def kinds(books: CompanyBooks) -> list[str]:
    """Of the events that are due."""
    return [json.loads(body)["type"] for _, body in books.due_events()]


def test_a_link_is_paid_once_however_often_the_button_is_pressed(books: CompanyBooks) -> None:
    link = books.add_link(TERMS, "k1")["id"]

    assert books.pay(link) == books.pay(link)
    assert ("paid", ["payment.paid"]) == (books.link(link)["state"], kinds(books))


def test_a_declined_link_can_be_paid_later_and_a_paid_one_not_declined(books: CompanyBooks) -> None:
    link = books.add_link(TERMS, "")["id"]

    assert "failed" == books.decline(link)["state"]
    assert "paid" == books.pay(link)["state"]
    assert "paid" == books.decline(link)["state"]
    assert ["payment.declined", "payment.paid"] == kinds(books)


def test_a_key_gives_the_same_link_again_and_refuses_other_terms(books: CompanyBooks) -> None:
    assert books.add_link(TERMS, "k1")["id"] == books.add_link(TERMS, "k1")["id"]
    assert books.add_link(TERMS, "")["id"] != books.add_link(TERMS, "")["id"]
    with pytest.raises(ConflictError):
        books.add_link(TERMS | {"amount": "1.00"}, "k1")
    with pytest.raises(InputError):
        books.add_link(TERMS | {"amount": "0"}, "k2")


def test_no_more_goes_back_than_was_paid_and_a_key_refunds_once(books: CompanyBooks) -> None:
    payment = books.pay(books.add_link(TERMS, "k1")["id"])["payment"]

    first = books.add_refund(payment, Decimal("100.00"), "r1")

    assert first == books.add_refund(payment, Decimal("100.00"), "r1")
    with pytest.raises(ConflictError):
        books.add_refund(payment, Decimal("18.30"), "r2")
    books.add_refund(payment, Decimal("18.29"), "r3")
    with pytest.raises(NotFoundError):
        books.add_refund("pay_unknown", Decimal(1), "r4")


def test_an_event_that_is_refused_comes_again_after_growing_pauses_until_it_is_taken(
    books: CompanyBooks, clock: Clock
) -> None:
    books.pay(books.add_link(TERMS, "k1")["id"])
    pauses = []
    for _ in range(8):
        (event, _body), seconds = books.due_events()[0], 0
        books.event_refused(event)
        while not books.due_events():
            clock.wait(1)
            seconds += 1
        pauses.append(seconds)
    books.event_taken(books.due_events()[0][0])

    assert [1, 2, 4, 8, 16, 32, 60, 60] == pauses
    assert [] == books.due_events()


def test_a_days_payments_and_refunds_are_one_transfer(books: CompanyBooks, clock: Clock) -> None:
    payment = books.pay(books.add_link(TERMS, "k1")["id"])["payment"]
    books.pay(books.add_link(TERMS | {"currency": "KES", "amount": "50"}, "k2")["id"])
    books.add_refund(payment, Decimal("18.29"), "r1")
    clock.wait(24 * 3600)
    books.add_refund(payment, Decimal("100.00"), "r2")

    assert [("2026-11-02", "EUR", "100.00"), ("2026-11-02", "KES", "50"), ("2026-11-03", "EUR", "-100.00")] == [
        (transfer["day"], transfer["currency"], transfer["net"]) for transfer in books.settlements("2026-11-02")
    ]
    assert ["2026-11-03"] == [transfer["day"] for transfer in books.settlements("2026-11-03")]


def test_it_remembers_over_a_restart(tmp_path: Path, clock: Clock) -> None:
    first = CompanyBooks(tmp_path / "payments.sqlite", clock)
    link = first.pay(first.add_link(TERMS, "k1")["id"])["id"]
    first.close()
    again = CompanyBooks(tmp_path / "payments.sqlite", clock)

    assert ("paid", ["payment.paid"]) == (again.link(link)["state"], kinds(again))
    again.close()
