"""Values in JSON messages of IoT devices, by the paths of a profile; pure.

A path is `energy.total`, with numbers for places in lists; `emdata:0>total_act` takes it from the message whose topic
ends with `emdata:0` (a device may spread its values over several topics). A payload that is only a number is a value.
"""

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any, NamedTuple

from common.errors import DecodeError
from common.profile import MeterProfile
from common.reading import as_decimal
from edge_agent.drivers.values import ExactValue, is_possible

HINT = "compare the path with a message: energy-edge monitor --json shows what comes"
PAYLOAD_MAX = 65536
EARLIEST_MS = 1_420_070_400_000  # 2015: a device without clock says 1970
AHEAD_MS = 86_400_000
SECONDS_MAX = 100_000_000_000  # larger numbers are milliseconds


@dataclass(frozen=True, slots=True)
class Message:
    """One message: where it came in (topic behind the device's own), what it says, when it came."""

    topic: str
    body: Any
    at_ms: int


class PushedValue(NamedTuple):
    """One register of a message: its value, the instant (milliseconds since 1970), and whether the device named it."""

    exact: ExactValue
    at_ms: int
    meter_time: bool


def parse(payload: bytes) -> Any:
    """JSON with exact numbers, or a bare number; DecodeError."""
    if len(payload) > PAYLOAD_MAX:
        raise DecodeError(f"{len(payload)} bytes are too much for a reading", hint="is it the right topic?")
    try:
        return json.loads(payload.decode("utf-8"), parse_float=Decimal, parse_int=Decimal, parse_constant=_no_number)
    except (ValueError, RecursionError, ArithmeticError) as error:
        raise DecodeError(f"the message is not JSON: {error}", hint=HINT) from error


def _no_number(text: str) -> None:
    raise ValueError(f"{text} is not a number")


def lookup(path: str, message: Message) -> Any:
    """What stands at a path of a message; None if nothing does or the message is another topic's."""
    topic, mark, inner = path.rpartition(">")
    if mark and not (message.topic == topic or message.topic.endswith(f"/{topic}")):
        return None
    node = message.body
    for step in inner.split(".") if inner else ():
        if isinstance(node, dict):
            node = node.get(step)
        elif isinstance(node, list) and step.isdecimal() and int(step) < len(node):
            node = node[int(step)]
        else:
            return None
    return node


def values_by_register(profile: MeterProfile, messages: list[Message], names: list[str]) -> dict[str, PushedValue]:
    """Each register from the newest message that has it."""
    values: dict[str, PushedValue] = {}
    for message in sorted(messages, key=lambda message: message.at_ms):
        when = device_time(lookup(profile.time_field, message), message.at_ms) if profile.time_field else None
        for name in names:
            register = profile.registers[name]
            value = number(lookup(register.path, message)) if register.path else None
            if value is not None:
                at_ms = message.at_ms if when is None else when
                exact = ExactValue(value * register.scale, str(value).encode())
                values[name] = PushedValue(exact, at_ms, when is not None)
    return values


def number(value: Any) -> Decimal | None:
    """An exact number from a number or a text that is one; None for everything else."""
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, Decimal):
        return value if is_possible(value) else None
    if isinstance(value, str):
        try:
            exact = Decimal(value.strip())
        except InvalidOperation:
            return None
        return exact if is_possible(exact) else None
    return None


def device_time(value: Any, now_ms: int) -> int | None:
    """Milliseconds since 1970 from seconds, milliseconds or ISO 8601 with a zone; None if it cannot be right."""
    at_ms: int | None = None
    exact = number(value)
    if exact is not None and abs(exact) < as_decimal(2**63):
        at_ms = int(exact * 1000) if exact < SECONDS_MAX else int(exact)
    elif isinstance(value, str):
        try:
            instant = datetime.fromisoformat(value)
            if instant.tzinfo is None:
                return None  # whose local time would it be?
            at_ms = int(instant.astimezone(UTC).timestamp() * 1000)
        except (ValueError, OverflowError):  # the latter for the first and last days a calendar knows
            return None
    if at_ms is None or not EARLIEST_MS < at_ms < now_ms + AHEAD_MS:
        return None
    return at_ms
