"""A reminder as it was written."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from cloud_service.domain.invoicing.billing_account import Buyer, Seller
from cloud_service.domain.invoicing.reminder_letter import RemindedBill, ReminderLetter, goes_by_post
from cloud_service.domain.pricing.record_json import from_json, to_json
from tests.cloud_service.domain.invoicing.builders import make_account


def bill(number: str, left: str) -> RemindedBill:
    return RemindedBill(
        number=number, public_id="00000000-0000-0000-0000-000000000001", bill_date=date(2026, 11, 2),
        due_date=date(2026, 11, 16), left=Decimal(left),
    )  # fmt: skip


def letter(*bills: RemindedBill, **changes: Any) -> ReminderLetter:
    """A letter of 23 November."""
    values: dict[str, Any] = {
        "account": "A-1", "currency": "EUR", "day": date(2026, 11, 23), "wording": "reminder",
        "seller": Seller(name="S"), "buyer": Buyer(name="B"), "bills": bills,
    }  # fmt: skip
    return ReminderLetter(**values | changes)


def test_the_fee_is_asked_for_with_the_bills() -> None:
    both = letter(bill("INV-1", "10.00"), bill("INV-2", "2.50"), fee=bill("INV-9", "5.00"))

    assert (Decimal("17.50"), "INV-1 INV-2 INV-9") == (both.amount, both.reference)


def test_too_many_numbers_for_a_transfer_are_told_by_the_account() -> None:
    assert "A-1" == letter(*(bill(f"INV-2026-{at:05}", "1.00") for at in range(9))).reference


def test_it_is_read_back_as_it_was_written() -> None:
    written = letter(bill("INV-1", "10.00"), fee=bill("INV-9", "5.00"))

    assert written == from_json(ReminderLetter, to_json(written))


@pytest.mark.parametrize(
    ("delivery", "email", "by_post"),
    [("email", "a@example.org", False), ("post", "a@example.org", True), ("email", "", True)],
)
def test_letters_go_by_post_where_the_account_says_so_or_has_no_address(
    delivery: str, email: str, by_post: bool
) -> None:
    assert by_post == goes_by_post(make_account(delivery=delivery, email=email))
