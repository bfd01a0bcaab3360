from datetime import UTC, datetime

import pytest

from common.errors import DecodeError
from edge_agent.drivers.codecs.sms_pdu import GSM7, SmsPart, decode_deliver, encode_submit, whole_messages

# the example of the standard's popular explanations: "hellohello" from +27838890001
HELLO = bytes.fromhex("07917283010010F5040BC87238880900F10000993092516195800AE8329BFD4697D9EC37")


def deliver(text: str, *, coding: int = 0, header: bytes = b"", number: str = "9471011234F7") -> bytes:
    """A received message in UCS-2 or bytes."""
    body = header + (text.encode("utf-16-be") if coding == 8 else text.encode("latin-1"))
    first = "44" if header else "04"
    return bytes.fromhex(f"00{first}0B91{number}00{coding:02X}62101241200040{len(body):02X}") + body


def test_seven_bit_letters_are_unpacked() -> None:
    sms = decode_deliver(HELLO)

    assert ("hellohello", "27838890001") == (sms.text, sms.sender.removeprefix("+"))


def test_the_time_is_that_of_the_service_centre_in_utc() -> None:
    assert datetime(1999 + 100, 3, 29, 13, 16, 59, tzinfo=UTC) == decode_deliver(HELLO).sent_at


def test_other_alphabets_are_read() -> None:
    assert "32432 kWh ≈" == decode_deliver(deliver("32432 kWh ≈", coding=8)).text
    assert "32432 kWh" == decode_deliver(deliver("32432 kWh", coding=4)).text


def test_a_long_message_is_joined_whatever_the_order_of_its_parts() -> None:
    parts = [
        (7, decode_deliver(deliver("kWh", coding=4, header=bytes((5, 0, 3, 9, 2, 2))))),
        (3, decode_deliver(deliver("123 ", coding=4, header=bytes((5, 0, 3, 9, 2, 1))))),
    ]

    ((indices, whole),) = whole_messages(parts)

    assert ([3, 7], "123 kWh") == (indices, whole.text)
    assert [] == list(whole_messages(parts[:1]))


def test_a_request_comes_back_as_it_was_written() -> None:
    text = "=READ_METER# {1} [€]"
    pdu, length = encode_submit("+491701234567", text)
    raw = bytes.fromhex(pdu)

    assert len(raw) - 1 == length
    head = bytes.fromhex("00040C91947110325476" + "0000" + "62101241200040")
    assert text == decode_deliver(head + raw[14:]).text


def test_the_alphabet_has_128_letters() -> None:
    assert 128 == len(GSM7)


@pytest.mark.parametrize("length", range(len(HELLO)))
def test_a_cut_message_is_refused(length: int) -> None:
    with pytest.raises(DecodeError):
        decode_deliver(HELLO[:length])


@pytest.mark.parametrize("text", ["x" * 161, "漢"])
def test_what_does_not_fit_a_message_is_refused(text: str) -> None:
    with pytest.raises(DecodeError):
        encode_submit("+491701234567", text)


def test_a_part_of_a_single_message_is_the_whole() -> None:
    sms = SmsPart("1", datetime(2026, 1, 1, tzinfo=UTC), "x")

    assert [([4], sms)] == list(whole_messages([(4, sms)]))
