"""HDLC frames and the TCP wrapper: only whole ones that are for us."""

import pytest

from common.errors import DecodeError
from edge_agent.drivers.codecs import dlms_framing as link
from tests.edge_agent.drivers.dlms_readings import energy, meter, talk


def test_a_physical_address_goes_into_two_bytes() -> None:
    assert "12345.678" == talk(meter(hdlc_server=b"\x02\x23"), lambda driver: energy(driver, "1/17"), "hdlc")


def test_a_damaged_hdlc_frame_is_never_taken() -> None:
    frame = link.build(b"\x21", b"\x03", 0x30, b"\xe6\xe7\x00\xc4\x01\xc1\x00\x06\0\0\0\1")
    for index in range(1, len(frame) - 1):
        for bit in range(8):
            damaged = bytearray(frame)
            damaged[index] ^= 1 << bit
            assert link.cut(bytes(damaged), b"\x21", b"\x03")[0] is None
    assert link.cut(b"noise" + frame, b"\x21", b"\x03")[0] is not None


def test_a_wrapper_for_somebody_else_is_refused() -> None:
    with pytest.raises(DecodeError, match="from 2 to 16"):
        link.unwrap(link.wrap(b"x", 2, 16), 16, 1)
    assert (None, b"\0\1\0") == link.unwrap(b"\0\1\0", 16, 1)
