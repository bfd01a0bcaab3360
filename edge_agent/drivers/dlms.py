"""DLMS/COSEM meters over the TCP wrapper or HDLC: registers with their own scaler and unit, and the load profile.

The meter says scaler and unit itself; they are read once and a register in a foreign unit is left out. An address is
the logical device, with the physical one behind a slash on HDLC: `1` or `1/17`.
"""

import re
import time
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Self, TypeVar

from common.errors import DecodeError, InputError
from common.profile import MeterProfile
from edge_agent.drivers.codecs import dlms_apdu as codec
from edge_agent.drivers.codecs.cosem_units import UNITS as UNIT_CODES
from edge_agent.drivers.codecs.dlms_framing import server_address
from edge_agent.drivers.codecs.dlms_load_profile import LoadProfileRow, load_profile_row
from edge_agent.drivers.codecs.obis import UNITS, logical_name
from edge_agent.drivers.interface import BadAnswer, LineDown, MeterRefused, MeterSilent, RegisterValue, register_names
from edge_agent.drivers.lines.dlms_line import ApduChannel, HdlcChannel, WrapperChannel
from edge_agent.drivers.lines.opening import ensure_open
from edge_agent.drivers.values import ExactValue, as_values, with_parts
from edge_agent.transports import transport_for
from edge_agent.transports.interface import Transport
from edge_agent.transports.port import Port

DATA, REGISTER, PROFILE_GENERIC = 1, 3, 7  # interface classes (IEC 62056-6-2)
T = TypeVar("T")
BLOCKS_MAX = 10_000
ADDRESS = re.compile(r"(\d{1,5})(?:/(\d{1,5}))?")


class DlmsDriver:
    """One line. `client` and `password` belong to the association the operator was given; `framing`: tcp or hdlc."""

    def __init__(
        self,
        port: Port,
        *,
        framing: str = "",
        client: int = 16,
        password: str | int = "",
        timeout_s: float = 3.0,
        retries: int = 1,
        transport: Transport | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        framing = framing or ("tcp" if port.scheme == "tcp" else "hdlc")
        if framing not in ("tcp", "hdlc"):
            raise InputError(f"{framing!r} is no DLMS framing", hint="tcp or hdlc")
        self.port = port
        self.framing = framing
        self.client = client
        self.password = str(password).encode()  # one of digits only may come as a number
        self.timeout_s = timeout_s
        self.retries = retries
        self.transport = transport or transport_for(port)
        self.clock = clock
        self.scalers: dict[tuple[str, str], tuple[int, str]] = {}

    async def __aenter__(self) -> Self:
        await ensure_open(self.transport, self.port)
        return self

    async def __aexit__(self, *exc: object) -> None:
        await self.transport.close()

    async def read(self, address: str, profile: MeterProfile, registers: Sequence[str] = ()) -> list[RegisterValue]:
        """The named registers in one association."""
        names = register_names(profile, registers)
        needed = [name for name in with_parts(profile, names) if profile.registers[name].obis]

        async def work(channel: ApduChannel) -> dict[str, ExactValue]:
            values = {}
            for name in needed:
                value = await self._register(channel, address, profile, name)
                if value is not None:
                    values[name] = value
            return values

        by_register = await self._associated(address, work)
        return as_values(profile, names, by_register, int(self.clock() * 1000))

    async def identify(self, address: str, profile: MeterProfile) -> str:  # noqa: ARG002 - every meter has it
        """The logical device name."""

        async def work(channel: ApduChannel) -> str:
            value = codec.decode(await self._get(channel, DATA, bytes.fromhex("00002a0000ff"), 2))
            return value.decode("latin-1").strip() if isinstance(value, bytes) else str(value or "")

        return await self._associated(address, work)

    async def load_profile(self, address: str, obis: str, since: datetime, until: datetime) -> list[LoadProfileRow]:
        """Rows of a load profile, oldest first, with the meter's own times and status."""
        code = logical_name(obis)

        async def work(channel: ApduChannel) -> list[LoadProfileRow]:
            columns = codec.decode(await self._get(channel, PROFILE_GENERIC, code, 3))
            rows = codec.decode(await self._get(channel, PROFILE_GENERIC, code, 2, codec.range_selection(since, until)))
            return [load_profile_row(row, columns) for row in rows or []]

        return await self._associated(address, work)

    async def _register(
        self, channel: ApduChannel, address: str, profile: MeterProfile, name: str
    ) -> ExactValue | None:
        """Exact value in the register's unit; None if the meter lacks it or counts in another unit."""
        register = profile.registers[name]
        code = logical_name(register.obis)
        kind = int(profile.options.get("classes", {}).get(name, REGISTER))
        try:
            raw = await self._get(channel, kind, code, 2)
            power, unit = await self._scaler(channel, address, register.obis, kind)
        except codec.AccessRefusedError as error:
            if register.optional:
                return None
            raise MeterRefused(
                error.message, path=f"{self.port.name} {address} {register.obis}", hint=error.hint
            ) from error
        value = codec.decode(raw)
        if isinstance(value, bool) or not isinstance(value, int | Decimal):
            return None
        canonical, factor = UNITS.get(unit.lower(), (unit, Decimal(1)))
        if canonical not in ("", register.unit.value):
            return None
        return ExactValue(Decimal(value).scaleb(power) * factor * register.scale, raw)

    async def _scaler(self, channel: ApduChannel, address: str, obis: str, kind: int) -> tuple[int, str]:
        """Power of ten and unit of a register, asked for once."""
        key = (address, obis)
        if key not in self.scalers:
            pair = codec.decode(await self._get(channel, kind, logical_name(obis), 3))
            if not isinstance(pair, list) or len(pair) != 2 or not all(isinstance(number, int) for number in pair):
                raise DecodeError("scaler and unit have another shape", hint=codec.DAMAGED)
            if not -20 <= pair[0] <= 20:
                raise DecodeError(f"a scaler of {pair[0]} is impossible", hint=codec.DAMAGED)
            self.scalers[key] = pair[0], UNIT_CODES.get(pair[1], "")
        return self.scalers[key]

    async def _get(self, channel: ApduChannel, kind: int, code: bytes, attribute: int, selection: bytes = b"") -> bytes:
        """The data of one attribute, put together from its blocks."""
        response = codec.get_response(await channel.ask(codec.get(kind, code, attribute, selection)))
        data = response.data
        for expected in range(1, BLOCKS_MAX):
            if response.block and response.block != expected:
                raise DecodeError(f"block {response.block} instead of {expected}", hint=codec.DAMAGED)
            if response.last:
                return data
            response = codec.get_response(await channel.ask(codec.get_next(expected)))
            data += response.data
        raise DecodeError("the meter never ends its answer", hint=codec.DAMAGED)

    async def _associated(self, address: str, work: Callable[[ApduChannel], Awaitable[T]]) -> T:
        """Do some work inside an association; tried again after silence and damage."""
        where = f"{self.port.name} {address}"
        for left in range(self.retries, -1, -1):
            channel = self._channel(address)
            try:
                await ensure_open(self.transport, self.port)
                await channel.open()
                codec.check_association(await channel.ask(codec.associate(self.password)))
                outcome = await work(channel)
                await channel.close()
            except codec.AccessRefusedError as error:
                await self.transport.close()
                raise MeterRefused(error.message, path=where, hint=error.hint) from error
            except DecodeError as error:
                await self.transport.close()
                if not left:
                    raise BadAnswer(error.message, path=where, hint=error.hint) from error
            except TimeoutError:
                await self.transport.close()
                if not left:
                    hint = "is it powered, are address, client and port right?"
                    raise MeterSilent(f"no answer within {self.timeout_s:g} s", path=where, hint=hint) from None
            except ConnectionError as error:
                await self.transport.close()
                raise LineDown(f"the line broke: {error}", path=self.port.name) from error
            else:
                return outcome
        raise AssertionError("unreachable")

    def _channel(self, address: str) -> ApduChannel:
        match = ADDRESS.fullmatch(address)
        if not match:
            raise InputError(f"{address!r} is no DLMS address", hint="the logical device, usually 1; on HDLC also 1/17")
        logical, physical = int(match[1]), int(match[2] or 0)
        if self.framing == "tcp":
            return WrapperChannel(self.transport, self.client, logical, self.timeout_s)
        return HdlcChannel(self.transport, self.client, server_address(logical, physical), self.timeout_s)
