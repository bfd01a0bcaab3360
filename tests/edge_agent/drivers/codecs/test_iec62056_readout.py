from decimal import Decimal

import pytest

from common.errors import DecodeError
from edge_agent.drivers.codecs.checksums import block_check, crc16_arc
from edge_agent.drivers.codecs.iec62056_readout import decode_p1, decode_readout, without_parity
from edge_agent.drivers.codecs.obis import Readout

P1_BODY = (
    b"/KFM5KAIFA-METER\r\n\r\n1-3:0.2.8(42)\r\n0-0:96.1.1(4B3845)\r\n1-0:1.8.1(001581.123*kWh)\r\n"
    b"1-0:1.8.2(001435.706*kWh)\r\n1-0:1.7.0(02.027*kW)\r\n0-1:24.2.1(161129200000W)(00981.443*m3)\r\n!"
)
P1 = P1_BODY + f"{crc16_arc(P1_BODY):04X}\r\n".encode()
LINES = (
    b"0.0.0(12345678)\r\n1.8.0(012345.67*kWh)\r\n1.8.0*01(012000.00*kWh)\r\n1.6.0(012.34*kW)(2601151815)\r\n!\r\n\x03"
)
READOUT = b"\x02" + LINES + bytes([block_check(LINES)])


def values(readout: Readout) -> dict[str, object]:
    return {value.code: value.value for value in readout.values}


def even(data: bytes) -> bytes:
    return bytes(byte | 0x80 if byte.bit_count() & 1 else byte for byte in data)


def test_a_p1_telegram_gives_exact_values_with_their_times() -> None:
    readout = decode_p1(P1)

    assert Decimal("1581.123") == values(readout)["1-0:1.8.1"]
    assert ("m3", "161129200000W") == next((v.unit, v.when) for v in readout.values if v.code == "0-1:24.2.1")
    assert "4B3845" == readout.id


def test_a_gas_meter_of_dsmr_3_gives_its_value_on_the_next_line() -> None:
    old = b"/ISk5\\2MT382\r\n\r\n0-1:24.3.0(090212160000)(00)(60)(1)(0-1:24.2.1)(m3)\r\n(00012.345)\r\n!\r\n"

    assert {"0-1:24.2.1": Decimal("12.345")} == values(decode_p1(old, crc=False))


def test_an_old_telegram_without_crc_is_refused_unless_asked_for() -> None:
    with pytest.raises(DecodeError, match="no CRC"):
        decode_p1(P1_BODY + b"\r\n")
    assert values(decode_p1(P1)) == values(decode_p1(P1_BODY + b"\r\n", crc=False))


def test_no_p1_telegram_with_a_changed_byte_is_accepted() -> None:
    end = P1.index(b"!") + 5
    for index in range(end):
        for bit in range(7):
            damaged = bytearray(P1)
            damaged[index] ^= 1 << bit
            same_crc = damaged[:-6] == P1[:-6] and damaged.upper() == P1.upper()
            if not same_crc:  # the case of the CRC's letters says nothing
                with pytest.raises(DecodeError):
                    decode_p1(bytes(damaged))


def test_a_mode_c_readout_gives_present_and_stored_values_apart() -> None:
    readout = decode_readout(b"/LGZ5ZMD120\r\n" + READOUT)

    assert "12345678" == readout.id
    assert Decimal("12345.67") == values(readout)["1.8.0"]
    assert Decimal("12000.00") == values(readout)["1.8.0*01"]
    assert Decimal("12.34") == values(readout)["1.6.0"]


def test_seven_bit_bytes_over_an_eight_bit_line_are_the_same() -> None:
    assert values(decode_readout(READOUT)) == values(decode_readout(even(READOUT)))


def test_a_wrong_parity_bit_is_refused() -> None:
    with pytest.raises(DecodeError, match="parity"):
        without_parity(bytes([0xC1 ^ 0x80, 0xC1, 0xC3 ^ 0x40]))


def test_no_readout_with_a_flipped_bit_is_accepted() -> None:
    for index in range(len(READOUT)):
        for bit in range(7):
            damaged = bytearray(READOUT)
            damaged[index] ^= 1 << bit
            with pytest.raises(DecodeError):
                decode_readout(bytes(damaged))


@pytest.mark.parametrize("block", [b"", b"/LGZ5\r\n", READOUT[:-1], READOUT + b"x", b"\x02\x03\x03"])
def test_what_is_no_whole_readout_is_refused(block: bytes) -> None:
    with pytest.raises(DecodeError):
        decode_readout(block)
