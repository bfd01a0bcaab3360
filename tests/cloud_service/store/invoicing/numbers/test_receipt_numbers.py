"""Each receipt is numbered once, without gaps."""

from sqlalchemy import text
from sqlalchemy.orm import Session

from cloud_service.store.delivery import payment_receipts
from cloud_service.store.invoicing.numbers.receipt_numbers import number_receipts
from tests.books.world import build
from tests.cloud_service.till import Till

NUMBERS = text("SELECT payment_id, number FROM payment_receipt ORDER BY payment_id")


def test_those_of_payments_and_of_letters_are_numbered_once(session: Session) -> None:
    till = Till(build(session, tenants=1))
    first, second, third = (till.paid("50.00", name) for name in ("1", "2", "3"))
    payment_receipts.queue(session, payment_receipts.letter_of(session, second))
    delivery = session.scalar(text("SELECT delivery_id FROM payment_receipt"))

    number_receipts(session, deliveries=[delivery])
    number_receipts(session, payments=[first, second])
    number_receipts(session, payments=[third])

    assert [(first, "RC-2026-00002"), (second, "RC-2026-00001"), (third, "RC-2026-00003")] == [
        tuple(row) for row in session.execute(NUMBERS)
    ]
