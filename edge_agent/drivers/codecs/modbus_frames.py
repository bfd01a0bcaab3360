"""The three Modbus framings: how a request looks, and the one answer in a stream of bytes that belongs to it.

pymodbus builds the frames of serial lines and their checksums. Finding the answer is ours: only unit, function and
exact length together make an answer, whatever noise, echo or late frame stands before it.
"""

import re
import struct
from typing import Protocol

from pymodbus.framer import FramerAscii, FramerRTU
from pymodbus.pdu import DecodePDU

from edge_agent.drivers.interface import BadAnswer, MeterRefused

EXCEPTIONS = {
    1: ("the meter does not know this function", "is the profile's read function right (3 or 4)?"),
    2: ("the meter has no register at this address", "is it the right profile? `energy-edge identify` says which fit"),
    3: ("the meter refuses this number of registers", "lower words_max in the profile"),
    4: ("the meter reports a failure", "read again; if it stays, look at the meter's display"),
    5: ("the meter acknowledges but has not finished", "ask again later"),
    6: ("the meter is busy", "ask again later"),
    10: ("the serial gateway has no path to this unit", "check the gateway's unit table"),
    11: ("the serial gateway got no answer from this unit", "is the meter powered, its address and wiring right?"),
}
BUSY = (5, 6)
GATEWAY_SILENT = (10, 11)
MBAP = struct.Struct(">HHHB")
HEAD = struct.Struct(">HHHBBB")  # of a good answer: MBAP, function, bytes that follow
HEX_PAIRS = re.compile(rb"(?:[0-9A-Fa-f]{2})+")


class ModbusRefused(MeterRefused):
    """A Modbus exception; `number` is its code."""

    def __init__(self, number: int, *, path: str = "") -> None:
        sentence, hint = EXCEPTIONS.get(
            number, (f"the meter answers with exception {number}", "see the meter's manual")
        )
        super().__init__(sentence, path=path, hint=hint)
        self.number = number


class Framing(Protocol):
    """Bytes of one kind of Modbus."""

    counts: bool  # True where frames carry a number of their own, so that late answers are known by it

    def request(self, pdu: bytes, unit: int, number: int) -> bytes:
        """The frame to send."""
        ...

    def answer(self, buffer: bytes, *, unit: int, number: int, function: int, count: int) -> bytes | None:
        """The registers' bytes of the matching answer, None to wait for more; ModbusRefused, BadAnswer."""
        ...


class TcpFraming:
    """Modbus TCP: each frame says its length and number."""

    counts = True

    def request(self, pdu: bytes, unit: int, number: int) -> bytes:
        """The frame to send."""
        return MBAP.pack(number, 0, len(pdu) + 1, unit) + pdu

    def answer(self, buffer: bytes, *, unit: int, number: int, function: int, count: int) -> bytes | None:
        """Skips whole frames that answer earlier requests."""
        if len(buffer) == 9 + 2 * count and buffer[:9] == HEAD.pack(
            number, 0, 3 + 2 * count, unit, function, 2 * count & 0xFF
        ):  # nearly always
            return buffer[9:]
        at = 0
        while len(buffer) - at >= 9:
            tid, protocol, length, from_unit = MBAP.unpack_from(buffer, at)
            if protocol != 0 or not 3 <= length <= 254:
                raise BadAnswer("the bytes are not Modbus TCP", hint="is it an RTU-over-TCP converter? use framing rtu")
            if len(buffer) - at < 6 + length:
                return None
            pdu = buffer[at + 7 : at + 6 + length]
            if tid == number:
                if from_unit != unit:
                    raise BadAnswer(f"unit {from_unit} answers for unit {unit}")
                return _registers(pdu, function, count)
            at += 6 + length
        return None


class RtuFraming:
    """Modbus RTU on a serial line or through a transparent converter: nothing but a CRC ties an answer to a request."""

    counts = False

    def __init__(self) -> None:
        self.framer = FramerRTU(DecodePDU(False))

    def request(self, pdu: bytes, unit: int, number: int) -> bytes:
        """The frame to send."""
        return self.framer.encode(pdu, unit, number)

    def answer(self, buffer: bytes, *, unit: int, number: int, function: int, count: int) -> bytes | None:  # noqa: ARG002 - RTU has no number
        """The first place where unit, function, length and CRC are all right."""
        size = 5 + 2 * count
        at = buffer.find(unit)
        while 0 <= at <= len(buffer) - 5:
            code = buffer[at + 1]
            if code == function and buffer[at + 2] == 2 * count and self._is_sound(buffer[at : at + size], size):
                return buffer[at + 3 : at + 3 + 2 * count]
            if code == function | 0x80 and self._is_sound(buffer[at : at + 5], 5):
                raise ModbusRefused(buffer[at + 2])
            at = buffer.find(unit, at + 1)
        return None

    def _is_sound(self, frame: bytes, size: int) -> bool:
        return len(frame) == size and FramerRTU.check_CRC(frame[:-2], int.from_bytes(frame[-2:], "big"))


class AsciiFraming:
    """Modbus ASCII: a line of hexadecimal digits per frame."""

    counts = False

    def __init__(self) -> None:
        self.framer = FramerAscii(DecodePDU(False))

    def request(self, pdu: bytes, unit: int, number: int) -> bytes:
        """The frame to send."""
        return self.framer.encode(pdu, unit, number)

    def answer(self, buffer: bytes, *, unit: int, number: int, function: int, count: int) -> bytes | None:  # noqa: ARG002 - ASCII has no number
        """The first whole line with the right unit, function, length and LRC."""
        for line in buffer.split(b"\r\n")[:-1]:
            _, colon, digits = line.rpartition(b":")
            if not colon or not HEX_PAIRS.fullmatch(digits):
                continue
            frame = bytes.fromhex(digits.decode("ascii"))
            if len(frame) < 4 or sum(frame) & 0xFF or frame[0] != unit:
                continue
            if frame[1] == function | 0x80 and len(frame) == 4:
                raise ModbusRefused(frame[2])
            if frame[1] == function and frame[2] == 2 * count and len(frame) == 4 + 2 * count:
                return frame[3:-1]
        return None


def _registers(pdu: bytes, function: int, count: int) -> bytes:
    """The registers' bytes of a PDU that is surely the answer."""
    if len(pdu) == 2 and pdu[0] == function | 0x80:
        raise ModbusRefused(pdu[1])
    if len(pdu) != 2 + 2 * count or pdu[0] != function or pdu[1] != 2 * count:
        raise BadAnswer("the answer does not fit the request: other function or length")
    return pdu[2:]


FRAMINGS: dict[str, type[Framing]] = {"tcp": TcpFraming, "rtu": RtuFraming, "ascii": AsciiFraming}
