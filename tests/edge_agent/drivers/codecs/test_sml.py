from decimal import Decimal

import pytest

from common.errors import DecodeError
from edge_agent.drivers.codecs.checksums import crc16_x25
from edge_agent.drivers.codecs.sml import START, decode_sml
from tests.edge_agent.drivers.sml_builder import entry, octets, signed, telegram, unsigned

IMPORT = bytes.fromhex("0100010800ff")
POWER = bytes.fromhex("0100100700ff")
METER = telegram(
    entry(IMPORT, unsigned(224624136, 8), 30, -1),
    entry(POWER, signed(-78851, 3), 27, -2),
    entry(bytes.fromhex("8181c78203ff"), octets(b"ISK")),
)


def test_values_come_with_code_scale_and_unit() -> None:
    readout = decode_sml(METER)

    assert [
        ("1-0:1.8.0*255", Decimal("22462413.6"), "Wh"),
        ("1-0:16.7.0*255", Decimal("-788.51"), "W"),
        ("129-129:199.130.3*255", "ISK", ""),
    ] == [(value.code, value.value, value.unit) for value in readout.values]
    assert "0a0149534b0001020304" == readout.id


def test_escape_bytes_inside_the_data_are_data() -> None:
    readout = decode_sml(telegram(entry(IMPORT, unsigned(0x1B1B1B1B, 8), 30, 0)))

    assert Decimal(0x1B1B1B1B) == readout.values[0].value


def test_a_long_text_has_a_length_of_two_bytes() -> None:
    readout = decode_sml(telegram(entry(IMPORT, octets(bytes(range(48))))))

    assert bytes(range(48)).hex() == readout.values[0].value


def test_no_flipped_bit_and_no_cut_telegram_is_accepted() -> None:
    for index in range(len(METER)):
        with pytest.raises(DecodeError):
            decode_sml(METER[:index])
        for bit in range(8):
            damaged = bytearray(METER)
            damaged[index] ^= 1 << bit
            with pytest.raises(DecodeError):
                decode_sml(bytes(damaged))


def test_a_damaged_message_is_refused_even_if_the_transport_is_right() -> None:
    body = bytearray(METER)
    body[-40] ^= 1
    frame = bytes(body[:-2])

    with pytest.raises(DecodeError, match="message"):
        decode_sml(frame + crc16_x25(frame).to_bytes(2, "big"))


@pytest.mark.parametrize("data", [b"", b"\x1b" * 8, START, METER + b"\0", METER + METER])
def test_what_is_not_one_telegram_is_refused(data: bytes) -> None:
    with pytest.raises(DecodeError):
        decode_sml(data)
