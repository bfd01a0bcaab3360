"""At most one letter for a payment."""

from sqlalchemy import text
from sqlalchemy.orm import Session

from cloud_service.store.delivery import payment_receipts
from tests.books.world import build
from tests.cloud_service.till import Till


def test_a_receipt_is_queued_once_even_if_its_letter_was_sent_again_under_another_name(session: Session) -> None:
    till = Till(build(session, tenants=1))
    letter = payment_receipts.letter_of(session, till.paid("50.00"))

    payment_receipts.queue(session, letter)
    session.execute(text("UPDATE delivery SET message_id = '<another@example.org>' WHERE kind = 'receipt'"))
    payment_receipts.queue(session, letter)

    assert 1 == session.scalar(text("SELECT count(*) FROM delivery WHERE kind = 'receipt'"))
    assert "tenant1@example.com" == payment_receipts.mailed_to(session, letter.payment_id)
