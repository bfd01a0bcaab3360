"""Real processes for tests of the agent: a broker, a cloud twin that listens to it, the agent itself."""

import asyncio
import contextlib
import functools
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import aiomqtt

from common.message import subscription
from deploy.bench.free_port import free_port
from tests.edge_agent.cloud_twin import CloudTwin


def in_loop(test: Callable[..., Coroutine[object, object, None]]) -> Callable[..., None]:
    """Run an async test in a loop of its own."""

    @functools.wraps(test)
    def run(*args: object, **kwargs: object) -> None:
        asyncio.run(test(*args, **kwargs))

    return run


ROOT = Path(__file__).parents[2]
BROKER = """\
id = 0
[router]
id = 0
max_connections = 1000
max_outgoing_packet_count = 200
max_segment_size = 104857600
max_segment_count = 10
[v5.1]
name = "v5"
listen = "{host}:{port}"
next_connection_delay_ms = 1
[v5.1.connections]
connection_timeout_ms = 60000
max_payload_size = 1048576
max_inflight_count = 100
dynamic_filters = true
[console]
listen = "127.0.0.1:{console}"
"""
SITE = """\
[gateway]
id = "{gateway}"
data = "{data}"
[uplink]
broker = "mqtt://{host}:{broker}"
allow_plain = true
[polling]
interval_s = {interval_s}
[[bus]]
name = "one"
protocol = "{protocol}"
port = "{port}"
timeout_s = {timeout_s}
"""
METER = """
[[bus.meter]]
id = "meter-{number}"
profile = "eastron_sdm630"
address = "{number}"
registers = {registers}
"""


class BrokerProcess:
    """An MQTT 5 broker that can be killed and started again on its port."""

    def __init__(self, folder: Path, host: str = "127.0.0.1") -> None:
        self.port = free_port()
        self.config = folder / "broker.toml"
        self.config.write_text(BROKER.format(host=host, port=self.port, console=free_port()))
        self.process: subprocess.Popen[bytes] | None = None
        self.start()

    def start(self) -> None:
        run = f"from iotcore import Broker; Broker(config_path={str(self.config)!r}).run_forever()"
        self.process = subprocess.Popen([sys.executable, "-c", run], stdin=subprocess.PIPE, stderr=subprocess.DEVNULL)
        wait_until(lambda: _listens(self.port), "the broker listens")

    def kill(self) -> None:
        if self.process:
            self.process.kill()
            self.process.wait()
            if self.process.stdin:
                self.process.stdin.close()
            self.process = None


@contextmanager
def broker(folder: Path, host: str = "127.0.0.1") -> Iterator[BrokerProcess]:
    process = BrokerProcess(folder, host)
    try:
        yield process
    finally:
        process.kill()


def _listens(port: int) -> bool:
    import socket

    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 0.2):
        return True
    return False


def wait_until(true: Callable[[], object], expectation: str, timeout_s: float = 20.0) -> None:
    deadline = time.monotonic() + timeout_s
    while not true():
        assert time.monotonic() < deadline, f"not within {timeout_s} s: {expectation}"
        time.sleep(0.02)


async def until(true: Callable[[], object], expectation: str, timeout_s: float = 20.0) -> None:
    deadline = time.monotonic() + timeout_s
    while not true():
        assert time.monotonic() < deadline, f"not within {timeout_s} s: {expectation}"
        await asyncio.sleep(0.02)


@asynccontextmanager
async def listening(cloud: CloudTwin, port: int) -> AsyncIterator[None]:
    """The twin answers what comes over the broker, and comes back when the broker does."""

    async def serve() -> None:
        while True:
            with contextlib.suppress(aiomqtt.MqttError):
                async with aiomqtt.Client("127.0.0.1", port, protocol=aiomqtt.ProtocolVersion.V5) as client:
                    await client.subscribe(subscription("up"), qos=1)
                    async for message in client.messages:
                        cloud.now_ms = int(time.time() * 1000)
                        for topic, answer in cloud.take(str(message.topic), bytes(message.payload)):
                            await client.publish(topic, answer, qos=1)
            await asyncio.sleep(0.1)

    task = asyncio.create_task(serve())
    try:
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


def write_site(
    folder: Path,
    *,
    broker_port: int,
    meters: int = 2,
    interval_s: int = 1,
    protocol: str = "simulated",
    port: str = "",
    gateway: str = "gw-test",
    host: str = "127.0.0.1",
    registers: tuple[str, ...] = ("energy_import_total", "energy_export_total"),
    timeout_s: float = 0.5,
) -> Path:
    names = "[" + ", ".join(f'"{name}"' for name in registers) + "]"
    text = SITE.format(
        gateway=gateway,
        data=folder / "data",
        host=host,
        broker=broker_port,
        interval_s=interval_s,
        protocol=protocol,
        port=port,
        timeout_s=timeout_s,
    )
    text += "".join(METER.format(number=number, registers=names) for number in range(1, meters + 1))
    path = folder / "site.toml"
    path.write_text(text)
    return path


class AgentProcess:
    """`energy-edge run` as a process of its own."""

    def __init__(
        self, site: Path, *, prefix: Sequence[str] = (), module: Sequence[str] = ("edge_agent",), **environment: str
    ) -> None:
        self.site = site
        self.module = module
        self.prefix = prefix
        self.environment = environment
        self.process: subprocess.Popen[bytes]
        self.log = site.parent / "agent.log"
        self.start()

    def start(self) -> None:
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [*self.prefix, sys.executable, "-m", *self.module, "run", "--config", str(self.site)],
                cwd=ROOT,
                stderr=log,
                stdout=log,
                env={**os.environ, **self.environment},
            )

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()

    def stop(self, timeout_s: float = 10.0) -> int:
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout_s)

    def rss_mib(self) -> float:
        for line in Path(f"/proc/{self.process.pid}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) / 1024
        return 0.0


@contextmanager
def agent(
    site: Path, *, prefix: Sequence[str] = (), module: Sequence[str] = ("edge_agent",), **environment: str
) -> Iterator[AgentProcess]:
    process = AgentProcess(site, prefix=prefix, module=module, **environment)
    try:
        yield process
    finally:
        if process.process.poll() is None:
            process.kill()
