"""Checksums against the check values of the catalogue of parametrised CRC algorithms (reveng.sourceforge.io)."""

from edge_agent.drivers.codecs.checksums import block_check, crc16_arc, crc16_en13757, crc16_kermit, crc16_x25

CHECK = b"123456789"


def swapped(number: int) -> int:
    """The number with its two bytes as they are sent, low byte first."""
    return (number & 0xFF) << 8 | number >> 8


def test_x25_gives_its_check_value() -> None:
    assert swapped(0x906E) == crc16_x25(CHECK)


def test_kermit_gives_its_check_value() -> None:
    assert swapped(0x2189) == crc16_kermit(CHECK)


def test_a_frame_with_its_checksum_leaves_the_residue_of_the_standard() -> None:
    frame = CHECK + crc16_x25(CHECK).to_bytes(2, "big")
    assert swapped(0xF0B8 ^ 0xFFFF) == crc16_x25(frame)


def test_arc_gives_its_check_value() -> None:
    assert 0xBB3D == crc16_arc(CHECK)


def test_en_13757_gives_its_check_value_and_that_of_the_standards_example() -> None:
    assert 0xC2B7 == crc16_en13757(CHECK)
    assert 0x3363 == crc16_en13757(bytes.fromhex("2E449315785634123303"))


def test_a_block_check_is_nothing_for_bytes_that_come_twice() -> None:
    assert (0, 0x03) == (block_check(CHECK * 2), block_check(b"\x01\x02"))
