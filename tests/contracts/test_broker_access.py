"""The shipped Mosquitto configuration fences each gateway: what counts is what is delivered, not acknowledged."""

import asyncio
import shutil
import socket
import ssl
import subprocess
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import aiomqtt
import pytest

from deploy.bench.free_port import free_port
from tests.programs import need_program, needs_program

DEPLOY = Path(__file__).parents[2] / "deploy" / "broker"
USERS = ("cloud", "gw-a", "gw-b")
pytestmark = [
    pytest.mark.processes,
    needs_program("mosquitto"),
    needs_program("openssl"),
]


@dataclass(frozen=True)
class Broker:
    outside: int
    inside: int
    ca: Path

    def client(self, user: str, *, port: int = 0, identifier: str = "", password: str = "") -> aiomqtt.Client:
        return aiomqtt.Client(
            "localhost",
            port or (self.inside if user == "cloud" else self.outside),
            username=user,
            password=password or f"password of {user}",
            identifier=identifier or user,
            protocol=aiomqtt.ProtocolVersion.V5,
            tls_context=ssl.create_default_context(cafile=str(self.ca)),
            timeout=5,
        )


def make_certificates(folder: Path) -> None:
    new = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2"]
    names = ["-addext", "subjectAltName=DNS:localhost"]
    files = ["-keyout", str(folder / "server.key"), "-out", str(folder / "server.crt")]
    subprocess.run([*new, *files, "-subj", "/CN=localhost", *names], check=True, capture_output=True)
    shutil.copy(folder / "server.crt", folder / "ca.crt")


@pytest.fixture(scope="module")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Broker]:
    folder = tmp_path_factory.mktemp("broker")
    make_certificates(folder)
    shutil.copy(DEPLOY / "access.acl", folder)
    for user in USERS:
        flags = ["-b"] if (folder / "passwords").exists() else ["-b", "-c"]
        subprocess.run(["mosquitto_passwd", *flags, str(folder / "passwords"), user, f"password of {user}"], check=True)
    ports = free_port(), free_port()
    text = (DEPLOY / "mosquitto.conf").read_text()
    text = text.replace("/etc/mosquitto/energy", str(folder)).replace("/var/lib/mosquitto/", f"{folder}/")
    text = text.replace("listener 8883", f"listener {ports[0]}").replace("listener 8884", f"listener {ports[1]}")
    (folder / "mosquitto.conf").write_text(f"user root\n{text}")
    log = (folder / "log").open("wb")
    process = subprocess.Popen(
        [need_program("mosquitto"), "-c", str(folder / "mosquitto.conf")], stdout=log, stderr=log
    )
    wait_for(ports[1], process, folder / "log")
    yield Broker(*ports, folder / "ca.crt")
    process.terminate()
    process.wait()
    log.close()


def wait_for(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    for _ in range(100):
        assert process.poll() is None, log.read_text()
        with suppress(OSError), socket.create_connection(("localhost", port), timeout=1):
            return
        time.sleep(0.05)
    pytest.fail(f"the broker did not start: {log.read_text()}")


async def delivered(client: aiomqtt.Client, wait_s: float = 0.5) -> list[str]:
    topics: list[str] = []
    with suppress(TimeoutError):
        async with asyncio.timeout(wait_s):
            async for message in client.messages:
                topics.append(str(message.topic))
    return topics


def test_a_gateway_speaks_below_its_own_name_only(broker: Broker) -> None:
    async def story() -> list[str]:
        async with broker.client("cloud") as cloud, broker.client("gw-a") as gateway:
            await cloud.subscribe("$share/ingest/ebs/1/+/up/#", qos=1)
            for topic in ("ebs/1/gw-b/up/live", "ebs/1/gw-a/up/live", "ebs/1/gw-b/down/receipt", "ebs/1/x/up/live"):
                with suppress(aiomqtt.MqttError):
                    await gateway.publish(topic, b"x", qos=1)
            return await delivered(cloud)

    assert ["ebs/1/gw-a/up/live"] == asyncio.run(story())


@pytest.mark.parametrize("pattern", ["#", "ebs/1/gw-b/down/#", "ebs/1/+/down/#", "$share/x/ebs/1/gw-b/down/#", "ebs/#"])
def test_a_gateway_hears_nothing_that_is_for_another(broker: Broker, pattern: str) -> None:
    async def story() -> list[str]:
        async with broker.client("cloud") as cloud, broker.client("gw-a") as gateway:
            with suppress(aiomqtt.MqttError):
                await gateway.subscribe(pattern, qos=1)
            await cloud.publish("ebs/1/gw-b/down/receipt", b"secret", qos=1, retain=True)
            await cloud.publish("ebs/1/gw-a/down/receipt", b"own", qos=1)
            return await delivered(gateway)

    assert "ebs/1/gw-b/down/receipt" not in asyncio.run(story())


def test_a_gateway_hears_its_own_receipts(broker: Broker) -> None:
    async def story() -> list[str]:
        async with broker.client("cloud") as cloud, broker.client("gw-a") as gateway:
            await gateway.subscribe("ebs/1/gw-a/down/#", qos=1)
            await cloud.publish("ebs/1/gw-a/down/receipt", b"own", qos=1)
            return await delivered(gateway)

    assert ["ebs/1/gw-a/down/receipt"] == asyncio.run(story())


def test_another_client_id_throws_nobody_off(broker: Broker) -> None:
    async def story() -> list[str]:
        async with broker.client("gw-b") as other:
            await other.subscribe("ebs/1/gw-b/down/#", qos=1)
            async with broker.client("gw-a", identifier="gw-b"), broker.client("cloud") as cloud:
                await cloud.publish("ebs/1/gw-b/down/receipt", b"still there", qos=1)
                return await delivered(other)

    assert "ebs/1/gw-b/down/receipt" in asyncio.run(story())


def test_a_wrong_password_is_refused(broker: Broker) -> None:
    async def story() -> None:
        async with broker.client("gw-a", password="guessed"):
            pass

    with pytest.raises(aiomqtt.MqttError):
        asyncio.run(story())
