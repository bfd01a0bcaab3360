"""A driver without a wire: any profile, any address, values of a simulated house. For demos, first runs and tests."""

import asyncio
import time
from collections.abc import Callable, Sequence
from typing import Self

from common.profile import MeterProfile
from common.reading import as_decimal, thousandths
from edge_agent.drivers.interface import MeterSilent, RegisterValue, register_names
from edge_agent.drivers.simulation.house import House
from edge_agent.transports.port import Port


class SimulatedDriver:
    """Answers at once, or never for the addresses in `silent`."""

    def __init__(
        self,
        port: Port | None = None,
        *,
        seed: int = 1,
        silent: Sequence[str] = (),
        latency_s: float = 0.0,
        timeout_s: float = 1.0,
        retries: int = 0,  # noqa: ARG002 - every driver takes it
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.port = port
        self.seed = seed
        self.silent = set(silent)
        self.latency_s = latency_s
        self.timeout_s = timeout_s
        self.clock = clock

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *exc: object) -> None:
        return None

    async def read(self, address: str, profile: MeterProfile, registers: Sequence[str] = ()) -> list[RegisterValue]:
        """Values of the house at this address, now."""
        names = register_names(profile, registers)
        await self._answer(address)
        now = self.clock()
        house = House(self.seed, _number(address))
        values = []
        for name in names:
            value = thousandths(house.register(name, now), name)
            register = profile.registers[name]
            values.append(
                RegisterValue(
                    register=name,
                    unit=register.unit.value,
                    kind=register.kind.value,
                    value=value,
                    at_ms=int(now * 1000),
                    raw=str(as_decimal(value)).encode(),
                    profile_id=profile.id,
                    profile_hash=profile.hash,
                )
            )
        return values

    async def identify(self, address: str, profile: MeterProfile) -> str:  # noqa: ARG002 - any profile fits
        """A serial number made from seed and address."""
        await self._answer(address)
        return f"{self.seed:03d}{_number(address):05d}"

    async def _answer(self, address: str) -> None:
        if address in self.silent:
            await asyncio.sleep(self.timeout_s)
            raise MeterSilent(f"no answer within {self.timeout_s:g} s", path=f"simulated {address}")
        if self.latency_s:
            await asyncio.sleep(self.latency_s)


def _number(address: str) -> int:
    return int(address) if address.isdecimal() else sum(address.encode())
