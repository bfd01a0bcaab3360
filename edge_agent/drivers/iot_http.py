"""Devices that push JSON over HTTP: `POST /push/DEVICE` with `Authorization: Bearer TOKEN` to this gateway."""

import asyncio
import contextlib
import hmac
import time
from collections.abc import Callable, Sequence
from typing import Self

from common.errors import DecodeError, InputError
from common.profile import MeterProfile
from edge_agent.drivers.codecs.json_values import PAYLOAD_MAX, Message, parse
from edge_agent.drivers.interface import LineDown, RegisterValue
from edge_agent.drivers.pushed_messages import PushedMessages
from edge_agent.transports.port import Port

REQUEST_S = 10.0
HEADERS_MAX = 8192
PREFIX = "/push/"
ANSWERS = {
    204: "No Content",
    400: "Bad Request",
    401: "Unauthorized",
    404: "Not Found",
    405: "Method Not Allowed",
    413: "Content Too Large",
}


class HttpDriver:
    """One listening port for all devices that push to it; the address of a device is its name in the path."""

    def __init__(
        self,
        port: Port,
        *,
        token: str = "",
        timeout_s: float = 0.0,  # noqa: ARG002 - every driver takes it; devices push when they like
        retries: int = 0,  # noqa: ARG002 - every driver takes it
        clock: Callable[[], float] = time.time,
    ) -> None:
        if len(token) < 16:
            raise InputError(
                "HTTP push needs a token of at least 16 characters", path="token", hint="openssl rand -hex 16"
            )
        self.port = port
        self.token = token
        self.clock = clock
        self.pushed = PushedMessages()
        self.server: asyncio.Server | None = None

    async def __aenter__(self) -> Self:
        try:
            self.server = await asyncio.start_server(self._serve, self.port.host, self.port.port, limit=HEADERS_MAX)
        except OSError as error:
            raise LineDown(f"cannot listen: {error.strerror or error}", path=self.port.name) from error
        return self

    async def __aexit__(self, *exc: object) -> None:
        if self.server is not None:
            self.server.close()
            self.server = None

    async def read(self, address: str, profile: MeterProfile, registers: Sequence[str] = ()) -> list[RegisterValue]:
        """What the device has pushed since the last commit."""
        return self.pushed.values(address, profile, registers, self.port.name)

    async def committed(self, address: str) -> None:
        """Forget what was handed over."""
        self.pushed.committed(address)

    async def identify(self, address: str, profile: MeterProfile) -> str:  # noqa: ARG002 - any profile fits
        """The device's name; it is known by it."""
        return address

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            async with asyncio.timeout(REQUEST_S):
                status = await self._request(reader)
        except (TimeoutError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, ValueError):
            status = 400
        except ConnectionError:
            status = 0
        with contextlib.suppress(ConnectionError):
            if status:
                head = f"HTTP/1.1 {status} {ANSWERS[status]}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
                writer.write(head.encode("ascii"))
                await writer.drain()
        writer.close()

    async def _request(self, reader: asyncio.StreamReader) -> int:
        """Read one request and keep its message; the status to answer."""
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        lines = head.split("\r\n")
        method, path, *_ = [*lines[0].split(" "), "", ""]
        headers = {
            name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in lines[1:])
        }
        given = headers.get("authorization", "").removeprefix("Bearer ")
        if not hmac.compare_digest(given.encode(), self.token.encode()):
            return 401
        device = path.partition("?")[0].removeprefix(PREFIX)
        if not path.startswith(PREFIX) or not device or "/" in device:
            return 404
        if method not in ("POST", "PUT"):
            return 405
        length = int(headers.get("content-length", "-1"))
        if not 0 <= length <= PAYLOAD_MAX:
            return 413
        try:
            body = parse(await reader.readexactly(length))
        except DecodeError:
            return 400
        self.pushed.put(device, Message("", body, int(self.clock() * 1000)))
        return 204
