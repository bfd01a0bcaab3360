"""Devices that push over HTTP, through a real socket."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from common.errors import InputError
from common.profile import find
from deploy.bench.free_port import free_port
from edge_agent.drivers.interface import MeterSilent
from edge_agent.drivers.iot_http import HttpDriver
from edge_agent.transports.port import Port

TOKEN = "0123456789abcdef0123"
BODY = '{"time":"2026-01-01T12:00:00Z","energy_kwh":"12345.678"}'


async def post(port: int, *, path: str = "/push/m1", token: str = TOKEN, body: str = BODY, method: str = "POST") -> str:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    head = (
        f"{method} {path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    writer.write((head + body).encode())
    answer = (await reader.read(200)).decode().split("\r\n")[0]
    writer.close()
    return answer


def http(work: Callable[[HttpDriver, int], Awaitable[Any]]) -> Any:
    async def inside() -> Any:
        number = free_port()
        async with HttpDriver(Port.parse(f"listen://127.0.0.1:{number}"), token=TOKEN) as driver:
            return await work(driver, number)

    return asyncio.run(inside())


def test_a_device_that_pushes_over_http_is_read_with_its_own_time() -> None:
    async def work(driver: HttpDriver, port: int) -> tuple[str, int, int, bool]:
        answer = await post(port)
        (value,) = await driver.read("m1", find("json_push"))
        return answer, value.value, value.at_ms, value.meter_time

    assert ("HTTP/1.1 204 No Content", 12345678, 1_767_268_800_000, True) == http(work)


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"token": "wrong"}, "401"),
        ({"path": "/other"}, "404"),
        ({"path": "/push/"}, "404"),
        ({"method": "GET"}, "405"),
        ({"body": "{"}, "400"),
        ({"body": "x" * 70_000}, "413"),
    ],
)
def test_what_is_no_push_is_refused(change: dict[str, Any], status: str) -> None:
    async def work(driver: HttpDriver, port: int) -> str:
        answer = await post(port, **change)
        with pytest.raises(MeterSilent):
            await driver.read("m1", find("json_push"))
        return answer

    assert status in http(work)


def test_a_short_token_is_refused() -> None:
    with pytest.raises(InputError, match="16"):
        HttpDriver(Port.parse("listen://127.0.0.1:1"), token="short")
