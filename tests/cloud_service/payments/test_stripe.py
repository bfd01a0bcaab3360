"""How Stripe's objects become our events; what every provider promises stands in tests/contracts/test_providers.py."""

import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from cloud_service.payments.stripe import _event, stripe_digits

SESSION = {"id": "cs_1", "payment_status": "paid", "payment_intent": "pi_1", "amount_total": 11829, "currency": "eur"}
REFUND = {"id": "re_1", "status": "succeeded", "payment_intent": "pi_1", "amount": 500, "currency": "eur"}


def event(kind: str, subject: dict[str, Any]) -> Any:
    content = {"id": "evt_1", "type": kind, "created": 1793620800, "data": {"object": subject}}
    return _event(content, json.dumps(content).encode())


@pytest.mark.parametrize(("currency", "digits"), [("EUR", 2), ("JPY", 0), ("UGX", 2), ("ISK", 2), ("KWD", 3)])
def test_stripe_counts_a_few_currencies_its_own_way(currency: str, digits: int) -> None:
    assert digits == stripe_digits(currency)


@pytest.mark.parametrize(
    ("kind", "subject", "fields"),
    [
        ("checkout.session.completed", SESSION, ("paid", "cs_1:paid", "cs_1", "pi_1", "118.29")),
        (
            "checkout.session.completed",
            SESSION | {"payment_status": "unpaid"},
            ("ignored", "evt_1", "cs_1", "pi_1", "118.29"),
        ),
        ("checkout.session.async_payment_succeeded", SESSION, ("paid", "cs_1:paid", "cs_1", "pi_1", "118.29")),
        ("checkout.session.async_payment_failed", SESSION, ("failed", "cs_1:failed", "cs_1", "pi_1", "118.29")),
        ("checkout.session.expired", SESSION, ("expired", "cs_1:expired", "cs_1", "", "118.29")),
        ("refund.created", REFUND, ("refunded", "re_1:refunded", "", "pi_1", "5.00")),
        ("refund.updated", REFUND, ("refunded", "re_1:refunded", "", "pi_1", "5.00")),
        ("refund.created", REFUND | {"status": "pending"}, ("ignored", "evt_1", "", "pi_1", "5.00")),
        ("charge.dispute.funds_withdrawn", REFUND, ("disputed", "re_1:disputed", "", "pi_1", "5.00")),
        ("refund.failed", REFUND | {"status": "failed"}, ("refund_failed", "re_1:failed", "", "pi_1", "5.00")),
        ("refund.updated", REFUND | {"status": "failed"}, ("refund_failed", "re_1:failed", "", "pi_1", "5.00")),
        (
            "charge.refund.updated",
            REFUND | {"status": "canceled"},
            ("refund_failed", "re_1:failed", "", "pi_1", "5.00"),
        ),
        ("charge.dispute.funds_reinstated", REFUND, ("dispute_won", "re_1:won", "", "pi_1", "5.00")),
        ("payout.paid", {"id": "po_1"}, ("ignored", "evt_1", "", "", "0")),
    ],
)
def test_the_same_fact_has_the_same_id_by_whichever_event_it_comes(
    kind: str, subject: dict[str, Any], fields: tuple[str, ...]
) -> None:
    ours = event(kind, subject)

    assert (*fields[:4], Decimal(fields[4])) == (
        ours.kind, ours.event_id, ours.request_ref, ours.payment_ref, ours.amount,
    )  # fmt: skip
    assert datetime(2026, 11, 2, 8, tzinfo=UTC).date() == ours.occurred_at.date()


def test_what_a_failed_refund_and_a_won_dispute_undo_is_named() -> None:
    failed = event("refund.failed", REFUND | {"status": "failed"})
    won = event("charge.dispute.funds_reinstated", REFUND)

    assert ["re_1:refunded", "re_1:disputed", ""] == [failed.undoes, won.undoes, event("refund.created", REFUND).undoes]
