"""An M-Bus telegram (EN 13757-3): header and records from the bytes of one frame; pure.

Reads variable (CI 72, 76, 78, 7A) and fixed (CI 73, 77) structure. What a meter refuses (CI 70) and what is damaged is
a DecodeError with the reason; nothing of such a frame is used.
"""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from common.errors import DecodeError
from edge_agent.drivers.codecs.mbus_fixed import decode_fixed
from edge_agent.drivers.codecs.mbus_frame import parse_frame
from edge_agent.drivers.codecs.mbus_record import MBusRecord, more_follows, records
from edge_agent.drivers.values import decimal_text

MEDIA = {
    0x00: "Other",
    0x01: "Oil",
    0x02: "Electricity",
    0x03: "Gas",
    0x04: "Heat: Outlet",
    0x05: "Steam",
    0x06: "Warm water (30-90°C)",
    0x07: "Water",
    0x08: "Heat Cost Allocator",
    0x09: "Compressed Air",
    0x0A: "Cooling load meter: Outlet",
    0x0B: "Cooling load meter: Inlet",
    0x0C: "Heat: Inlet",
    0x0D: "Heat / Cooling load meter",
    0x0E: "Bus/System",
    0x0F: "Unknown Medium",
    0x10: "Irrigation Water",
    0x11: "Water Logger",
    0x12: "Gas Logger",
    0x13: "Gas Converter",
    0x14: "Calorific value",
    0x15: "Hot water (>90°C)",
    0x16: "Cold water",
    0x17: "Dual water",
    0x18: "Pressure",
    0x19: "A/D Converter",
    0x1A: "Smoke detector",
    0x1B: "Room sensor",
    0x1C: "Gas detector",
    0x20: "Breaker: Electricity",
    0x21: "Valve: Gas or Water",
    0x25: "Customer Unit: Display",
    0x28: "Waste Water",
    0x29: "Garbage",
    0x31: "Communication controller",
    0x36: "Radio converter (system side)",
    0x37: "Radio converter (meter side)",
}
APPLICATION_ERRORS = {
    0: ("unspecified error", "read again"),
    1: ("it does not know this CI field", "the meter does not support this request"),
    2: ("the buffer is too long and was cut", "ask for less"),
    3: ("too many records", "ask for less"),
    4: ("a record ends too early", "read again"),
    5: ("a record has more than 10 DIFEs", "the meter does not support this request"),
    6: ("a record has more than 10 VIFEs", "the meter does not support this request"),
    7: ("reserved error 7", "read again"),
    8: ("the application is too busy to answer", "ask again later"),
    9: ("too many readouts", "ask less often: some meters limit readouts per day to spare their battery"),
}
ENCRYPTED_MODES = (2, 3, 4, 5, 7, 8, 9, 10, 13)
FILLERS = b"\x2f\x2f"  # a body that starts so is plain, or was decrypted with the right key
STATUS_BITS = {0x04: "power low", 0x08: "permanent error", 0x10: "temporary error"}
STATUS_APPLICATION = {1: "application busy", 2: "application error"}


class ApplicationError(DecodeError):
    """The meter answers that it cannot (CI 70)."""

    code = "application_error"


@dataclass(frozen=True, slots=True)
class Telegram:
    """Who sent it and what it says. `status` is the status byte; fields a header lacks are empty or None."""

    id: str
    manufacturer: str
    version: int | None
    medium: str
    access_number: int | None
    status: int | None
    signature: str
    records: tuple[MBusRecord, ...]
    address: int | None = None
    fixed: bool = False

    @property
    def more_follows(self) -> bool:
        """Whether the meter has further telegrams for this readout."""
        return more_follows(self.records)

    @property
    def status_texts(self) -> list[str]:
        """What the status byte means."""
        if self.status is None or self.fixed:
            return []
        texts = [text for bit, text in STATUS_BITS.items() if self.status & bit]
        application = STATUS_APPLICATION.get(self.status & 3)
        return [*texts, application] if application else texts

    def as_json(self) -> dict[str, Any]:
        """`{"header": …, "records": […]}` with exact decimals as strings."""
        return {"header": self._header(), "records": [record_json(record) for record in self.records]}

    def _header(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "manufacturer": self.manufacturer,
            "version": self.version,
            "medium": self.medium,
            "access_number": self.access_number,
            "status": None if self.status is None else f"{self.status:02X}",
            "status_texts": self.status_texts,
            "signature": self.signature,
            "address": self.address,
            "more_follows": self.more_follows,
        }


def record_json(record: MBusRecord) -> dict[str, Any]:
    """One record for machines."""
    fields = {
        "function": record.function,
        "storage": record.storage,
        "tariff": record.tariff,
        "subunit": record.subunit,
        "quantity": record.quantity,
        "unit": record.unit,
        "value": decimal_text(record.value) if isinstance(record.value, Decimal) else record.value,
        "valid": record.valid,
        "qualifiers": list(record.qualifiers),
        "raw": record.raw.hex(),
    }
    if record.time_point:
        fields["time_point"] = record.time_point
    return fields


def decode(data: bytes) -> Telegram:
    """The telegram in the bytes of one long frame; DecodeError with the reason if there is none."""
    frame = parse_frame(data)
    return decode_application(frame.ci, frame.data, address=frame.address)


def decode_application(ci: int, data: bytes, *, address: int | None = None) -> Telegram:
    """The telegram behind a CI field, from wire or radio."""
    if ci in (0x72, 0x76):
        return _variable(data, address, msb_first=ci == 0x76)
    if ci in (0x73, 0x77):
        return _fixed(data, address, msb_first=ci == 0x77)
    if ci == 0x7A:
        return _short_header(data, address)
    if ci == 0x78:
        body = tuple(records(data))
        return Telegram("", "", None, "", None, None, "", body, address)
    if ci == 0x70:
        raise _application_error(data)
    if ci == 0x71:
        raise ApplicationError(f"the meter sends an alarm, status {data.hex() or 'unknown'}", hint="look at the meter")
    raise DecodeError(
        f"CI field {ci:02x} is not a readout of a meter", hint="72 and 73 are; others are requests or other protocols"
    )


def manufacturer_code(number: int) -> str:
    """Three letters from the two bytes of a manufacturer id."""
    letters = ((number >> 10) & 31, (number >> 5) & 31, number & 31)
    return "".join(chr(64 + letter) for letter in letters)


def _variable(data: bytes, address: int | None, *, msb_first: bool) -> Telegram:
    if len(data) < 12:
        raise DecodeError("the frame ends inside its header", hint="the frame is damaged or was cut: read again")
    number, maker = (data[:4], data[4:6]) if not msb_first else (data[3::-1], data[5:3:-1])
    return Telegram(
        id=_serial(number),
        manufacturer=manufacturer_code(int.from_bytes(maker, "little")),
        version=data[6],
        medium=MEDIA.get(data[7], f"Reserved ({data[7]:02x})"),
        access_number=data[8],
        status=data[9],
        signature=f"{int.from_bytes(data[10:12], 'little'):04X}",
        records=_body(data[12:], data[10:12], msb_first=msb_first),
        address=address,
    )


def _short_header(data: bytes, address: int | None) -> Telegram:
    if len(data) < 4:
        raise DecodeError("the frame ends inside its header", hint="the frame is damaged or was cut: read again")
    signature = f"{int.from_bytes(data[2:4], 'little'):04X}"
    return Telegram("", "", None, "", data[0], data[1], signature, _body(data[4:], data[2:4], msb_first=False), address)


def _body(data: bytes, signature: bytes, *, msb_first: bool) -> tuple[MBusRecord, ...]:
    """Records, if they are not encrypted. Meters from before encryption put anything into the signature."""
    mode = signature[1] & 0x1F
    if mode in ENCRYPTED_MODES and data[:2] != FILLERS:
        raise DecodeError(
            f"the telegram is encrypted (mode {mode})",
            code="encrypted",
            hint="energy-edge decode wmbus --key KEY reads those of radio meters",
        )
    return tuple(records(data, msb_first=msb_first))


def _serial(number: bytes) -> str:
    """The eight digits on the label, without leading zeros as readers print them."""
    digits = number[::-1].hex().upper()
    return digits.lstrip("0") or "0"


def _fixed(data: bytes, address: int | None, *, msb_first: bool) -> Telegram:
    content = decode_fixed(data, msb_first=msb_first)
    return Telegram(
        id=_serial(content.number),
        manufacturer="",
        version=None,
        medium=content.medium,
        access_number=content.access_number,
        status=content.status,
        signature="",
        records=content.counters,
        address=address,
        fixed=True,
    )


def _application_error(data: bytes) -> ApplicationError:
    number = data[0] if data else 0
    sentence, hint = APPLICATION_ERRORS.get(number, (f"error {number}", "see the meter's manual"))
    return ApplicationError(f"the meter refuses: {sentence}", hint=hint)
