"""CRC-16 checksums of meter protocols."""


def crc16(data: bytes) -> int:
    """CRC-16/X-25, low byte first as it is sent."""
    crc = 0xFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = (crc >> 1) ^ 0x8408 if crc & 1 else crc >> 1
    crc ^= 0xFFFF
    return ((crc & 0xFF) << 8) | (crc >> 8)


def crc16_kermit(data: bytes) -> int:
    """The CRC that some Holley meters use instead."""
    crc = 0
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = (crc >> 1) ^ 0x8408 if crc & 1 else crc >> 1
    return ((crc & 0xFF) << 8) | (crc >> 8)
