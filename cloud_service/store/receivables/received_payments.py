"""Payments of the bank that may have come back."""

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal

import msgspec
from sqlalchemy import text
from sqlalchemy.orm import Session

from cloud_service.domain.receivables.bank_line import BankLine
from cloud_service.domain.receivables.returned_payments import ReceivedPayment, amount_returned
from cloud_service.store.scope import Scope

RETURNED_WITHIN = timedelta(days=430)  # a debit that nobody has allowed comes back for 13 months
RECEIVED = text(
    """
    SELECT p.id, p.account_id, a.number AS account, c.name AS client, p.provider_ref AS reference, p.amount, p.currency,
           p.day, p.facts->'bank_line' AS line,
           ARRAY(SELECT i.number
                   FROM allocation l
                   JOIN invoice i ON i.id = l.invoice_id
                  WHERE l.payment_id = p.id
                  GROUP BY i.number
                 HAVING sum(l.amount) > 0
                  ORDER BY i.number) AS bills,
           back.is_given_back, back.is_by_line, back.by_hand_on
      FROM payment p
      JOIN account a ON a.id = p.account_id
      JOIN client c ON c.id = a.client_id
      JOIN LATERAL (
           SELECT count(*) > 0 AS is_given_back,
                  count(*) FILTER (WHERE r.facts ? 'bank_line') > 0 AS is_by_line,
                  max(r.day) FILTER (WHERE r.kind = 'chargeback' AND NOT r.facts ? 'bank_line') AS by_hand_on
             FROM payment r
            WHERE r.reverses_id = p.id
           ) back ON true
     WHERE p.provider = 'bank' AND p.amount = ANY(:amounts) AND p.day BETWEEN :first AND :last
       AND (cast(:entities AS bigint[]) IS NULL OR c.legal_entity_id = ANY(:entities))
     ORDER BY p.day DESC, p.id DESC
    """
)


def received_payments(session: Session, lines: Sequence[BankLine], scope: Scope) -> list[ReceivedPayment]:
    """All that have the amount of one of the lines, the newest first, with what was given back of them."""
    if not lines:
        return []
    days = [line.booked_on for line in lines]
    fields = {
        "amounts": [amount_returned(line) for line in lines], "first": min(days) - RETURNED_WITHIN, "last": max(days),
        "entities": None if scope.entities is None else list(scope.entities),
    }  # fmt: skip
    return [
        ReceivedPayment(
            row.id, row.account_id, row.account, row.client, row.reference, Decimal(row.amount), row.currency, row.day,
            tuple(row.bills), msgspec.convert(row.line, BankLine) if row.line else None,
            row.is_given_back, row.is_by_line, row.by_hand_on,
        )
        for row in session.execute(RECEIVED, fields)
    ]  # fmt: skip
