"""The fixed data structure."""

from decimal import Decimal

from edge_agent.drivers.codecs.mbus_telegram import decode_application


def test_a_fixed_telegram_with_binary_counters_of_two_times() -> None:
    data = bytes.fromhex("78 56 34 12 0A 01 E9 7E 39 30 00 00 D2 04 00 00")

    telegram = decode_application(0x73, data)

    assert ("12345678", "Water") == (telegram.id, telegram.medium)
    assert [("Actual value", "l", Decimal(12345)), ("Stored value", "l", Decimal(1234))] == [
        (record.function, record.unit, record.value) for record in telegram.records
    ]
