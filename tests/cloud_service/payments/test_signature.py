"""Against HMACs that Python's own library makes of the bytes that the documentation of the header names."""

import hashlib
import hmac
from datetime import UTC, datetime, timedelta

import pytest

from cloud_service.payments.interface import ForgedError
from cloud_service.payments.signature import check, sign

NOW = datetime(2026, 11, 2, 12, 0, tzinfo=UTC)
BODY = b'{"id": "evt_1"}'
SECOND = timedelta(seconds=1)


def test_the_header_holds_the_time_and_the_hmac_of_time_and_body() -> None:
    moment = int(NOW.timestamp())
    right = hmac.new(b"secret", f"{moment}.".encode() + BODY, hashlib.sha256).hexdigest()

    assert f"t={moment},v1={right}" == sign("secret", BODY, NOW)
    check("secret", BODY, f"t={moment},v1={right}", NOW)


def test_a_call_is_believed_for_five_minutes_and_no_second_longer() -> None:
    header = sign("secret", BODY, NOW)
    check("secret", BODY, header, NOW + 300 * SECOND)
    check("secret", BODY, header, NOW - 300 * SECOND)
    with pytest.raises(ForgedError, match="old"):
        check("secret", BODY, header, NOW + 301 * SECOND)


def test_either_of_two_signatures_will_do_while_the_secret_is_changed() -> None:
    old, new = sign("old", BODY, NOW), sign("new", BODY, NOW)

    check("new", BODY, f"{old},{new.partition(',')[2]}", NOW)


@pytest.mark.parametrize(
    ("secret", "body", "message"),
    [("guess", BODY, "does not fit"), ("secret", BODY + b" ", "does not fit"), ("", BODY, "not signed")],
)
def test_another_secret_or_body_is_refused(secret: str, body: bytes, message: str) -> None:
    with pytest.raises(ForgedError, match=message):
        check(secret, body, sign("secret", BODY, NOW), NOW)
