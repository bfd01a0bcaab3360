"""Devices that dial in (GPRS data units): they connect to us, say who they are, and are polled over that connection.

One listening socket serves all devices of its port. A device is known by its registration packet (IMEI, ICCID or free
bytes); its newest connection wins, heartbeats never reach a driver, and a connection that died unseen is found.
"""

import asyncio
import contextlib
import logging
from collections import OrderedDict
from dataclasses import dataclass, field

from edge_agent.transports.byte_stream import ByteStream, keep_watch
from edge_agent.transports.port import Port

log = logging.getLogger(__name__)
REGISTER_S = 30.0  # a device that has not said who it is by then is sent away
DIAL_IN_S = 10.0  # how long a poll waits for a device that is not there
SILENT_S = 1800.0  # no heartbeat, no answer: the connection is taken for dead
REGISTRATION_MAX = 256
STRANGERS_MAX = 64
SURE_LENGTH = 4  # a heartbeat this long cannot be part of an answer by chance
FREE_TEXT_MIN = 8


@dataclass(slots=True)
class DeviceSession:
    """One device that may dial in."""

    id: str
    heartbeat: bytes = b""
    stream: "DialledIn | None" = None
    arrived: asyncio.Event = field(default_factory=asyncio.Event)
    connections: int = 0
    bytes_in: int = 0


class DialledIn(ByteStream):
    """One incoming connection: first a stranger, then the stream of a session."""

    def __init__(self, listener: "Listener") -> None:
        super().__init__()
        self.listener = listener
        self.session: DeviceSession | None = None
        self.registration = b""
        self.timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Called by asyncio."""
        super().connection_made(transport)
        keep_watch(transport.get_extra_info("socket"))
        self._close_after(REGISTER_S)
        self.listener.arrived(self)

    def data_received(self, data: bytes) -> None:
        """Registration first; then heartbeats are dropped and the rest is the meter's."""
        if self.session is None:
            self.registration = (self.registration + data)[-REGISTRATION_MAX:]
            self.listener.register(self)
        else:
            self.accept(self.session, data)

    def accept(self, session: DeviceSession, data: bytes) -> None:
        """Bytes of a known device."""
        self._close_after(SILENT_S)
        session.bytes_in += len(data)
        data = self._without_heartbeat(data)
        if data:
            super().data_received(data)

    def connection_lost(self, exc: Exception | None) -> None:
        """Called by asyncio."""
        super().connection_lost(exc)
        if self.timer is not None:
            self.timer.cancel()
        self.listener.gone(self)

    def _close_after(self, seconds: float) -> None:
        if self.timer is not None:
            self.timer.cancel()
        self.timer = asyncio.get_running_loop().call_later(seconds, self.close)

    def _without_heartbeat(self, data: bytes) -> bytes:
        """Bytes without heartbeats and repeated registrations. A short heartbeat counts only if it came alone."""
        session = self.session
        for mark in (self.registration.strip(b"\r\n\0"), session.heartbeat if session else b""):
            if mark and data.strip(b"\r\n\0") == mark:
                return b""
            if len(mark) >= SURE_LENGTH:
                data = data.removeprefix(mark).removesuffix(mark)
        return data


class Listener:
    """One listening socket and the sessions that are expected on it."""

    def __init__(self, host: str, port: int) -> None:
        self.host = host
        self.port = port
        self.sessions: dict[str, DeviceSession] = {}
        self.strangers: OrderedDict[int, DialledIn] = OrderedDict()
        self.server: asyncio.Server | None = None

    async def start(self) -> None:
        """Listen; ConnectionError if the port is taken."""
        if self.server is None:
            loop = asyncio.get_running_loop()
            try:
                self.server = await loop.create_server(lambda: DialledIn(self), self.host, self.port)
            except OSError as error:
                raise ConnectionError(f"cannot listen on {self.host}:{self.port}: {error.strerror or error}") from error

    def arrived(self, stream: DialledIn) -> None:
        """Somebody has connected; of too many strangers the oldest is sent away."""
        self.strangers[id(stream)] = stream
        if len(self.strangers) > STRANGERS_MAX:
            _, oldest = self.strangers.popitem(last=False)
            oldest.close()

    def expect(self, session: DeviceSession) -> None:
        """From now on this device is known; it may already be waiting."""
        self.sessions[session.id] = session
        for stream in list(self.strangers.values()):
            self.register(stream)

    def register(self, stream: DialledIn) -> None:
        """Find the session a stranger names; what came behind its registration is the meter's."""
        for session in self.sessions.values():
            rest = _after_registration(stream.registration, session.id)
            if rest is None:
                continue
            stream.registration = stream.registration[: len(stream.registration) - len(rest)]
            self._adopt(stream, session)
            stream.accept(session, rest)
            return
        if len(stream.registration) >= REGISTRATION_MAX:
            log.warning("a device that is not expected dialled in: %s", stream.registration[:40].hex(" "))
            stream.close()

    def _adopt(self, stream: DialledIn, session: DeviceSession) -> None:
        self.strangers.pop(id(stream), None)
        if session.stream is not None:  # the old connection is dead, or will be
            session.stream.close()
        stream.session, session.stream = session, stream
        session.connections += 1
        session.arrived.set()

    def gone(self, stream: DialledIn) -> None:
        """A connection has ended."""
        self.strangers.pop(id(stream), None)
        session = stream.session
        if session is not None and session.stream is stream:
            session.stream = None
            session.arrived.clear()

    def close(self) -> None:
        """Stop listening and drop everybody."""
        if self.server is not None:
            self.server.close()
            self.server = None
        streams = [session.stream for session in self.sessions.values() if session.stream]
        for stream in [*self.strangers.values(), *streams]:
            stream.close()


_listeners: dict[tuple[asyncio.AbstractEventLoop, str, int], Listener] = {}


class ListenTransport:
    """The connection of one device that dials in; opening waits until it has."""

    def __init__(self, port: Port, *, wait_s: float = DIAL_IN_S) -> None:
        self.port = port
        self.wait_s = wait_s
        self.listener: Listener | None = None
        self.session = DeviceSession(port.session, bytes.fromhex(port.heartbeat))

    @property
    def is_open(self) -> bool:
        """True while the device is connected."""
        return self.session.stream is not None and self.session.stream.transport is not None

    @property
    def name(self) -> str:
        """Where it dials in, and its id."""
        return self.port.name

    async def open(self) -> None:
        """Wait for the device; ConnectionError if it has not dialled in. The socket goes on listening."""
        if self.listener is None:
            key = (asyncio.get_running_loop(), self.port.host, self.port.port)
            self.listener = _listeners.setdefault(key, Listener(self.port.host, self.port.port))
            self.listener.expect(self.session)
        await self.listener.start()
        if self.is_open:
            return
        try:
            async with asyncio.timeout(self.wait_s):
                await self.session.arrived.wait()
        except TimeoutError:
            raise ConnectionError(
                f"{self.session.id} has not dialled in to {self.port.host}:{self.port.port}"
            ) from None

    async def close(self) -> None:
        """Drop this connection; the socket goes on listening, so that the device can dial in again at once."""
        if self.session.stream is not None:
            self.session.stream.close()
            self.session.stream = None
            self.session.arrived.clear()

    def write(self, data: bytes) -> None:
        """Send bytes."""
        if self.session.stream is None:
            raise ConnectionResetError(f"{self.session.id} is not connected")
        self.session.stream.write(data)

    async def receive(self, timeout_s: float) -> bytes:
        """At least one byte."""
        if self.session.stream is None:
            raise ConnectionResetError(f"{self.session.id} is not connected")
        return await self.session.stream.receive(timeout_s)


def stop_listening() -> None:
    """Close all listening sockets of this process and drop all devices."""
    for listener in _listeners.values():
        listener.close()
    _listeners.clear()


def _after_registration(registration: bytes, session_id: str) -> bytes | None:
    """What came behind a registration that names this id; None if it does not."""
    for mark in _spellings(session_id):
        at = registration.find(mark)
        if at < 0 or (len(mark) < FREE_TEXT_MIN and registration[:at].strip()):
            continue
        rest = registration[at + len(mark) :]
        return rest.lstrip(b"\r\n\0")
    return None


def _spellings(session_id: str) -> list[bytes]:
    """An id as text, and as bytes if it is hexadecimal."""
    spellings = [session_id.encode()]
    with contextlib.suppress(ValueError):
        spellings.append(bytes.fromhex(session_id))
    return [spelling for spelling in spellings if spelling]
