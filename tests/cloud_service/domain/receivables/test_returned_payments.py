"""A returned payment is found by the names of payer and bank and by its amount; else what it may be is offered."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from cloud_service.domain.receivables.bank_line import BankLine
from cloud_service.domain.receivables.returned_payments import ReceivedPayment, amount_returned, returned_payment

D = Decimal
IBAN = "DE02120300000000202051"
CAME = BankLine(IBAN, "r", date(2026, 11, 5), D("119.00"), "EUR", "INV-2026-00001", "E2E-1", "Max", "DE111")
BACK = replace(CAME, booked_on=date(2026, 11, 20), amount=D("-119.00"), remittance="RETOURE", reversal=True)


def paid(number: int, line: BankLine | None = CAME, **changes: Any) -> ReceivedPayment:
    payment = ReceivedPayment(
        number, number, f"A-{number}", "Max", "r", D("119.00"), "EUR", date(2026, 11, 5), (), line
    )  # fmt: skip
    return replace(payment, **changes)


def test_the_payer_s_name_of_a_payment_tells_which_it_is() -> None:
    first, second = paid(1), paid(2, replace(CAME, end_to_end_id="E2E-2"))

    assert first == returned_payment(BACK, [second, first]).payment


def test_the_bank_s_name_of_a_payment_tells_which_it_is() -> None:
    first, second = (paid(n, replace(CAME, end_to_end_id="", bank_names=(f"bank:SKL{n}XYZ",))) for n in (1, 2))
    back = replace(BACK, end_to_end_id="", returned_names=("bank:SKL2XYZ",))

    assert second == returned_payment(back, [first, second]).payment


def test_the_only_payment_of_a_mandate_that_fits_is_it() -> None:
    first, second = (paid(n, replace(CAME, end_to_end_id="", mandate=f"M-{n}")) for n in (1, 2))
    back = replace(BACK, end_to_end_id="", mandate="M-2")

    assert second == returned_payment(back, [first, second]).payment
    again = replace(second, payment_id=3, day=date(2026, 10, 5))
    assert (None, (second, again)) == (
        (returned := returned_payment(back, [first, second, again])).payment,
        returned.offered,
    )


def test_a_name_that_a_payer_gives_to_all_payments_offers_them() -> None:
    payments = [paid(1), paid(2)]
    returned = returned_payment(BACK, payments)

    assert (None, tuple(payments)) == (returned.payment, returned.offered)


def test_another_name_amount_currency_account_of_ours_or_a_later_day_is_another_payment() -> None:
    others = [
        paid(1, replace(CAME, end_to_end_id="E2E-2")), paid(2, amount=D("119.01")), paid(3, currency="CHF"),
        paid(4, replace(CAME, account="DE89370400440532013000")), paid(5, day=date(2026, 11, 21)),
    ]  # fmt: skip
    returned = returned_payment(BACK, others)

    assert (None, ()) == (returned.payment, returned.offered)


def test_without_names_the_likeliest_comes_first_and_a_person_says_it() -> None:
    nameless = replace(CAME, end_to_end_id="", payer_iban="")
    other, by_bill = paid(1, replace(nameless, remittance="thanks")), paid(2, None, bills=("INV-2026-00007",))
    back = replace(BACK, end_to_end_id="", payer_iban="", remittance="RETOURE INV 2026 00007")
    returned = returned_payment(back, [other, by_bill])

    assert (None, (by_bill, other), by_bill) == (returned.payment, returned.offered, returned.likely)


def test_the_charges_of_the_bank_are_no_part_of_what_came_back() -> None:
    back = replace(BACK, amount=D("-122.50"), returned_amount=D("119.00"))

    assert D("119.00") == amount_returned(back)
    assert 1 == returned_payment(back, [paid(1)]).payment.payment_id  # type: ignore[union-attr]  # it is found


def test_a_chargeback_that_somebody_has_booked_is_that_of_the_payment_and_of_no_other() -> None:
    booked = paid(1, is_given_back=True, returned_by_hand_on=date(2026, 11, 23))
    other = paid(2, replace(CAME, end_to_end_id="E2E-2"), is_given_back=True, returned_by_hand_on=date(2026, 11, 23))

    assert (booked, None) == ((returned := returned_payment(BACK, [other, booked])).booked, returned.payment)
    assert None is returned_payment(BACK, [other, paid(1)]).booked
    assert None is returned_payment(replace(BACK, booked_on=date(2026, 11, 24)), [booked]).booked


def test_the_month_before_is_not_taken_for_one_that_somebody_has_given_back() -> None:
    came = replace(CAME, end_to_end_id="", mandate="M-1")
    back = replace(BACK, end_to_end_id="", mandate="M-1")
    october = paid(1, came, day=date(2026, 10, 5))
    by_hand = paid(2, came, is_given_back=True, returned_by_hand_on=date(2026, 11, 19))
    by_line = paid(2, came, is_given_back=True, is_returned_by_line=True)

    assert (None, (october,)) == ((returned := returned_payment(back, [by_hand, october])).payment, returned.offered)
    assert october == returned_payment(back, [by_line, october]).payment
