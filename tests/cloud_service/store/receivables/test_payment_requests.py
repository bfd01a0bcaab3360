from decimal import Decimal
from uuid import UUID

from sqlalchemy import text

from cloud_service.flow import correct_invoice
from cloud_service.store.receivables import payment_requests
from tests.books.world import noon
from tests.cloud_service.till import PAID, Till

D = Decimal


def test_an_invoice_is_payable_for_what_is_left_of_it(till: Till) -> None:
    bill = till.bill("100.00")
    till.pay("19.00")
    payable = payment_requests.payable_invoice(till.session, bill.public_id)

    assert payable is not None
    assert (D(119), D(100), "EUR", "Example Energy", "tenant1@example.com") == (
        payable.total, payable.left, payable.currency, payable.seller, payable.email,
    )  # fmt: skip
    assert payment_requests.payable_invoice(till.session, UUID(int=7)) is None


def test_of_a_credit_note_nothing_is_to_pay(till: Till) -> None:
    bill = till.bill("100.00")
    note = correct_invoice.credit(till.session, bill.id, reason="wrong", day=PAID, author="t", clock=lambda: noon(PAID))
    payable = payment_requests.payable_invoice(till.session, note.public_id)

    assert payable is not None
    assert ("credit_note", D(0)) == (payable.kind, payable.left)


def test_an_account_says_whether_it_can_be_topped_up(till: Till) -> None:
    public_id = till.session.execute(text("SELECT public_id FROM account")).scalar_one()
    before = payment_requests.top_up_target(till.session, public_id)
    till.session.execute(text("UPDATE account_mode SET mode = 'prepaid'"))
    after = payment_requests.top_up_target(till.session, public_id)

    assert before is not None
    assert after is not None
    assert (False, True, "A1") == (before.prepaid, after.prepaid, after.number)
    assert payment_requests.top_up_target(till.session, UUID(int=7)) is None


def test_pages_made_before_stand_newest_first_and_only_those_for_the_same_thing(till: Till) -> None:
    bill = till.bill("100.00")
    for ref, invoice in (("p1", bill.id), ("p2", bill.id), ("p3", None), ("p1", bill.id)):
        payment_requests.record(
            till.session, "stripe", ref, f"https://{ref}", account_id=till.account, invoice_id=invoice, amount=D(1),
            currency="EUR",
        )  # fmt: skip
    of_invoice = payment_requests.earlier_requests(till.session, "stripe", till.account, bill.id)
    of_top_up = payment_requests.earlier_requests(till.session, "stripe", till.account, None)

    assert (["https://p2", "https://p1"], ["https://p3"]) == (
        [request.url for request in of_invoice], [request.url for request in of_top_up],
    )  # fmt: skip
    assert [] == payment_requests.earlier_requests(till.session, "simulated", till.account, bill.id)
