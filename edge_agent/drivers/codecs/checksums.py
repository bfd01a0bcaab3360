"""Checksums of meter protocols; pure. Names as in the catalogue of parametrised CRC algorithms (reveng)."""

EN_13757 = 0x3D65


def _reflected(data: bytes, start: int, polynomial: int) -> int:
    """The register of a CRC-16 that shifts to the right."""
    crc = start
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = (crc >> 1) ^ polynomial if crc & 1 else crc >> 1
    return crc


def _low_byte_first(crc: int) -> int:
    return ((crc & 0xFF) << 8) | (crc >> 8)


def crc16_x25(data: bytes) -> int:
    """CRC-16/X-25 of HDLC (ISO/IEC 13239) and SML, low byte first as it is sent."""
    return _low_byte_first(_reflected(data, 0xFFFF, 0x8408) ^ 0xFFFF)


def crc16_kermit(data: bytes) -> int:
    """CRC-16/KERMIT, which some Holley meters use instead, low byte first as it is sent."""
    return _low_byte_first(_reflected(data, 0, 0x8408))


def crc16_arc(data: bytes) -> int:
    """CRC-16/ARC, as DSMR 4 and 5 write it behind a P1 telegram."""
    return _reflected(data, 0, 0xA001)


def crc16_en13757(data: bytes) -> int:
    """The CRC of wireless M-Bus blocks (EN 13757-4), high byte first as it is sent."""
    crc = 0
    for byte in data:
        crc ^= byte << 8
        for _ in range(8):
            crc = (crc << 1 ^ EN_13757 if crc & 0x8000 else crc << 1) & 0xFFFF
    return crc ^ 0xFFFF


def block_check(data: bytes) -> int:
    """Block check character of IEC 62056-21: all bytes combined by exclusive or."""
    check = 0
    for byte in data:
        check ^= byte
    return check
