"""Wired M-Bus: meters read by primary or secondary address, all telegrams of a readout, by their profile."""

import time
from collections.abc import Callable, Sequence
from typing import Any, Self

from common.errors import DecodeError
from common.profile import MeterProfile
from edge_agent.drivers.codecs.mbus_address import Secondary, parse_address
from edge_agent.drivers.codecs.mbus_frame import SELECTED
from edge_agent.drivers.codecs.mbus_match import mismatch, values_by_register
from edge_agent.drivers.codecs.mbus_telegram import ApplicationError, Telegram, decode
from edge_agent.drivers.interface import BadAnswer, MeterRefused, MeterSilent, RegisterValue, WrongMeter, register_names
from edge_agent.drivers.lines.mbus_line import MBusLine
from edge_agent.drivers.values import as_values, with_parts
from edge_agent.transports.port import Port

TELEGRAMS_MAX = 32  # of one readout; a meter that never ends is stopped


class MBusDriver:
    """One M-Bus line. Takes `timeout_s`, `retries`, `transport`, `clock`."""

    def __init__(self, port: Port, *, clock: Callable[[], float] = time.time, **options: Any) -> None:
        self.line = MBusLine(port, **options)
        self.clock = clock

    async def __aenter__(self) -> Self:
        await self.line.open()
        return self

    async def __aexit__(self, *exc: object) -> None:
        await self.line.close()

    async def read(self, address: str, profile: MeterProfile, registers: Sequence[str] = ()) -> list[RegisterValue]:
        """The named registers from as many telegrams as they need."""
        names = register_names(profile, registers)
        needed = [name for name in with_parts(profile, names) if profile.registers[name].record]
        telegrams = await self.telegrams(address, profile, needed)
        records = [record for telegram in telegrams for record in telegram.records]
        return as_values(profile, names, values_by_register(profile, records, needed), int(self.clock() * 1000))

    async def identify(self, address: str, profile: MeterProfile) -> str:
        """The number on the label, if the telegram is from a meter of the profile."""
        (telegram,) = await self.telegrams(address, profile, limit=1)
        return telegram.id

    async def telegrams(
        self,
        address: str,
        profile: MeterProfile | None = None,
        needed: Sequence[str] = (),
        *,
        limit: int = TELEGRAMS_MAX,
    ) -> list[Telegram]:
        """The telegrams of one readout; stops early when all `needed` registers have come."""
        where = parse_address(address)
        link = await self._address_meter(where)
        telegrams: list[Telegram] = []
        toggle = True
        while len(telegrams) < limit:
            telegram = self._decoded(await self.line.ask(link, toggle=toggle), address)
            self._require_meter(where, telegram, profile, address)
            telegrams.append(telegram)
            toggle = not toggle
            if not telegram.more_follows:
                break
            if profile and needed:
                records = [record for received in telegrams for record in received.records]
                if len(values_by_register(profile, records, needed)) == len(needed):
                    break
        return telegrams

    async def _address_meter(self, where: int | Secondary) -> int:
        """Make the next request ask for the first telegram; the address to ask at."""
        if isinstance(where, int):
            await self.line.reset(where)
            return where
        for attempt in range(self.line.retries + 1):
            if attempt:
                await self.line.deselect()
            if await self.line.select(where):  # which deselects all others
                return SELECTED
        raise MeterSilent(
            "no meter answers to this selection",
            path=f"{self.line.port.name} meter {where}",
            hint="compare the eight digits with the meter's label; `energy-edge scan --secondary` finds meters",
        )

    def _decoded(self, frame: bytes, address: str) -> Telegram:
        path = f"{self.line.port.name} meter {address}"
        try:
            return decode(frame)
        except ApplicationError as error:
            raise MeterRefused(error.message, path=path, hint=error.hint) from error
        except DecodeError as error:
            raise BadAnswer(error.message, path=path, hint=error.hint) from error

    def _require_meter(
        self, where: int | Secondary, telegram: Telegram, profile: MeterProfile | None, address: str
    ) -> None:
        if isinstance(where, Secondary) and not where.fits(telegram.id):
            raise BadAnswer(f"meter {telegram.id} answers for {where}", path=self.line.port.name)
        why = mismatch(profile, telegram) if profile else ""
        if profile and why:
            raise WrongMeter(
                f"the meter at {address} is no {profile.maker} {profile.models[0]}: {why}",
                path=self.line.port.name,
                hint="`energy-edge identify` says which profile fits",
            )
