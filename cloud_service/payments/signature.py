"""Signed webhooks: HMAC-SHA256 over the time and the raw body, refused when altered or older than five minutes."""

import hashlib
import hmac
from datetime import datetime

from cloud_service.payments.interface import ForgedError

TOLERANCE_S = 300
HEADER = "Energy-Signature"


def sign(secret: str, body: bytes, at: datetime) -> str:
    """The header's value: `t=<unix seconds>,v1=<hex>`."""
    moment = int(at.timestamp())
    return f"t={moment},v1={_digest(secret, moment, body)}"


def check(secret: str, body: bytes, header: str, now: datetime) -> None:
    """Nothing if the signature is right and fresh, else ForgedError. Several `v1` allow a change of secrets."""
    fields = [field.partition("=") for field in header.split(",")]
    moments = [value for name, _, value in fields if name.strip() == "t"]
    signatures = [value.strip() for name, _, value in fields if name.strip() == "v1"]
    if not secret or len(moments) != 1 or not moments[0].isascii() or not moments[0].isdigit() or not signatures:
        raise ForgedError("the call is not signed", path=HEADER)
    moment = int(moments[0])
    right = _digest(secret, moment, body)
    if not any(hmac.compare_digest(right.encode(), signature.encode()) for signature in signatures):
        raise ForgedError("the signature does not fit the body", path=HEADER)
    if abs(now.timestamp() - moment) > TOLERANCE_S:
        raise ForgedError(f"the signature is more than {TOLERANCE_S} s old", path=HEADER)


def _digest(secret: str, moment: int, body: bytes) -> str:
    return hmac.new(secret.encode(), f"{moment}.".encode() + body, hashlib.sha256).hexdigest()
