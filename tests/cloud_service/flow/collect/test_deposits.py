from datetime import date
from decimal import Decimal

import pytest

from cloud_service.flow import collect
from common.errors import ConflictError, NotFoundError
from tests.cloud_service.till import Till

D = Decimal
RELEASED = date(2026, 11, 20)


def release(till: Till, payment_id: int, amount: str) -> str:
    return collect.release_deposit(till.session, payment_id, D(amount), day=RELEASED, author="t").outcome


def test_a_released_deposit_settles_open_invoices_and_the_rest_is_credit(till: Till) -> None:
    deposit = till.paid("200.00", kind="deposit")
    bill = till.bill("100.00")

    assert ["booked", "booked"] == [release(till, deposit, "50.00"), release(till, deposit, "100.00")]
    assert D(0) == till.outstanding(bill)
    assert (D(-50), D(-31)) == (till.books()["deposit"], till.books()["credit"])


def test_no_more_is_released_than_is_held(till: Till) -> None:
    deposit = till.paid("200.00", kind="deposit")
    release(till, deposit, "150.00")

    with pytest.raises(ConflictError, match=r", 50\.00 EUR is left of the deposit"):
        release(till, deposit, "50.01")
    with pytest.raises(ConflictError):
        release(till, deposit, "0")


def test_no_part_of_a_cent_is_released(till: Till) -> None:
    deposit = till.paid("200.00", kind="deposit")

    with pytest.raises(ConflictError, match=r"10\.005 cannot be released"):
        release(till, deposit, "10.005")


def test_only_a_deposit_is_released(till: Till) -> None:
    with pytest.raises(NotFoundError, match="is no deposit"):
        release(till, till.paid("10.00"), "10.00")


def test_a_release_told_twice_by_one_reference_is_booked_once(till: Till) -> None:
    deposit = till.paid("400.00", kind="deposit")

    def by_reference(amount: str, reference: str) -> str:
        return collect.release_deposit(
            till.session, deposit, D(amount), day=RELEASED, author="t", reference=reference
        ).outcome

    assert ["booked", "duplicate", "booked"] == [
        by_reference("200.00", "R-1"), by_reference("200.00", "R-1"), by_reference("50.00", "2"),
    ]  # fmt: skip
    with pytest.raises(ConflictError, match="this reference is that of 200"):
        by_reference("100.00", "R-1")
    assert ["booked", "booked"] == [release(till, deposit, "50.00"), release(till, deposit, "50.00")]
    assert D(-50) == till.books()["deposit"]
