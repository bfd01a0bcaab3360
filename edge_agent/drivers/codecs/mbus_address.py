"""M-Bus addresses as people write them: a primary address (0 to 250) or a secondary one (eight digits of the label).

A secondary address may go on with maker, version and medium: `12345678.KAM.01.04`; F in a digit and FF in a byte
stand for any.
"""

import re
from dataclasses import dataclass

from common.errors import InputError

SECONDARY = re.compile(r"([0-9A-F]{8})(?:\.([A-Z]{3}|\*)(?:\.([0-9A-F]{2})(?:\.([0-9A-F]{2}))?)?)?")
PRIMARY_MAX = 250


@dataclass(frozen=True, slots=True)
class Secondary:
    """What selects a meter on the bus."""

    digits: str
    manufacturer: int = 0xFFFF
    version: int = 0xFF
    medium: int = 0xFF

    @property
    def mask(self) -> bytes:
        """The eight bytes of a selection."""
        number = bytes.fromhex(self.digits)[::-1]
        return number + self.manufacturer.to_bytes(2, "little") + bytes((self.version, self.medium))

    def fits(self, serial: str) -> bool:
        """Whether a telegram's identification (without leading zeros) is one of those selected."""
        return all(want in ("F", got) for want, got in zip(self.digits, serial.rjust(8, "0"), strict=True))

    def __str__(self) -> str:
        return self.digits


def parse_address(text: str) -> int | Secondary:
    """The primary address or selection that a text names."""
    if text.isdecimal() and len(text) <= 3 and int(text) <= PRIMARY_MAX:
        return int(text)
    match = SECONDARY.fullmatch(text.upper())
    if not match:
        raise InputError(
            f"{text!r} is not an M-Bus address",
            hint="0 to 250, or the eight digits of the meter's label, as 12345678 or 12345678.KAM.01.04",
        )
    digits, maker, version, medium = match.groups()
    return Secondary(
        digits,
        manufacturer_number(maker) if maker and maker != "*" else 0xFFFF,
        int(version, 16) if version else 0xFF,
        int(medium, 16) if medium else 0xFF,
    )


def manufacturer_number(letters: str) -> int:
    """The two bytes of a maker's three letters."""
    first, second, third = (ord(letter) - 64 for letter in letters)
    return (first << 10) | (second << 5) | third
