"""Devices that publish over MQTT, through a real broker."""

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
from edge_agent.drivers.iot_mqtt import MqttDriver
from edge_agent.transports.port import Port
from tests.programs import need_program


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
    values = mqtt(tmp_path, lambda driver, port: read_soon(driver, address, profile, port, *messages))

    register = "volume_total" if profile == "chirpstack_pulse" else "energy_import_total"
    assert energy == values[register]


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
