"""What only this client does; what every provider promises stands in tests/contracts/test_providers.py."""

import json
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from cloud_service.payments import signature
from cloud_service.payments.interface import ForgedError
from cloud_service.payments.simulated import KINDS, Simulated
from common.errors import InputError

NOW = datetime(2026, 11, 2, 12, 0, tzinfo=UTC)
EVENT = {
    "id": "evt_1", "type": "payment.paid", "link": "link_1", "payment": "pay_1", "amount": "118.29", "currency": "EUR",
    "at": "2026-11-02T11:59:58+00:00",
}  # fmt: skip
CLIENT = Simulated("http://127.0.0.1:1", "key", "secret", clock=lambda: NOW)


def signed(event: object, at: datetime = NOW) -> tuple[bytes, dict[str, str]]:
    body = json.dumps(event).encode()
    return body, {signature.HEADER: signature.sign("secret", body, at)}


@pytest.mark.parametrize(("kind", "ours"), [*KINDS.items(), ("link.viewed", "ignored")])
def test_each_kind_of_event_has_our_name(kind: str, ours: str) -> None:
    (event,) = CLIENT.read_webhook(*signed(EVENT | {"type": kind}))

    assert (ours, "evt_1", "link_1", "pay_1", Decimal("118.29"), "EUR") == (
        event.kind, event.event_id, event.request_ref, event.payment_ref, event.amount, event.currency,
    )  # fmt: skip


def test_the_clients_own_clock_says_whether_a_call_is_fresh() -> None:
    with pytest.raises(ForgedError, match="old"):
        CLIENT.read_webhook(*signed(EVENT, datetime(2026, 11, 2, 11, 54, 59, tzinfo=UTC)))


def test_a_signed_event_without_a_field_is_an_input_error() -> None:
    with pytest.raises(InputError, match="cannot be read"):
        CLIENT.read_webhook(*signed({name: value for name, value in EVENT.items() if name != "amount"}))
