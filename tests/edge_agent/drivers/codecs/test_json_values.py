from decimal import Decimal

import pytest

from common.errors import DecodeError
from edge_agent.drivers.codecs.json_values import Message, device_time, lookup, number, parse, values_by_register
from tests.edge_agent.builders import make_profile

NOW = 1_800_000_000_000
PROFILE = make_profile(
    'energy = { path = "a.0.kwh", unit = "kWh", kind = "index" }\n'
    'power = { path = "em:0>w", unit = "kW", kind = "instant", scale = 0.001 }',
    protocol="mqtt",
    more='time_field = "t"\n',
)


def message(text: str, topic: str = "") -> Message:
    return Message(topic, parse(text.encode()), NOW)


def test_numbers_stay_exact() -> None:
    assert {"a": Decimal("0.1"), "b": Decimal(12345678901234567890)} == parse(b'{"a": 0.1, "b": 12345678901234567890}')


@pytest.mark.parametrize(
    ("path", "value"),
    [("a.0.kwh", Decimal(5)), ("a.1.kwh", None), ("a.x", None), ("b", "7.5"), ("other>b", None), ("c.d", None)],
)
def test_a_path_leads_through_objects_and_lists(path: str, value: object) -> None:
    assert value == lookup(path, message('{"a": [{"kwh": 5}], "b": "7.5"}', "em:0"))


def test_values_of_several_topics_come_together_and_the_newest_wins() -> None:
    old = Message("", parse(b'{"a": [{"kwh": 1}]}'), NOW - 1)
    values = values_by_register(
        PROFILE, [message('{"a": [{"kwh": "2.5"}]}'), old, message('{"w": 1500}', "x/em:0")], ["energy", "power"]
    )

    assert (Decimal("2.5"), Decimal("1.5")) == (values["energy"].exact.value, values["power"].exact.value)


def test_the_devices_own_time_is_taken_if_it_can_be_right() -> None:
    values = values_by_register(PROFILE, [message('{"t": "2026-01-01T12:00:00Z", "a": [{"kwh": 1}]}')], ["energy"])

    assert (1_767_268_800_000, True) == values["energy"][1:]


@pytest.mark.parametrize(
    ("value", "at_ms"),
    [
        (Decimal(1_767_268_800), 1_767_268_800_000),
        (Decimal("1767268800.5"), 1_767_268_800_500),
        (Decimal(1_767_268_800_000), 1_767_268_800_000),
        ("2026-01-01T13:00:00+01:00", 1_767_268_800_000),
        ("2026-01-01T13:00:00", None),
        (Decimal(0), None),
        (Decimal(NOW + 90_000_000), None),
        ("yesterday", None),
        ("0001-01-01T00:00:00+05:00", None),
        ("9999-12-31T23:59:59-05:00", None),
        (None, None),
        (True, None),
    ],
)
def test_a_time_that_cannot_be_right_is_none(value: object, at_ms: int | None) -> None:
    assert at_ms == device_time(value, NOW)


@pytest.mark.parametrize("value", [True, None, "", "abc", "NaN", "Infinity", [], {}])
def test_what_is_no_number_is_no_value(value: object) -> None:
    assert number(value) is None


@pytest.mark.parametrize("payload", [b"", b"{", b"\xff", b"NaN", b"[" * 10_000, b" " * 70_000])
def test_what_is_no_json_is_refused(payload: bytes) -> None:
    with pytest.raises(DecodeError):
        parse(payload)
