"""M-Bus addresses as people write them."""

import pytest

from common.errors import InputError
from edge_agent.drivers.codecs.mbus_address import Secondary, manufacturer_number, parse_address


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("0", 0),
        ("250", 250),
        ("00000005", Secondary("00000005")),
        ("12345678", Secondary("12345678")),
        ("1234ffff", Secondary("1234FFFF")),
        ("12345678.KAM", Secondary("12345678", 0x2C2D)),
        ("12345678.*.1B.04", Secondary("12345678", 0xFFFF, 0x1B, 0x04)),
    ],
)
def test_three_digits_are_primary_and_eight_are_the_label(text: str, address: int | Secondary) -> None:
    assert address == parse_address(text)


@pytest.mark.parametrize("text", ["", "251", "1234567", "123456789", "12345678.KA", "1234567G", "-1"])
def test_what_is_neither_is_refused(text: str) -> None:
    with pytest.raises(InputError):
        parse_address(text)


def test_a_selection_has_the_number_low_byte_first_then_maker_version_and_medium() -> None:
    assert bytes.fromhex("78563412 2d2c 01 04") == Secondary("12345678", 0x2C2D, 1, 4).mask


@pytest.mark.parametrize(
    ("digits", "serial", "fits"),
    [
        ("12345678", "12345678", True),
        ("1234FFFF", "12345678", True),
        ("00000042", "42", True),
        ("1234FFFF", "2", False),
    ],
)
def test_f_stands_for_any_digit_and_leading_zeros_may_lack(digits: str, serial: str, fits: bool) -> None:
    assert fits is Secondary(digits).fits(serial)


def test_three_letters_take_five_bits_each() -> None:
    assert 11 << 10 | 1 << 5 | 13 == manufacturer_number("KAM")
