"""Every decoder against bytes nobody should send: it answers or refuses with a DecodeError, and never takes long.

`ENERGY_FUZZ_EXAMPLES=100000 pytest tests/contracts/test_fuzz.py` searches as long as a night is.
"""

import contextlib
import os
import time
from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from common.errors import DecodeError, EnergyError, InputError
from common.profile import parse as parse_profile
from edge_agent.drivers import dlms_codec, json_values
from edge_agent.drivers.iec62056_decode import bcc, crc16, decode_p1, decode_readout
from edge_agent.drivers.interface import MeterRefused
from edge_agent.drivers.mbus_decode import decode, decode_application
from edge_agent.drivers.mbus_frame import long_frame
from edge_agent.drivers.mbus_record import records
from edge_agent.drivers.modbus_decode import decode_answer
from edge_agent.drivers.modbus_frames import FRAMINGS
from edge_agent.drivers.push import cut_d0, cut_p1, cut_sml
from edge_agent.drivers.sml_decode import START, decode_sml
from edge_agent.drivers.sms_pdu import decode_deliver
from edge_agent.drivers.wmbus_decode import decode_wireless
from edge_agent.transports.port import Port
from tests.edge_agent.drivers.dlms_twin import ACCEPTED
from tests.edge_agent.drivers.sml_builder import entry, telegram, unsigned
from tests.edge_agent.drivers.test_sms_pdu import HELLO
from tests.edge_agent.drivers.test_wmbus_decode import KEY_5, KEY_7, MODE_5_CRC, MODE_7

EXAMPLES = int(os.environ.get("ENERGY_FUZZ_EXAMPLES", "150"))
fuzzed = settings(
    max_examples=EXAMPLES,
    deadline=1000,  # ms: no decoder may hang
    derandomize="ENERGY_FUZZ_EXAMPLES" not in os.environ,
    suppress_health_check=[HealthCheck.too_slow],
)
P1_BODY = b"/KFM5KAIFA\r\n\r\n0-0:96.1.1(4B38)\r\n1-0:1.8.1(001581.123*kWh)\r\n0-1:24.2.1(1612W)(00981.4*m3)\r\n!"
LINES = b"0.0.0(12345678)\r\n1.8.0(012345.67*kWh)\r\n!\r\n\x03"
MBUS_BODY = bytes.fromhex(
    "7856341224400107550000000313153100DA023B13018B60043718020DFD0B05314842465702FC034852257411D4"
)

DECODERS: dict[str, tuple[Callable[[bytes], object], bytes]] = {
    "mbus": (decode, long_frame(0x08, 1, 0x72, MBUS_BODY)),
    "mbus application": (lambda data: decode_application(data[0] if data else 0, data[1:]), b"\x72" + MBUS_BODY),
    "mbus fixed": (lambda data: decode_application(0x73, data), bytes.fromhex("78563412 0A00E97E 39300000 D2040000")),
    "mbus records": (lambda data: list(records(data)), MBUS_BODY[12:]),
    "sml": (decode_sml, telegram(entry(bytes.fromhex("0100010800ff"), unsigned(224624136, 8), 30, -1))),
    "p1": (decode_p1, P1_BODY + f"{crc16(P1_BODY):04X}\r\n".encode()),
    "p1 without crc": (lambda data: decode_p1(data, crc=False), P1_BODY + b"\r\n"),
    "iec62056": (decode_readout, b"/LGZ5ZMD\r\n\x02" + LINES + bytes([bcc(LINES)])),
    "modbus": (decode_answer, bytes.fromhex("010404449A5000F35B")),
    "sms": (decode_deliver, HELLO),
    "wmbus": (lambda data: decode_wireless(data, KEY_5), bytes.fromhex(MODE_5_CRC)),
    "wmbus mode 7": (lambda data: decode_wireless(data, KEY_7), bytes.fromhex(MODE_7)),
    "dlms": (dlms_codec.decode, bytes.fromhex("0103 020306000000070901ff1101 0f80 0a03414243")),
    "dlms answer": (lambda data: dlms_codec.answer(data).data, bytes.fromhex("c401c1000600000007")),
    "dlms association": (dlms_codec.association_result, ACCEPTED),
    "json": (json_values.parse, b'{"a": [1, 2.5, "x"], "b": {"c": null}}'),
}


def answers_or_refuses(decoder: Callable[[bytes], object], data: bytes) -> None:
    """A value or one of the errors a decoder may raise; anything else is a crash."""
    with contextlib.suppress(DecodeError, MeterRefused):
        decoder(data)


def damaged(good: bytes) -> st.SearchStrategy[bytes]:
    """The good bytes with some changed, cut out or doubled."""
    spots = st.lists(st.tuples(st.integers(0, len(good) - 1), st.integers(0, 255)), max_size=6)

    def apply(spots: list[tuple[int, int]], start: int, length: int, twice: bool) -> bytes:
        data = bytearray(good)
        for at, value in spots:
            data[at] = value
        piece = bytes(data[start : start + length])
        return bytes(data[:start]) + (piece * 2 if twice else b"") + bytes(data[start + length :])

    return st.builds(apply, spots, st.integers(0, len(good)), st.integers(0, 20), st.booleans())


@pytest.mark.parametrize("name", DECODERS)
def test_the_sound_example_is_accepted(name: str) -> None:
    decoder, good = DECODERS[name]

    assert decoder(good) is not None


@pytest.mark.parametrize("name", DECODERS)
def test_any_bytes_are_answered_or_refused(name: str) -> None:
    decoder, _ = DECODERS[name]

    @fuzzed
    @given(st.binary(max_size=400))
    def search(data: bytes) -> None:
        answers_or_refuses(decoder, data)

    search()


@pytest.mark.parametrize("name", DECODERS)
def test_damaged_telegrams_are_answered_or_refused(name: str) -> None:
    decoder, good = DECODERS[name]

    @fuzzed
    @given(damaged(good))
    def search(data: bytes) -> None:
        answers_or_refuses(decoder, data)

    search()


@fuzzed
@given(st.binary(max_size=200))
def test_any_body_behind_a_sound_mbus_header_is_answered_or_refused(body: bytes) -> None:
    answers_or_refuses(decode, long_frame(0x08, 1, 0x72, (MBUS_BODY[:12] + body)[:252]))


@pytest.mark.parametrize("framing", FRAMINGS)
def test_a_modbus_line_full_of_noise_gives_no_answer(framing: str) -> None:
    @fuzzed
    @given(st.binary(max_size=300))
    def search(noise: bytes) -> None:
        try:
            found = FRAMINGS[framing]().answer(noise, unit=17, number=42, function=3, count=10)
        except EnergyError:
            return
        assert found is None

    search()


@pytest.mark.parametrize("cut", [cut_p1, cut_d0, cut_sml])
def test_a_stream_is_cut_in_a_moment_and_never_grows(cut: Callable[[bytes], tuple[bytes | None, bytes]]) -> None:
    @fuzzed
    @given(st.lists(st.sampled_from([b"/", b"!", b"\r\n", START, b"\x1b" * 4, b"\x1a\0\1\2", b"\xff\x80", b"x" * 9])))
    def search(pieces: list[bytes]) -> None:
        data = b"".join(pieces)
        telegram_bytes, rest = cut(data)
        assert len(telegram_bytes or b"") + len(rest) <= len(data)

    search()


@fuzzed
@given(st.text(max_size=100))
def test_any_text_is_a_port_or_refused(text: str) -> None:
    with contextlib.suppress(InputError):
        assert Port.parse(text).name


@fuzzed
@given(st.text(max_size=200))
def test_any_text_is_a_profile_or_refused(text: str) -> None:
    with pytest.raises(InputError):
        parse_profile(text)


@pytest.mark.parametrize("name", DECODERS)
def test_a_long_telegram_takes_no_second(name: str) -> None:
    decoder, good = DECODERS[name]
    started = time.monotonic()

    answers_or_refuses(decoder, (good * 4000)[:60_000])

    assert time.monotonic() - started < 1
