"""Simulated meters that run beside a command."""

import asyncio
import sys
from collections.abc import Callable, Coroutine
from typing import Any

from edge_agent.drivers.simulation.meter import simulated_line


async def energy_edge(*arguments: str) -> tuple[int, str, str]:
    """Exit code, output and errors of one command."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "edge_agent", *arguments, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    output, errors = await asyncio.wait_for(process.communicate(), 60)
    return process.returncode or 0, output.decode(), errors.decode()


def beside(serve: Callable[[], Coroutine[Any, Any, asyncio.Server]], *arguments: str) -> tuple[int, str, str]:
    """Run a command while simulated meters are served; PORT in the arguments is theirs."""

    async def inside() -> tuple[int, str, str]:
        server = await serve()
        try:
            port = f"tcp://127.0.0.1:{server.sockets[0].getsockname()[1]}"
            return await energy_edge(*[port if argument == "PORT" else argument for argument in arguments])
        finally:
            server.close()

    return asyncio.run(inside())


def sdm630() -> Coroutine[Any, Any, asyncio.Server]:
    """Three meters on a Modbus TCP port."""
    return simulated_line(units=3).serve()
