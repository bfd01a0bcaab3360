from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import text

from cloud_service.flow import collect
from cloud_service.flow.customers.contract import change_mode
from common.errors import ConflictError, InputError, NotFoundError
from tests.cloud_service.till import PAID, Till

D = Decimal


def test_money_settles_the_oldest_invoice_and_what_is_over_becomes_credit(till: Till) -> None:
    first, second = till.bill("100.00", 9), till.bill("10.00", 10)
    till.pay("125.00")
    till.pay("10.00", "2")

    assert (D(0), D(0)) == (till.outstanding(first), till.outstanding(second))
    assert {"cash": D(135), "credit": D("-4.10"), "revenue": D(-110), "tax": D("-20.90")} == till.books()


def test_money_with_a_reference_that_was_booked_is_not_booked_again(till: Till) -> None:
    first, again = till.pay("20.00"), till.pay("20.00")

    assert ("booked", "duplicate", None) == (first.outcome, again.outcome, again.payment_id)
    assert {"cash": D(20), "credit": D(-20)} == till.books()


def test_the_payers_word_goes_before_age(till: Till) -> None:
    first, second = till.bill("100.00", 9), till.bill("10.00", 10)
    collect.pay(
        till.session, till.account, D("11.90"), provider="cash", reference="1", day=PAID, author="t",
        to={second.number: D("11.90")},
    )  # fmt: skip

    assert (D(119), D(0)) == (till.outstanding(first), till.outstanding(second))


def test_what_the_payer_says_is_refused_as_a_whole_where_it_does_not_fit(till: Till) -> None:
    bill = till.bill("10.00")
    with pytest.raises(ConflictError, match="more than is open"):
        collect.pay(
            till.session, till.account, D("20.00"), provider="cash", reference="1", day=PAID, author="t",
            to={bill.number: D("12.00")},
        )  # fmt: skip


def test_a_deposit_settles_nothing(till: Till) -> None:
    bill = till.bill("100.00")
    till.pay("500.00", kind="deposit")

    assert D(119) == till.outstanding(bill)
    assert (D(500), D(-500)) == (till.books()["cash"], till.books()["deposit"])


def test_of_a_top_up_only_the_agreed_share_pays_old_debt(till: Till) -> None:
    old = till.bill("100.00")
    till.session.execute(text("""UPDATE account SET settings = '{"debt_share": "0.25"}'"""))
    till.session.execute(text("UPDATE account_mode SET mode = 'prepaid'"))
    till.pay("40.00", kind="top_up")

    assert D("109.00") == till.outstanding(old)
    assert D(-30) == till.books()["credit"]


def test_who_pays_by_bill_again_pays_all_of_it_although_a_share_was_agreed_before(till: Till) -> None:
    till.session.execute(text("""UPDATE account SET settings = '{"debt_share": "0.25"}'"""))
    change_mode(till.session, till.account, "prepaid", date(2026, 9, 1), author="t")
    change_mode(till.session, till.account, "postpaid", date(2026, 10, 1), author="t")
    bill = till.bill("100.00")
    till.pay("119.00")

    assert (D(0), None) == (till.outstanding(bill), till.books().get("credit"))


@pytest.mark.parametrize("amount", ["0", "-5", "1.005"])
def test_what_is_no_amount_to_receive_is_refused(till: Till, amount: str) -> None:
    with pytest.raises(InputError, match="not an amount of EUR to receive"):
        till.pay(amount)


def test_money_in_another_currency_or_for_nobody_is_refused(till: Till) -> None:
    with pytest.raises(InputError, match="the money is in USD, the account in EUR"):
        collect.pay(
            till.session, till.account, D(5), provider="bank", reference="1", day=PAID, author="t", currency="USD"
        )
    with pytest.raises(NotFoundError, match="account 4711 does not exist"):
        collect.pay(till.session, 4711, D(5), provider="bank", reference="1", day=PAID, author="t")


def test_a_reference_of_other_money_is_refused_and_not_passed_over(till: Till) -> None:
    till.pay("10.00", "R-1")

    assert "duplicate" == till.pay("10.00", "R-1").outcome
    with pytest.raises(ConflictError, match=r"this reference is that of 10\.00 EUR of 2026-11-05, payment"):
        till.pay("20.00", "R-1")


def test_of_money_of_another_account_a_reference_tells_nothing(till: Till) -> None:
    till.pay("10.00", "R-1")
    till.world.tenant()

    with pytest.raises(ConflictError, match=r"this reference is that of money of another account") as refused:
        collect.pay(
            till.session, till.world.accounts[-1], D(10), provider="bank", reference="R-1", day=PAID, author="t"
        )
    assert "10" not in str(refused.value)
