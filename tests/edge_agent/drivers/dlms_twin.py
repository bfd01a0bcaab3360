"""A DLMS meter of the tests' own, over the wrapper and over HDLC: associations, registers, blocks, segments."""

import asyncio
from dataclasses import dataclass, field

from edge_agent.drivers.codecs.dlms_framing import DISC, LLC_ANSWER, SNRM, UA, WRAPPER, Frame, build, cut, wrap

ACCEPTED = bytes.fromhex("6129a109060760857405080101a203020100a305a103020100be10040e0800065f1f040000501f01f40007")
BLOCK_SIZE = 40
SEGMENT = 30


def refused(diagnostic: int) -> bytes:
    body = bytes.fromhex("a109060760857405080101a203020101a305a1030201") + bytes((diagnostic,))
    return bytes((0x61, len(body))) + body


@dataclass(slots=True)
class DlmsTwin:
    """`objects`: (class, logical name, attribute) -> data. `client`, `server`: wrapper numbers or HDLC addresses."""

    objects: dict[tuple[int, bytes, int], bytes]
    password: bytes = b""
    client: int = 16
    server: int = 1
    hdlc_server: bytes = b"\x03"
    asked: list[bytes] = field(default_factory=list)
    mute: int = 0
    rest: bytes = b""

    def answer(self, apdu: bytes) -> bytes:
        """One APDU for another."""
        self.asked.append(apdu)
        if apdu[0] == 0x60:
            given = apdu.partition(b"\xac")[2]
            password = given[3 : 3 + given[2]] if given else b""
            return ACCEPTED if password == self.password else refused(13 if password else 14)
        if apdu[0] == 0x62:
            return b"\x63\x00"
        if apdu[1] == 1:
            key = (int.from_bytes(apdu[3:5], "big"), apdu[5:11], apdu[11])
            if key not in self.objects:
                return b"\xc4\x01\xc1\x01\x04"
            self.rest = self.objects[key]
            if len(self.rest) <= BLOCK_SIZE:
                return b"\xc4\x01\xc1\x00" + self.rest
            return self._block(1)
        return self._block(int.from_bytes(apdu[3:7], "big") + 1)

    def _block(self, number: int) -> bytes:
        block, self.rest = self.rest[:BLOCK_SIZE], self.rest[BLOCK_SIZE:]
        head = b"\xc4\x02\xc1" + bytes((not self.rest,)) + number.to_bytes(4, "big")
        return head + b"\0" + bytes((len(block),)) + block

    async def wrapper(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Over TCP."""
        while True:
            _, source, target, length = WRAPPER.unpack(await reader.readexactly(WRAPPER.size))
            apdu = await reader.readexactly(length)
            if (source, target) == (self.client, self.server) and not self._is_mute():
                writer.write(wrap(self.answer(apdu), target, source))

    async def hdlc(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Over a serial line or a converter."""
        client = bytes((self.client << 1 | 1,))
        buffer, waiting, sent = b"", b"", 0
        while data := await reader.read(500):
            buffer += data
            while True:
                frame, buffer = cut(buffer, self.hdlc_server, client)
                if frame is None:
                    break
                if self._is_mute():
                    continue
                if frame.control in (SNRM, DISC):
                    sent = 0
                    writer.write(build(client, self.hdlc_server, UA))
                    continue
                if frame.info:
                    waiting = LLC_ANSWER + self.answer(frame.info[3:])
                content, waiting = waiting[:SEGMENT], waiting[SEGMENT:]
                writer.write(
                    segment(
                        client,
                        self.hdlc_server,
                        Frame((sent + 1) << 5 & 0xE0 | 0x10 | sent << 1, content, bool(waiting)),
                    )
                )
                sent = (sent + 1) & 7

    def _is_mute(self) -> bool:
        self.mute -= 1
        return self.mute >= 0


def segment(target: bytes, source: bytes, frame: Frame) -> bytes:
    """A frame that may say that more follows."""
    from edge_agent.drivers.codecs.checksums import crc16_x25

    length = 2 + len(target) + len(source) + 1 + 2 + len(frame.info) + 2
    head = (0xA000 | (0x0800 if frame.segmented else 0) | length).to_bytes(2, "big") + target + source
    head += bytes((frame.control,))
    body = head + crc16_x25(head).to_bytes(2, "big") + frame.info
    return b"\x7e" + body + crc16_x25(body).to_bytes(2, "big") + b"\x7e"
