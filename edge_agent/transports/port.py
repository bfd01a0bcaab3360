"""Where the bytes come from, as one value: a serial port, a TCP connection, a listening socket, a modem, a folder.

Written as text: `tcp://10.0.0.5:502`, `serial:///dev/ttyUSB0?baud=9600&format=8N1`, `listen://0.0.0.0:5020/IMEI`,
`modem:///dev/ttyS1?dial=+491701234567`, `folder:///var/spool/meters`.
"""

import re
from dataclasses import dataclass
from urllib.parse import parse_qs, unquote, urlsplit

from common.errors import InputError

FORMAT = re.compile(r"([78])([NEO])([12])")
SCHEMES = ("tcp", "serial", "listen", "modem", "folder")


@dataclass(frozen=True, slots=True)
class Port:
    """One place bytes come from.

    `session` is the registration id of a device that dials in, `heartbeat` the bytes (hexadecimal) it sends to be
    known as alive, `dial` the number a modem calls.
    """

    scheme: str
    host: str = ""
    port: int = 0
    device: str = ""
    baud: int = 9600
    data_bits: int = 8
    parity: str = "N"
    stop_bits: int = 1
    session: str = ""
    heartbeat: str = ""
    dial: str = ""

    @classmethod
    def parse(cls, text: str) -> "Port":
        """A port from its text; says what is wrong with it."""
        parts = urlsplit(text)
        hint = "for example tcp://10.0.0.5:502 or serial:///dev/ttyUSB0?baud=9600&format=8N1"
        if parts.scheme not in SCHEMES:
            raise InputError(f"{text!r} is not a port", hint=hint)
        try:
            query = {key: values[-1] for key, values in parse_qs(parts.query, strict_parsing=bool(parts.query)).items()}
            shape = FORMAT.fullmatch(query.pop("format", "8N1").upper())
            baud, dial = int(query.pop("baud", "9600")), query.pop("dial", "")
            heartbeat = bytes.fromhex(query.pop("heartbeat", "")).hex()
            number = parts.port or 0
        except ValueError as error:
            raise InputError(f"{text!r} is not a port: {error}", hint=hint) from error
        if shape is None or query or baud <= 0:
            raise InputError(
                f"{text!r} is not a port", hint="a serial format is data bits, parity, stop bits: 8N1, 8E1"
            )
        path = unquote(parts.path)
        is_network = parts.scheme in ("tcp", "listen")
        if is_network and not (parts.hostname and number):
            raise InputError(f"{text!r} names no host and port", hint=hint)
        if not is_network and path in ("", "/"):
            raise InputError(f"{text!r} names no device", hint=hint)
        return cls(
            scheme=parts.scheme,
            host=parts.hostname or "",
            port=number,
            device="" if is_network else path,
            baud=baud,
            data_bits=int(shape[1]),
            parity=shape[2],
            stop_bits=int(shape[3]),
            heartbeat=heartbeat,
            session=path.lstrip("/") if parts.scheme == "listen" else "",
            dial=dial.replace(" ", "+", 1) if dial.startswith(" ") else dial,  # a + in a query is a blank
        )

    @property
    def name(self) -> str:
        """How errors and lists call it."""
        return self.device or f"{self.host}:{self.port}" + (f"/{self.session}" if self.session else "")

    @property
    def byte_s(self) -> float:
        """Seconds one byte takes on the wire; 0 where the network is the wire."""
        bits = 1 + self.data_bits + (self.parity != "N") + self.stop_bits
        return bits / self.baud if self.device else 0.0
