"""Numbers of receipts: each payment has one at most, taken when its receipt is first made."""

from collections.abc import Sequence

from sqlalchemy import text
from sqlalchemy.orm import Session

from cloud_service.store.invoicing.numbers.number_series import take_numbers

OPEN = text("INSERT INTO payment_receipt (payment_id) VALUES (:payment) ON CONFLICT (payment_id) DO NOTHING")
UNNUMBERED = text(
    """
    SELECT r.payment_id, c.legal_entity_id AS entity_id, p.day
      FROM payment_receipt r
      JOIN payment p ON p.id = r.payment_id
      JOIN account a ON a.id = p.account_id
      JOIN client c ON c.id = a.client_id
     WHERE r.number IS NULL
       AND (r.payment_id = ANY(:payments) OR r.delivery_id = ANY(:deliveries))
     ORDER BY r.payment_id
       FOR UPDATE OF r
    """
)
NUMBER = text("UPDATE payment_receipt SET number = :number WHERE payment_id = :payment")


def number_receipts(session: Session, *, payments: Sequence[int] = (), deliveries: Sequence[int] = ()) -> None:
    """Number the receipts of those payments or letters that have no number yet; nothing slow may follow."""
    for payment_id in payments:
        session.execute(OPEN, {"payment": payment_id})
    for row in session.execute(UNNUMBERED, {"payments": list(payments), "deliveries": list(deliveries)}).all():
        (number,) = take_numbers(session, row.entity_id, "receipt", row.day)
        session.execute(NUMBER, {"payment": row.payment_id, "number": number})
