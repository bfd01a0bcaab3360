"""MQTT against a real broker, HTTP against a plain socket."""

import asyncio
import contextlib
import socket
import subprocess
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from common.errors import InputError
from common.profile import find
from deploy.bench.free_port import free_port
from edge_agent.drivers.interface import LineDown, MeterSilent
from edge_agent.drivers.iot_http import HttpDriver
from edge_agent.drivers.iot_mqtt import MqttDriver
from edge_agent.transports.port import Port
from tests.programs import need_program

TOKEN = "0123456789abcdef0123"
BODY = '{"time":"2026-01-01T12:00:00Z","energy_kwh":"12345.678"}'


@contextlib.asynccontextmanager
async def broker(folder: Path) -> AsyncIterator[Port]:
    """A Mosquitto of this test's own."""
    program = need_program("mosquitto")
    number = free_port()
    config = folder / "mosquitto.conf"
    config.write_text(f"listener {number} 127.0.0.1\nallow_anonymous true\nlog_type none\n")
    with subprocess.Popen([program, "-c", str(config)]) as process:  # noqa: ASYNC220 - a moment at the start
        for _ in range(200):
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", number), 0.1):
                break
            await asyncio.sleep(0.02)
        try:
            yield Port.parse(f"tcp://127.0.0.1:{number}")
        finally:
            process.kill()


async def publish(port: Port, topic: str, payload: str) -> None:
    import aiomqtt

    async with aiomqtt.Client(port.host, port.port) as client:
        await client.publish(topic, payload, qos=1)


def mqtt(folder: Path, work: Callable[[MqttDriver, Port], Awaitable[Any]]) -> Any:
    async def inside() -> Any:
        async with broker(folder) as port, MqttDriver(port, timeout_s=3.0) as driver:
            return await work(driver, port)

    return asyncio.run(inside())


async def read(driver: MqttDriver, address: str, profile: str, *names: str) -> dict[str, int]:
    return {value.register: value.value for value in await driver.read(address, find(profile), names)}


async def read_soon(
    driver: MqttDriver, address: str, profile: str, port: Port, *messages: tuple[str, str]
) -> dict[str, int]:
    """Subscribe, publish, read."""
    await driver.identify(address, find(profile))
    for topic, payload in messages:
        await publish(port, topic, payload)
    await asyncio.sleep(0.2)
    return await read(driver, address, profile)


@pytest.mark.parametrize(
    ("profile", "address", "messages", "energy"),
    [
        (
            "shelly_pro_3em",
            "shellypro3em-1",
            [("shellypro3em-1/status/emdata:0", '{"total_act":1500.5,"total_act_ret":2}')],
            1500 + 0,
        ),
        (
            "tasmota_energy",
            "plug",
            [("tele/plug/SENSOR", '{"ENERGY":{"Total":12.5,"Power":3,"Voltage":230,"Current":0}}')],
            12500,
        ),
        (
            "chirpstack_pulse",
            "0102030405060708",
            [("application/7/device/0102030405060708/event/up", '{"object":{"volume_m3":3.25}}')],
            3250,
        ),
    ],
)
def test_a_device_is_read_from_what_it_publishes(
    tmp_path: Path, profile: str, address: str, messages: list[tuple[str, str]], energy: int
) -> None:
    found = mqtt(tmp_path, lambda driver, port: read_soon(driver, address, profile, port, *messages))

    register = "volume_total" if profile == "chirpstack_pulse" else "energy_import_total"
    assert energy == found[register]


def test_values_are_given_again_until_they_are_committed(tmp_path: Path) -> None:
    async def work(driver: MqttDriver, port: Port) -> list[object]:
        message = ("tele/plug/SENSOR", '{"ENERGY":{"Total":1}}')
        first = await read_soon(driver, "plug", "tasmota_energy", port, message)
        again = await read(driver, "plug", "tasmota_energy")
        await driver.committed("plug")
        driver.wait_s = 0
        with pytest.raises(MeterSilent, match="no new message"):
            await read(driver, "plug", "tasmota_energy")
        return [first, again]

    assert [{"energy_import_total": 1000}] * 2 == mqtt(tmp_path, work)


def test_messages_of_other_devices_and_texts_are_not_taken(tmp_path: Path) -> None:
    async def work(driver: MqttDriver, port: Port) -> dict[str, int]:
        return await read_soon(
            driver,
            "plug",
            "tasmota_energy",
            port,
            ("tele/plug/SENSOR", '{"ENERGY":{"Total":7}}'),
            ("tele/other/SENSOR", '{"ENERGY":{"Total":9}}'),
            ("tele/plug/LWT", "Online"),
        )

    assert {"energy_import_total": 7000} == mqtt(tmp_path, work)


@pytest.mark.parametrize("address", ["", "#", "a/b", "+"])
def test_an_address_that_would_widen_a_topic_is_refused(tmp_path: Path, address: str) -> None:
    with pytest.raises(InputError):
        mqtt(tmp_path, lambda driver, _: read(driver, address, "tasmota_energy"))


def test_a_broker_that_is_not_there_is_a_line_down() -> None:
    async def inside() -> None:
        async with MqttDriver(Port.parse(f"tcp://127.0.0.1:{free_port()}")):
            pass

    with pytest.raises(LineDown, match="no connection"):
        asyncio.run(inside())


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
