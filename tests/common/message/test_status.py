"""How a gateway fares: the limits of its messages."""

from typing import Any

import msgspec
import pytest

from common.errors import DecodeError
from common.message import DeviceHealth, Health, Status, Up, decode, encode

DEVICE = DeviceHealth("meter-1", "line", 10, 1, 5, "no answer")
HEALTH = Health(1, 2, 3, 4, 5, 6, "ok", 7, 8, 9, 1, (DEVICE,))
STATUS = Status("online", "agent", "boot", 7, 1, ((7, 3),))


@pytest.mark.parametrize(("kind", "message"), [(Up.STATUS, STATUS), (Up.HEALTH, HEALTH)])
def test_messages_come_back_as_they_went(kind: Up, message: Status | Health) -> None:
    assert message == decode(kind, encode(message))


def test_a_last_will_needs_no_more_than_a_state() -> None:
    assert Status("lost") == decode(Up.STATUS, encode(Status("lost")))


@pytest.mark.parametrize(
    ("kind", "message", "change"),
    [
        (Up.STATUS, STATUS, {"state": "x" * 17}),
        (Up.STATUS, STATUS, {"streams": ((0, 1),)}),
        (Up.STATUS, STATUS, {"streams": ((7, 1),) * 1001}),
        (Up.HEALTH, HEALTH, {"pending_rows": -1}),
        (Up.HEALTH, HEALTH, {"state": "x" * 201}),
        (Up.HEALTH, HEALTH, {"devices": (msgspec.structs.replace(DEVICE, meter=""),)}),
        (Up.HEALTH, HEALTH, {"devices": (DEVICE,) * 1001}),
    ],
)
def test_what_is_out_of_its_limits_is_refused(kind: Up, message: Status | Health, change: dict[str, Any]) -> None:
    payload = encode(msgspec.structs.replace(message, **change))
    with pytest.raises(DecodeError):
        decode(kind, payload)
