"""Every decoder with a sound telegram, and what must hold whatever bytes it is given.

hypothesis asks a little in every run of the suite (`test_fuzz.py`), atheris searches by itself at night (`fuzz.py`).
"""

import contextlib
import tempfile
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from common.errors import DecodeError
from common.profile import find
from edge_agent.drivers import csv_drop
from edge_agent.drivers.codecs import dlms_apdu, dlms_framing, json_values, mbus_match, obis
from edge_agent.drivers.codecs.checksums import block_check, crc16_arc, crc16_en13757
from edge_agent.drivers.codecs.iec62056_readout import STX, decode_p1, decode_readout, without_parity
from edge_agent.drivers.codecs.mbus_frame import long_frame
from edge_agent.drivers.codecs.mbus_record import records
from edge_agent.drivers.codecs.mbus_telegram import Telegram, decode, decode_application
from edge_agent.drivers.codecs.modbus_frames import FRAMINGS
from edge_agent.drivers.codecs.obis import Readout
from edge_agent.drivers.codecs.sml import decode_sml
from edge_agent.drivers.codecs.sms_pdu import decode_deliver
from edge_agent.drivers.codecs.sms_text import values_in_text
from edge_agent.drivers.codecs.wmbus_telegram import decode_wireless
from edge_agent.drivers.commissioning.decode_recorded import decode_answer
from edge_agent.drivers.interface import BadAnswer, MeterRefused, RegisterValue
from edge_agent.drivers.modbus_words import words_to_bytes
from edge_agent.drivers.values import as_values
from tests.edge_agent.drivers.codecs.test_sms_pdu import HELLO
from tests.edge_agent.drivers.codecs.test_wmbus_telegram import KEY_5, KEY_7, MODE_5_CRC, MODE_7, PLAIN
from tests.edge_agent.drivers.dlms_twin import ACCEPTED
from tests.edge_agent.drivers.sml_builder import entry, telegram, unsigned

LIMIT_S = 1.0
UNIT, NUMBER, FUNCTION, COUNT = 17, 42, 3, 2
CLIENT, SERVER = b"\x21", b"\x03"
NOW_MS = 1_800_000_000_000

P1_BODY = b"/KFM5KAIFA\r\n\r\n0-0:96.1.1(4B38)\r\n1-0:1.8.1(001581.123*kWh)\r\n0-1:24.2.1(1612W)(00981.4*m3)\r\n!"
LINES = b"0.0.0(12345678)\r\n1.8.0(012345.67*kWh)\r\n!\r\n\x03"
MBUS_BODY = bytes.fromhex(
    "7856341224400107550000000313153100DA023B13018B60043718020DFD0B05314842465702FC034852257411D4"
)
SML_ENTRY = entry(bytes.fromhex("0100010800ff"), unsigned(224624136, 8), 30, -1)
JSON = b'{"time": "2026-01-01T12:00:00Z", "energy_kwh": "12345.678", "power_w": 250}'
CSV = b"meter,time,kwh\nA1,2026-01-01T00:00:00Z,100.5\n"
PUSHED, SENT, DROPPED = find("json_push"), find("kamstrup_gsm7i"), find("csv_handheld")
CSV_FOLDER = tempfile.TemporaryDirectory()
CSV_FILE = Path(CSV_FOLDER.name) / "dropped.csv"
SMS = b"32432 kWh, 343 W, 2452 Hours, Meter No.: 12345678"


def nothing(_data: bytes) -> Iterable[int]:
    """No byte is covered by a checksum."""
    return ()


def everything(data: bytes) -> Iterable[int]:
    """Every byte is."""
    return range(len(data))


@dataclass(frozen=True, slots=True)
class Decoder:
    """`run` takes a telegram; `seal` makes one with right lengths and checksums around any content.

    `checked` are the places of a telegram where its own checks find every flipped bit.
    """

    run: Callable[[bytes], Any]
    content: bytes
    seal: Callable[[bytes], bytes] = bytes
    checked: Callable[[bytes], Iterable[int]] = nothing

    @property
    def good(self) -> bytes:
        """The sound telegram."""
        return self.seal(self.content)


# from a telegram to values, as the drivers go


def obis_values(profile_id: str, decoder: Callable[[bytes], Readout]) -> Callable[[bytes], object]:
    profile = find(profile_id)
    names = list(profile.registers)

    def run(data: bytes) -> object:
        readout = decoder(data)
        readout.as_json()
        return readout, as_values(profile, names, obis.values_by_register(profile, readout.values, names), NOW_MS)

    return run


def mbus_values(decoder: Callable[[bytes], Telegram]) -> Callable[[bytes], object]:
    profile = find("elvaco_cma10")
    names = list(profile.registers)

    def run(data: bytes) -> object:
        telegram = decoder(data)
        telegram.as_json()
        mbus_match.mismatch(profile, telegram)
        return telegram, as_values(
            profile, names, mbus_match.values_by_register(profile, telegram.records, names), NOW_MS
        )

    return run


def json_values_of(data: bytes) -> list[RegisterValue]:
    message = json_values.Message("", json_values.parse(data), NOW_MS)
    values = json_values.values_by_register(PUSHED, [message], list(PUSHED.registers))
    exact = {name: value.exact for name, value in values.items()}
    return as_values(PUSHED, list(exact), exact, max([NOW_MS, *(value.at_ms for value in values.values())]))


def sms_values(data: bytes) -> list[RegisterValue]:
    names = list(SENT.registers)
    return as_values(SENT, names, values_in_text(SENT, data.decode("latin-1"), names), NOW_MS)


def csv_rows(data: bytes) -> object:
    CSV_FILE.write_bytes(data)
    return csv_drop.rows_by_meter(CSV_FILE, DROPPED)


def line_answer(framing: str) -> Callable[[bytes], bytes | None]:
    def run(data: bytes) -> bytes | None:
        return FRAMINGS[framing]().answer(data, unit=UNIT, number=NUMBER, function=FUNCTION, count=COUNT)

    return run


# telegrams around any content


def with_modbus_crc(content: bytes) -> bytes:
    return FRAMINGS["rtu"]().request(content[1:], content[0], 0) if content else b""


def as_modbus(framing: str) -> Callable[[bytes], bytes]:
    """The two registers that were asked for, whatever is in them."""

    def seal(content: bytes) -> bytes:
        pdu = bytes((FUNCTION, 2 * COUNT)) + content[: 2 * COUNT].ljust(2 * COUNT, b"\0")
        return FRAMINGS[framing]().request(pdu, UNIT, NUMBER)

    return seal


def with_wireless_crcs(content: bytes) -> bytes:
    """Format A around everything behind the length byte."""
    frame = bytes((min(255, len(content)),)) + content[:255]
    blocks = [frame[:10], *(frame[at : at + 16] for at in range(10, len(frame), 16))]
    return b"".join(block + crc16_en13757(block).to_bytes(2, "big") for block in blocks)


def with_p1_crc(content: bytes) -> bytes:
    return content + f"{crc16_arc(content):04X}\r\n".encode()


def with_bcc(content: bytes) -> bytes:
    return b"/LGZ5ZMD\r\n\x02" + content + bytes([block_check(content)])


def as_block(apdu: bytes) -> bytes:
    return dlms_framing.wrap(apdu, int.from_bytes(SERVER), int.from_bytes(CLIENT))


# where checks reach


def behind_stx(data: bytes) -> Iterable[int]:
    """The check character covers what stands between STX and itself; without STX nothing is covered."""
    start = without_parity(data).find(STX)
    return range(start, len(data)) if start >= 0 else ()


def with_crc_only(data: bytes) -> Iterable[int]:
    """A radio telegram as long as its first byte says carries no checksums."""
    return range(len(data)) if len(data) != data[0] + 1 else ()


def one_frame(length: int) -> Callable[[bytes], Iterable[int]]:
    """A line is searched for its answer: only where there is one frame and nothing else every byte matters."""
    return lambda data: range(length) if len(data) == length else ()


def one_hdlc_frame(data: bytes) -> Iterable[int]:
    """The same, as long as the frame says, and with no other whole frame as its content."""
    if dlms_framing.FLAG in data[1:-1]:
        return ()
    return one_frame((int.from_bytes(data[1:3], "big") & 0x7FF) + 2)(data)


def of_rtu(data: bytes) -> Iterable[int]:
    """Modbus TCP has no checksum."""
    return range(len(data)) if decode_answer(data)["header"]["framing"] == "rtu" else ()


SML = Decoder(obis_values("sml_electricity", decode_sml), SML_ENTRY, telegram, everything)
RTU = bytes.fromhex("010404449A5000")
ASSOCIATION = "c401c1000600000007"
DECODERS: dict[str, Decoder] = {
    "mbus": Decoder(
        mbus_values(decode), b"\x72" + MBUS_BODY, lambda body: long_frame(8, 1, *_ci(body)), checked=everything
    ),
    "mbus_application": Decoder(
        mbus_values(lambda data: decode_application(data[0] if data else 0, data[1:])), b"\x72" + MBUS_BODY
    ),
    "mbus_fixed": Decoder(
        mbus_values(lambda data: decode_application(0x73, data)), bytes.fromhex("78563412 0A00E97E 39300000 D2040000")
    ),
    "mbus_records": Decoder(lambda data: list(records(data)), MBUS_BODY[12:]),
    "wmbus": Decoder(
        mbus_values(lambda data: decode_wireless(data, KEY_5)),
        bytes.fromhex(PLAIN)[1:],
        with_wireless_crcs,
        with_crc_only,
    ),
    "wmbus_mode_5": Decoder(lambda data: decode_wireless(data, KEY_5), bytes.fromhex(MODE_5_CRC)),
    "wmbus_mode_7": Decoder(lambda data: decode_wireless(data, KEY_7), bytes.fromhex(MODE_7)),
    "sml": SML,
    "p1": Decoder(obis_values("dsmr_p1", decode_p1), P1_BODY, with_p1_crc, everything),
    "p1_without_crc": Decoder(obis_values("dsmr_p1", lambda data: decode_p1(data, crc=False)), P1_BODY + b"\r\n"),
    "iec62056": Decoder(obis_values("iec62056_electricity", decode_readout), LINES, with_bcc, behind_stx),
    "modbus": Decoder(decode_answer, RTU, with_modbus_crc, of_rtu),
    "modbus_rtu_line": Decoder(line_answer("rtu"), words_to_bytes((0x449A, 0x5000)), as_modbus("rtu"), one_frame(9)),
    "modbus_ascii_line": Decoder(
        line_answer("ascii"), words_to_bytes((0x449A, 0x5000)), as_modbus("ascii"), one_frame(19)
    ),
    "modbus_tcp_line": Decoder(line_answer("tcp"), words_to_bytes((0x449A, 0x5000)), as_modbus("tcp")),
    "sms_pdu": Decoder(decode_deliver, HELLO),
    "sms_text": Decoder(sms_values, SMS),
    "dlms_data": Decoder(dlms_apdu.decode, bytes.fromhex("0103 020306000000070901ff1101 0f80 0a03414243")),
    "dlms_answer": Decoder(lambda data: dlms_apdu.get_response(data).data, bytes.fromhex(ASSOCIATION)),
    "dlms_association": Decoder(dlms_apdu.association_result, ACCEPTED),
    "dlms_wrapper": Decoder(
        lambda data: dlms_framing.unwrap(data, int.from_bytes(CLIENT), int.from_bytes(SERVER))[0],
        bytes.fromhex(ASSOCIATION),
        as_block,
    ),
    "dlms_hdlc": Decoder(
        lambda data: dlms_framing.cut(data, CLIENT, SERVER)[0],
        bytes.fromhex(ASSOCIATION),
        lambda info: dlms_framing.build(CLIENT, SERVER, 0x30, info[:1000]),
        one_hdlc_frame,
    ),
    "json": Decoder(json_values_of, JSON),
    "csv": Decoder(csv_rows, CSV),
}


def _ci(body: bytes) -> tuple[int, bytes]:
    return (body[0] if body else 0x72), body[1:250]


# what must hold


def outcome(decoder: Decoder, data: bytes) -> Any:
    """What the decoder makes of these bytes, None if it refuses; anything but its own errors is a crash."""
    started = time.process_time()
    decoded = None
    with contextlib.suppress(DecodeError, MeterRefused, BadAnswer):
        decoded = decoder.run(data)
    took_s = time.process_time() - started
    assert took_s < LIMIT_S, f"{len(data)} bytes took {took_s:.1f} s"
    return decoded


def refuses_damage(decoder: Decoder, data: bytes, at: int, bit: int) -> None:
    """A sound telegram with one flipped bit is refused, or says the same (a letter of a checksum in the other case)."""
    decoded = outcome(decoder, data)
    places = list(decoder.checked(data)) if decoded is not None else []
    if not places:
        return
    damaged = bytearray(data)
    damaged[places[at % len(places)]] ^= 1 << bit % 8
    anyway = outcome(decoder, bytes(damaged))
    assert anyway in (None, decoded), f"accepted with a flipped bit: {bytes(damaged).hex(' ')}"
