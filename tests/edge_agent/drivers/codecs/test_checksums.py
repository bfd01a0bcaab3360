"""Checksums against the check values of the catalogue of parametrised CRC algorithms (reveng.sourceforge.io)."""

from edge_agent.drivers.codecs.checksums import crc16, crc16_kermit

CHECK = b"123456789"


def swapped(number: int) -> int:
    """The number with its two bytes as they are sent, low byte first."""
    return (number & 0xFF) << 8 | number >> 8


def test_x25_gives_its_check_value() -> None:
    assert swapped(0x906E) == crc16(CHECK)


def test_kermit_gives_its_check_value() -> None:
    assert swapped(0x2189) == crc16_kermit(CHECK)


def test_a_frame_with_its_checksum_leaves_the_residue_of_the_standard() -> None:
    frame = CHECK + crc16(CHECK).to_bytes(2, "big")
    assert swapped(0xF0B8 ^ 0xFFFF) == crc16(frame)
