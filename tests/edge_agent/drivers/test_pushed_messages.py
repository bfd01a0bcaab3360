"""Messages that nobody has taken yet."""

from decimal import Decimal

import pytest

from edge_agent.drivers.codecs.json_values import Message
from edge_agent.drivers.interface import MeterSilent
from edge_agent.drivers.pushed_messages import DEVICES_MAX, TOPICS_MAX, PushedMessages
from tests.edge_agent.builders import make_profile

PROFILE = make_profile(
    """
energy = { path = "energy", unit = "kWh", kind = "index" }
back = { path = "back", unit = "kWh", kind = "index" }
net = { sum = ["energy", "-back"], unit = "kWh", kind = "index" }
""",
    protocol="mqtt",
)


def message(kwh: int, *, topic: str = "", at_ms: int = 1000, name: str = "energy") -> Message:
    return Message(topic, {name: Decimal(kwh)}, at_ms)


def values(pushed: PushedMessages, device: str = "m1", *names: str) -> dict[str, tuple[int, int]]:
    return {value.register: (value.value, value.at_ms) for value in pushed.values(device, PROFILE, names, "broker")}


def test_the_newest_message_of_a_topic_counts() -> None:
    pushed = PushedMessages()
    pushed.put("m1", message(1))
    pushed.put("m1", message(2, at_ms=2000))
    assert {"energy": (2000, 2000)} == values(pushed)


def test_a_device_that_has_sent_nothing_is_silent() -> None:
    with pytest.raises(MeterSilent):
        values(PushedMessages())


def test_values_are_given_until_they_are_committed_and_newer_ones_stay() -> None:
    pushed = PushedMessages()
    pushed.put("m1", message(1))
    assert values(pushed) == values(pushed)
    pushed.put("m1", message(2))
    pushed.committed("m1")
    assert 2000 == values(pushed)["energy"][0]
    pushed.committed("m1")
    with pytest.raises(MeterSilent):
        values(pushed)


def test_a_sum_of_two_topics_has_the_later_time() -> None:
    pushed = PushedMessages()
    pushed.put("m1", message(5, topic="in", at_ms=1000))
    pushed.put("m1", message(2, topic="out", at_ms=3000, name="back"))
    assert {"net": (3000, 3000), "energy": (5000, 1000)} == values(pushed, "m1", "net", "energy")


def test_of_too_many_devices_the_one_silent_for_longest_is_forgotten() -> None:
    pushed = PushedMessages()
    for number in range(DEVICES_MAX):
        pushed.put(f"m{number}", message(1))
    pushed.put("m0", message(1))
    pushed.put("new", message(1))
    assert {"m0", "m2", "new"} == {"m0", "m1", "m2", "new"} & set(pushed.messages)


def test_a_device_cannot_fill_the_memory_with_topics() -> None:
    pushed = PushedMessages()
    for number in range(TOPICS_MAX + 10):
        pushed.put("m1", message(1, topic=str(number)))
    assert TOPICS_MAX == len(pushed.messages["m1"])
