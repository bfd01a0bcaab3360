from datetime import date
from decimal import Decimal

import pytest

from cloud_service.flow import collect
from cloud_service.payments.interface import Refund
from cloud_service.store.database.session import transaction
from tests.cloud_service.web.conftest import Console
from tests.cloud_service.web.pages import database_rows, database_value, open_amount, send_as_clerk, text_of

DAY = "2026-11-18"


def booked_payment(fresh: Console, kind: str = "payment", amount: str = "30.00", reference: str = "B-7") -> str:
    """Money booked for A-1 by the form; the address of its page."""
    where = f"/accounts/{fresh.ids['A-1']}/money"
    answer = send_as_clerk(fresh, where, kind=kind, amount=amount, provider="bank", reference=reference, day=DAY)
    assert 302 == answer.status_code, answer.text
    (row,) = database_rows(fresh, "SELECT public_id FROM payment WHERE provider_ref = :ref", ref=reference)
    return f"/payments/{row.public_id}"


def test_money_in_settles_and_is_booked_once(fresh: Console) -> None:
    page = fresh.sign_in("billing").get(booked_payment(fresh)).text

    assert "INV-1" in text_of(page)
    assert Decimal("70.00") == open_amount(fresh, "INV-1")
    again = send_as_clerk(fresh, f"/accounts/{fresh.ids['A-1']}/money", kind="payment", amount="30.00", provider="bank",
                 reference="B-7", day=DAY)  # fmt: skip
    assert (422, True) == (again.status_code, 'id="e-reference"' in again.text)
    later = send_as_clerk(fresh, f"/accounts/{fresh.ids['A-1']}/money", kind="payment", amount="1", provider="bank",
                 reference="B-8", day="2027-01-01")  # fmt: skip
    assert (422, True) == (later.status_code, 'id="e-day"' in later.text)


@pytest.mark.parametrize("kind", ["refund", "chargeback"])
def test_money_that_goes_back_opens_its_bill_again(fresh: Console, kind: str) -> None:
    where = booked_payment(fresh)
    too_much = send_as_clerk(fresh, f"{where}/back", kind=kind, amount="31", reference="R", day=DAY)
    assert (422, True) == (too_much.status_code, 'id="e-amount"' in too_much.text)
    assert 302 == send_as_clerk(fresh, f"{where}/back", kind=kind, amount="30", reference="R", day=DAY).status_code

    assert Decimal("100.00") == open_amount(fresh, "INV-1")
    assert kind.capitalize() in text_of(fresh.sign_in("billing").get(where).text)


def test_a_deposit_waits_until_it_is_released_and_the_rest_is_paid_back(fresh: Console) -> None:
    where = booked_payment(fresh, "deposit", "200.00", "D-1")
    assert Decimal("100.00") == open_amount(fresh, "INV-1")
    assert 302 == send_as_clerk(fresh, f"{where}/release", amount="150.00", day=DAY).status_code

    assert (Decimal(0), Decimal(0)) == (
        open_amount(fresh, "INV-1"),
        open_amount(fresh, "INV-2"),
    )  # 100 + 30; 20 is credit
    back = f"/accounts/{fresh.ids['A-1']}/payout"
    assert 422 == send_as_clerk(fresh, back, amount="21", reference="P", day=DAY).status_code
    assert 302 == send_as_clerk(fresh, back, amount="20", reference="P", day=DAY).status_code


class Company:
    """A payment company that takes refunds on."""

    name = "simulated"

    def __init__(self) -> None:
        self.refunds: list[tuple[str, Decimal, str]] = []

    def refund(self, payment_ref: str, amount: Decimal, currency: str, *, idempotency_key: str) -> Refund:
        self.refunds.append((payment_ref, amount, idempotency_key))
        return Refund("re_1", amount, currency)


def test_money_that_a_payment_company_took_is_given_back_by_it(fresh: Console) -> None:
    account = database_value(fresh, "SELECT id FROM account WHERE number = 'A-1'")
    with transaction(fresh.engine) as session:
        day = date(2026, 11, 18)
        collect.pay(session, account, Decimal(30), provider="simulated", reference="B-7", day=day, author="t")
    (row,) = database_rows(fresh, "SELECT id, public_id FROM payment WHERE provider_ref = 'B-7'")
    where = f"/payments/{row.public_id}"
    company = fresh.app.extensions["provider"] = Company()
    back = send_as_clerk(fresh, f"{where}/back", kind="refund", amount="10", reference="R", day=DAY)

    assert 302 == back.status_code
    assert [("B-7", Decimal(10), f"refund-{row.id}-R")] == company.refunds
    assert Decimal("70.00") == open_amount(fresh, "INV-1")  # until the company tells of it
