"""Topics `ebs/1/<gateway>/up|down/<kind>`: made and read in one place; one access pattern fences each gateway."""

import re
from dataclasses import dataclass
from enum import StrEnum

from common.errors import DecodeError, InputError

ROOT = "ebs"
VERSION = 1
GATEWAY_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
TOPIC_SIZE_MAX = 128


class Up(StrEnum):
    """What a gateway says."""

    CATALOG = "catalog"
    LIVE = "live"
    BACKLOG = "backlog"
    VOID = "void"
    STATUS = "status"  # retained, and the last will
    HEALTH = "health"


class Down(StrEnum):
    """What the cloud says."""

    RECEIPT = "receipt"
    REJECTION = "rejection"


@dataclass(frozen=True, slots=True)
class Topic:
    """Who speaks with the cloud about what. `str(topic)` is the MQTT topic."""

    gateway: str
    kind: Up | Down

    def __post_init__(self) -> None:
        check_gateway_id(self.gateway)

    def __str__(self) -> str:
        direction = "up" if isinstance(self.kind, Up) else "down"
        return f"{ROOT}/{VERSION}/{self.gateway}/{direction}/{self.kind.value}"


def check_gateway_id(gateway: str) -> str:
    """The id itself: 1 to 64 ASCII letters, digits, `.`, `_`, `-`, so that no wildcard, level or `$` gets in."""
    if not isinstance(gateway, str) or not GATEWAY_ID.fullmatch(gateway):
        raise InputError(
            f"{gateway!r} cannot be a gateway's id",
            hint="1 to 64 ASCII letters, digits, '.', '_' and '-', starting with a letter or digit",
        )
    return gateway


def parse_topic(text: str) -> Topic:
    """The parts of a topic as the broker delivered it; DecodeError for anything that `Topic` would not have made."""
    if not isinstance(text, str) or len(text) > TOPIC_SIZE_MAX:
        raise DecodeError("not one of our topics: too long", code="bad_topic")
    parts = text.split("/")
    directions: dict[str, type[Up | Down]] = {"up": Up, "down": Down}
    is_topic = len(parts) == 5 and parts[0] == ROOT and parts[3] in directions  # noqa: PLR2004  the five levels above
    if not is_topic or not GATEWAY_ID.fullmatch(parts[2]):
        raise DecodeError("not one of our topics", path=text, code="bad_topic")
    if parts[1] != str(VERSION):
        raise DecodeError(f"version {parts[1]} of the topics is not spoken here", path=text, code="unknown_version")
    try:
        return Topic(parts[2], directions[parts[3]](parts[4]))
    except ValueError:
        raise DecodeError(f"no message is called {parts[4]!r}", path=text, code="unknown_kind") from None


def subscription(direction: str, gateway: str = "+", kind: str = "+") -> str:
    """The filter for all gateways' (or one's) messages of one direction."""
    if direction not in ("up", "down"):
        raise InputError(f"{direction!r} is no direction", hint="up or down")
    return f"{ROOT}/{VERSION}/{gateway}/{direction}/{kind}"
