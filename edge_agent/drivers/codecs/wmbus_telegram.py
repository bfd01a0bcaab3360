"""Wireless M-Bus telegrams (EN 13757-4, OMS): link layer, decryption with the meter's key, records as wired; pure.

Plain telegrams, security mode 5, mode 7 with its message authentication, and encrypted extended link layers. A telegram
is taken only if every checksum it carries is right and, where it was encrypted, the key proved right.
"""

from dataclasses import dataclass

from common.errors import DecodeError
from edge_agent.drivers.codecs.aes128 import BLOCK, Aes128
from edge_agent.drivers.codecs.checksums import crc16_en13757
from edge_agent.drivers.codecs.mbus_record import records
from edge_agent.drivers.codecs.mbus_telegram import FILLERS, MEDIA, Telegram, manufacturer_code

DAMAGED = "the telegram is damaged: wait for the next"
COMPACT = 0x79
MAC_SIZES = {5: 8, 6: 12, 7: 16}


@dataclass(slots=True)
class _Layers:
    """What the layers around the records say, as they are taken off."""

    maker: bytes
    address: bytes
    key: bytes | None
    counter: bytes = b""
    control: bytes = b""
    mac: bytes = b""
    access: int | None = None
    status: int | None = None


def decode_wireless(data: bytes, key: bytes | None = None) -> Telegram:
    """The telegram in the bytes a receiver gives, from the length byte on, with or without checksums (format A).

    DecodeError with code `encrypted` where a key is needed, `wrong_key` where it does not fit.
    """
    frame = _without_checksums(data)
    if len(frame) < 11:
        raise DecodeError("the telegram ends inside its link layer", hint=DAMAGED)
    layers = _Layers(maker=frame[2:4], address=frame[4:10], key=key)
    return _decode_layers(frame[10:], layers)


def _without_checksums(data: bytes) -> bytes:
    """The frame without the checksums of format A, if it carries them."""
    if not data:
        raise DecodeError("there are no bytes", hint=DAMAGED)
    length = data[0] + 1
    if len(data) == length:
        return data
    blocks = 1 + max(0, -(-(length - 10) // 16))
    if length < 10 or len(data) != length + 2 * blocks:
        raise DecodeError(f"the telegram says {length} bytes but has {len(data)}", hint=DAMAGED)
    frame, at = b"", 0
    for number in range(blocks):
        size = 10 if number == 0 else min(16, length - len(frame))
        block, given = data[at : at + size], data[at + size : at + size + 2]
        if crc16_en13757(block) != int.from_bytes(given, "big"):
            raise DecodeError(f"the checksum of block {number} does not fit", hint=DAMAGED)
        frame, at = frame + block, at + size + 2
    return frame


def _decode_layers(data: bytes, layers: _Layers) -> Telegram:
    """Take off one layer after the other; each names the next."""
    for _ in range(6):
        ci = data[0] if data else -1
        if ci == 0x8C and len(data) > 3:
            data = data[3:]
        elif ci == 0x8D:
            data = _extended(data, layers)
        elif ci == 0x90:
            data = _authentication(data, layers)
        elif ci in (0x72, 0x7A, 0x78):
            return _transport(data, layers)
        elif ci == COMPACT:
            hint = "its long telegrams, sent every few minutes, are read"
            raise DecodeError("a compact telegram, which says nothing without the long one before it", hint=hint)
        else:
            raise DecodeError(f"CI field {ci:02x} is not a readout" if data else "the telegram is empty", hint=DAMAGED)
    raise DecodeError("the telegram has too many layers", hint=DAMAGED)


def _extended(data: bytes, layers: _Layers) -> bytes:
    """Extended link layer II: session number and, if it says so, AES in counter mode."""
    if len(data) < 10:
        raise DecodeError("the telegram ends inside its extended link layer", hint=DAMAGED)
    control, session, body = data[1:2], data[3:7], data[7:]
    if session[3] >> 5 == 1:
        start = layers.maker + layers.address + control + session + bytes(3)
        body = Aes128(_key(layers)).ctr(body, start)
        if crc16_en13757(body[2:]) != int.from_bytes(body[:2], "little"):
            raise _wrong_key()
    elif crc16_en13757(body[2:]) != int.from_bytes(body[:2], "little"):
        raise DecodeError("the checksum of the extended link layer does not fit", hint=DAMAGED)
    return body[2:]


def _authentication(data: bytes, layers: _Layers) -> bytes:
    """Authentication and fragmentation layer: message counter and authentication code."""
    end = 2 + data[1] if len(data) > 3 else 0
    if len(data) <= end or end < 4:
        raise DecodeError("the telegram ends inside its authentication layer", hint=DAMAGED)
    fields, at = int.from_bytes(data[2:4], "little"), 4

    def take(bit: int, size: int) -> bytes:
        nonlocal at
        if not fields & bit:
            return b""
        at += size
        if at > end:
            raise DecodeError("the authentication layer is shorter than its fields", hint=DAMAGED)
        return data[at - size : at]

    layers.control = take(0x2000, 1)
    take(0x0200, 2)
    layers.counter = take(0x0800, 4)
    layers.mac = take(0x0400, MAC_SIZES.get(layers.control[0] & 0x0F, 8) if layers.control else 8)
    if fields & 0x4000:
        raise DecodeError("the telegram is one fragment of several", hint="fragmented telegrams are not put together")
    return data[end:]


def _transport(data: bytes, layers: _Layers) -> Telegram:
    """Header, decryption and records."""
    ci, at = data[0], 1
    number, maker, version, medium = layers.address[:4], layers.maker, layers.address[4], layers.address[5]
    if ci == 0x72:
        if len(data) < 13:
            raise DecodeError("the telegram ends inside its header", hint=DAMAGED)
        number, maker, version, medium = data[1:5], data[5:7], data[7], data[8]
        at = 9
    if ci == 0x78:
        body, signature = data[1:], 0
    else:
        if len(data) < at + 4:
            raise DecodeError("the telegram ends inside its header", hint=DAMAGED)
        layers.access, layers.status = data[at], data[at + 1]
        signature = int.from_bytes(data[at + 2 : at + 4], "little")
        sender = maker + number + bytes((version, medium))
        body = _decrypted(data, at + 4, signature, layers, sender)
    return Telegram(
        id=number[::-1].hex().upper().lstrip("0") or "0",
        manufacturer=manufacturer_code(int.from_bytes(maker, "little")),
        version=version,
        medium=MEDIA.get(medium, f"Reserved ({medium:02x})"),
        access_number=layers.access,
        status=layers.status,
        signature=f"{signature:04X}",
        records=tuple(records(body)),
    )


def _decrypted(data: bytes, at: int, signature: int, layers: _Layers, sender: bytes) -> bytes:
    """The records' bytes, decrypted by the mode the header names."""
    mode, size = signature >> 8 & 0x1F, (signature >> 4 & 0x0F) * BLOCK
    if mode == 0 or data[at : at + 2] == FILLERS:
        return data[at:]
    if mode == 7:
        at += 1  # the configuration field's extension
        key = _session_key(data, layers, sender)
        start = bytes(BLOCK)
    elif mode == 5:
        key, start = _key(layers), sender + bytes((layers.access or 0,)) * 8
    else:
        raise DecodeError(f"security mode {mode} is not supported", code="encrypted", hint="modes 0, 5 and 7 are")
    if len(data) < at + size or not size:
        raise DecodeError("the telegram is shorter than what it says is encrypted", hint=DAMAGED)
    body = Aes128(key).cbc_decrypt(data[at : at + size], start)
    if body[:2] != FILLERS:
        raise _wrong_key()
    return body + data[at + size :]


def _session_key(data: bytes, layers: _Layers, sender: bytes) -> bytes:
    """Mode 7: keys for this telegram from the meter's key, its counter and number; the telegram is authenticated."""
    if not layers.counter or not layers.mac:
        raise DecodeError("a telegram of mode 7 has a counter and an authentication code, this one not", hint=DAMAGED)
    cipher = Aes128(_key(layers))
    seed = layers.counter + sender[2:6] + bytes((7,)) * 7
    code = Aes128(cipher.cmac(b"\x01" + seed)).cmac(layers.control + layers.counter + data)
    if code[: len(layers.mac)] != layers.mac:
        raise _wrong_key()
    return cipher.cmac(b"\x00" + seed)


def _key(layers: _Layers) -> bytes:
    if layers.key is None:
        raise DecodeError("the telegram is encrypted", code="encrypted", hint="give the meter's key with --key")
    return layers.key


def _wrong_key() -> DecodeError:
    return DecodeError(
        "the telegram does not decrypt to what it should", code="wrong_key", hint="wrong key, or a damaged telegram"
    )
