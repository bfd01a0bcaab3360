"""Every decoder against bytes nobody should send: it answers or refuses with a DecodeError, and never takes long.

`ENERGY_FUZZ_EXAMPLES=100000 pytest tests/contracts/test_fuzz.py` searches as long as a night is; `make fuzz` searches
where the code has not been yet.
"""

import contextlib
import os
from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from common.errors import EnergyError, InputError
from common.profile import parse as parse_profile
from edge_agent.drivers.codecs.mbus_frame import long_frame
from edge_agent.drivers.codecs.modbus_frames import FRAMINGS
from edge_agent.drivers.codecs.sml import START
from edge_agent.drivers.push import cut_d0, cut_p1, cut_sml
from edge_agent.transports.port import Port
from tests.contracts.decoders import DECODERS, MBUS_BODY, outcome, refuses_damage

EXAMPLES = int(os.environ.get("ENERGY_FUZZ_EXAMPLES", "150"))
fuzzed = settings(
    max_examples=EXAMPLES,
    deadline=None,  # `outcome` measures the decoder by itself, on a loaded machine too
    derandomize="ENERGY_FUZZ_EXAMPLES" not in os.environ,
    suppress_health_check=[HealthCheck.too_slow],
)
EACH = pytest.mark.parametrize("name", DECODERS)


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


@EACH
def test_the_sound_example_is_accepted(name: str) -> None:
    assert outcome(DECODERS[name], DECODERS[name].good) is not None


@EACH
def test_any_bytes_are_answered_or_refused(name: str) -> None:
    @fuzzed
    @given(st.binary(max_size=400))
    def search(data: bytes) -> None:
        outcome(DECODERS[name], data)

    search()


@EACH
def test_damaged_telegrams_are_answered_or_refused(name: str) -> None:
    @fuzzed
    @given(damaged(DECODERS[name].good))
    def search(data: bytes) -> None:
        outcome(DECODERS[name], data)

    search()


@EACH
def test_any_content_behind_right_checksums_is_answered_or_refused(name: str) -> None:
    decoder = DECODERS[name]

    @fuzzed
    @given(damaged(decoder.content))
    def search(content: bytes) -> None:
        outcome(decoder, decoder.seal(content))

    search()


@pytest.mark.parametrize("name", [name for name, decoder in DECODERS.items() if list(decoder.checked(decoder.good))])
def test_no_telegram_is_accepted_with_a_flipped_bit(name: str) -> None:
    decoder = DECODERS[name]
    for at in range(len(decoder.good)):
        for bit in range(8):
            refuses_damage(decoder, decoder.good, at, bit)


@pytest.mark.parametrize(
    ("name", "telegram"),
    [
        pytest.param("modbus_ascii_line", b":110304449A5000BA\r\r\n", id="a blank behind the digits"),
        pytest.param("modbus_ascii_line", b":1103 04449A5000BA\r\n", id="a blank between the digits"),
    ],
)
def test_what_a_search_found_is_refused(name: str, telegram: bytes) -> None:
    assert outcome(DECODERS[name], telegram) is None


@pytest.mark.parametrize("number", ["1e999999999", '"1e999999999"', "-1e1000000", "1e-999999999"])
def test_a_number_beyond_all_arithmetic_is_no_value(number: str) -> None:
    assert [] == outcome(DECODERS["json"], f'{{"energy_kwh": {number}}}'.encode())
    cell = number.strip('"')
    assert outcome(DECODERS["csv"], f"meter,time,kwh\nA1,2026-01-01T00:00:00Z,{cell}\n".encode()) is None


@fuzzed
@given(st.binary(max_size=200))
def test_any_body_behind_a_sound_mbus_header_is_answered_or_refused(body: bytes) -> None:
    outcome(DECODERS["mbus"], long_frame(0x08, 1, 0x72, (MBUS_BODY[:12] + body)[:252]))


@pytest.mark.parametrize("framing", FRAMINGS)
def test_a_modbus_line_full_of_noise_gives_no_answer(framing: str) -> None:
    @fuzzed
    @given(st.binary(max_size=300))
    def search(noise: bytes) -> None:
        try:
            answer = FRAMINGS[framing]().answer(noise, unit=17, number=42, function=3, count=10)
        except EnergyError:
            return
        assert answer is None

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


@EACH
def test_a_long_telegram_takes_no_second(name: str) -> None:
    outcome(DECODERS[name], (DECODERS[name].good * 4000)[:60_000])


@EACH
def test_long_content_behind_right_checksums_takes_no_second(name: str) -> None:
    decoder = DECODERS[name]

    outcome(decoder, decoder.seal((decoder.content * 4000)[:16_000]))
