"""AES-128 (FIPS 197) with CBC, CTR and CMAC (NIST SP 800-38A and B), for telegrams that radio meters encrypt; pure.

A few hundred bytes a day are decrypted on a gateway: not worth a library of many megabytes there. Checked against the
standards' own examples. Not meant for keeping secrets of ours: the time it takes depends on the data.
"""

BLOCK = 16


def _boxes() -> tuple[bytes, bytes]:
    """The substitution table and its inverse, from their definition."""
    power, log = [0] * 255, [0] * 256
    value = 1
    for index in range(255):
        power[index], log[value] = value, index
        value ^= _double(value)
    box = bytearray(256)
    for byte in range(256):
        inverse = power[(255 - log[byte]) % 255] if byte else 0
        mixed = 0x63
        for shift in range(5):
            mixed ^= ((inverse << shift) | (inverse >> (8 - shift))) & 0xFF
        box[byte] = mixed
    back = bytearray(256)
    for index, byte in enumerate(box):
        back[byte] = index
    return bytes(box), bytes(back)


def _double(value: int) -> int:
    """Times x in GF(2^8)."""
    return ((value << 1) ^ (0x1B if value & 0x80 else 0)) & 0xFF


SBOX, INVERSE = _boxes()


def _times(value: int, factor: int) -> int:
    product = 0
    while factor:
        if factor & 1:
            product ^= value
        value, factor = _double(value), factor >> 1
    return product


def _mixing(*factors: int) -> tuple[bytes, ...]:
    return tuple(bytes(_times(value, factor) for value in range(256)) for factor in factors)


MIX = _mixing(2, 3, 1, 1)
UNMIX = _mixing(14, 11, 13, 9)


class Aes128:
    """One key."""

    def __init__(self, key: bytes) -> None:
        if len(key) != BLOCK:
            raise ValueError("an AES-128 key has 16 bytes")
        round_words = [key[at : at + 4] for at in range(0, BLOCK, 4)]
        constant = 1
        for index in range(4, 44):
            word = round_words[index - 1]
            if index % 4 == 0:
                word = bytes(SBOX[byte] for byte in word[1:] + word[:1])
                word = bytes((word[0] ^ constant,)) + word[1:]
                constant = _double(constant)
            round_words.append(_xor(round_words[index - 4], word))
        self.keys = [b"".join(round_words[at : at + 4]) for at in range(0, 44, 4)]

    def encrypt(self, block: bytes) -> bytes:
        """One block."""
        state = _xor(block, self.keys[0])
        for number in range(1, 11):
            state = bytes(SBOX[state[(index + 4 * (index % 4)) % BLOCK]] for index in range(BLOCK))
            if number < 10:
                state = _mixed(state, MIX)
            state = _xor(state, self.keys[number])
        return state

    def decrypt(self, block: bytes) -> bytes:
        """One block back."""
        state = block
        for number in range(10, 0, -1):
            state = _xor(state, self.keys[number])
            if number < 10:
                state = _mixed(state, UNMIX)
            state = bytes(INVERSE[state[(index - 4 * (index % 4)) % BLOCK]] for index in range(BLOCK))
        return _xor(state, self.keys[0])

    def cbc_decrypt(self, data: bytes, start: bytes) -> bytes:
        """Whole blocks, chained."""
        plain_text = b""
        for at in range(0, len(data), BLOCK):
            block = data[at : at + BLOCK]
            plain_text += _xor(self.decrypt(block), start)
            start = block
        return plain_text

    def ctr(self, data: bytes, start: bytes) -> bytes:
        """Any number of bytes, either way; the counter is the last two bytes of `start` upwards."""
        counter = int.from_bytes(start, "big")
        output = b""
        for at in range(0, len(data), BLOCK):
            stream = self.encrypt((counter & ((1 << 128) - 1)).to_bytes(BLOCK, "big"))
            output += _xor(data[at : at + BLOCK], stream)
            counter += 1
        return output

    def cmac(self, data: bytes) -> bytes:
        """Message authentication code."""
        first = _shifted(self.encrypt(bytes(BLOCK)))
        whole = bool(data) and len(data) % BLOCK == 0
        if not whole:
            first = _shifted(first)
            data += b"\x80" + bytes(-(len(data) + 1) % BLOCK)
        state = bytes(BLOCK)
        for at in range(0, len(data) - BLOCK, BLOCK):
            state = self.encrypt(_xor(state, data[at : at + BLOCK]))
        return self.encrypt(_xor(_xor(state, data[-BLOCK:]), first))


def _xor(left: bytes, right: bytes) -> bytes:
    return bytes(first ^ second for first, second in zip(left, right, strict=False))


def _mixed(state: bytes, tables: tuple[bytes, ...]) -> bytes:
    """The columns multiplied by the matrix whose first row the tables are."""
    return bytes(
        tables[0][state[at]]
        ^ tables[1][state[at - at % 4 + (at + 1) % 4]]
        ^ tables[2][state[at - at % 4 + (at + 2) % 4]]
        ^ tables[3][state[at - at % 4 + (at + 3) % 4]]
        for at in range(BLOCK)
    )


def _shifted(block: bytes) -> bytes:
    """Times x in GF(2^128), for the CMAC subkeys."""
    number = int.from_bytes(block, "big") << 1
    if number >> 128:
        number ^= 0x87
    return (number & ((1 << 128) - 1)).to_bytes(BLOCK, "big")
