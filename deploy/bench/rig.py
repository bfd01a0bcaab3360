"""The cloud's real processes for benches and chaos tests: PostgreSQL, broker, subscribers, killed at will."""

import json
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import psutil
import psycopg

from cloud_service.local import broker, postgres
from cloud_service.local.supervisor import python_module
from cloud_service.store.database.upgrade import upgrade
from deploy.bench.free_port import free_port

STOP_TIMEOUT_S = 15.0


class Rig:
    """Everything lies below one folder. As a context manager it stops all at the end."""

    def __init__(self, folder: Path, *, environment: Mapping[str, str] | None = None) -> None:
        self.folder = folder
        self.port = free_port()
        self.processes: dict[str, subprocess.Popen[bytes]] = {}
        self.extra = dict(environment or {})
        folder.mkdir(parents=True, exist_ok=True)
        self._broker_config = folder / "broker.toml"
        broker.write_config(self._broker_config, port=self.port, console_port=free_port(), users={})

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for name in reversed(list(self.processes)):
            self.terminate(name)

    @property
    def data(self) -> Path:
        """PostgreSQL's folder."""
        return self.folder / "postgres"

    @property
    def database_url(self) -> str:
        """Where PostgreSQL listens now."""
        return postgres.address(self.data)

    @property
    def environment(self) -> dict[str, str]:
        """What the services are told."""
        return {
            **os.environ,
            "DATABASE_URL": self.database_url,
            "SECRET_KEY": "k" * 40,
            "ENERGY_DEMO": "1",
            "ENERGY_DATA_DIR": str(self.folder),
            "MQTT_HOST": "127.0.0.1",
            "MQTT_PORT": str(self.port),
            **self.extra,
        }

    def start_postgres(self) -> str:
        """Start PostgreSQL and wait until it answers; recovery after a crash included."""
        self._spawn("postgres", python_module("cloud_service.local.postgres", str(self.data)), os.environ)
        self._until("postgres", lambda: postgres.ready(self.data), 180)
        return self.database_url

    def migrate(self) -> None:
        """Make all tables."""
        upgrade(self.database_url)

    def start_broker(self) -> None:
        """Start the broker and wait until it listens."""
        self._spawn("broker", python_module("cloud_service.local.broker", str(self._broker_config)), os.environ)
        self._until("broker", lambda: broker.listening(self.port))

    def start_subscriber(self, name: str = "subscriber", *, module: str = "cloud_service.subscriber") -> None:
        """Start one subscriber; it may still be connecting when this returns. Its backends bear its name."""
        self._spawn(name, python_module(module), {**self.environment, "PGAPPNAME": name})

    def until_working(self, name: str = "subscriber") -> None:
        """Wait until a subscriber listens."""
        file = self.folder / "run" / f"subscriber-{self.processes[name].pid}.json"
        self._until(name, lambda: file.exists() and json.loads(file.read_text())["state"] == "working")

    def kill(self, name: str) -> None:
        """SIGKILL, with all children: no goodbye, no flush."""
        process = self.processes.pop(name)
        children = psutil.Process(process.pid).children(recursive=True) if process.poll() is None else []
        if name == "postgres":
            children += self.postmaster()
        for victim in (*children, psutil.Process(process.pid)):
            _quietly(victim.kill)
        process.wait()
        psutil.wait_procs(children, timeout=10)  # a dead postmaster that nobody has reaped yet looks alive

    def lose_broker_state(self) -> None:
        """Delete whatever the broker may have kept."""
        for folder in (self.folder / "broker-data", Path("/tmp/rumqttd")):  # noqa: S108 - where it would write
            shutil.rmtree(folder, ignore_errors=True)

    def terminate(self, name: str) -> int:
        """SIGTERM; the exit code."""
        process = self.processes.pop(name)
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
        try:
            return process.wait(STOP_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            process.kill()
            return process.wait()

    def log(self, name: str) -> str:
        """What a process has printed so far."""
        file = self.folder / f"{name}.log"
        return file.read_text(errors="replace") if file.exists() else ""

    def postmaster(self) -> list[psutil.Process]:
        """PostgreSQL's postmaster and its children, wherever they hang in the process tree."""
        try:
            pid = int((self.data / "postmaster.pid").read_text().split()[0])
            postmaster = psutil.Process(pid)
            return [postmaster, *postmaster.children(recursive=True)]
        except (OSError, ValueError, IndexError, psutil.Error):
            return []

    def _spawn(self, name: str, argv: list[str], environment: Mapping[str, str]) -> None:
        with (self.folder / f"{name}.log").open("ab") as log:
            self.processes[name] = subprocess.Popen(  # noqa: S603 - our own command lines
                argv, env=dict(environment), stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
            )

    def _until(self, name: str, ready: Callable[[], bool], timeout_s: float = 60.0) -> None:
        deadline = time.monotonic() + timeout_s
        while not ready():
            if self.processes[name].poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"{name} did not start:\n{self.log(name)[-2000:]}")
            time.sleep(0.02)


def _quietly(action: Callable[[], Any]) -> None:
    try:
        action()
    except psutil.NoSuchProcess:
        return


def seed(url: str, gateways: int, channels: int = 1) -> None:
    """One site with gateways `g0`, `g1` … and a mounted meter with index registers for each channel of each gateway."""
    with psycopg.connect(url, autocommit=True) as owner:
        owner.execute(
            "INSERT INTO legal_entity (name, address, currency, timezone) VALUES ('O', 'Hof 1', 'EUR', 'Europe/Berlin')"
        )
        owner.execute(
            "INSERT INTO site (legal_entity_id, name, timezone, currency) VALUES (1, 'S', 'Europe/Berlin', 'EUR')"
        )
        owner.execute(
            "INSERT INTO gateway (name, site_id, state) SELECT 'g' || n, 1, 'active' FROM generate_series(0, %s) AS n",
            (gateways - 1,),
        )
        owner.execute(
            "INSERT INTO meter (name, serial) SELECT 'g' || g || '-m' || c, 'g' || g || '-m' || c"
            "  FROM generate_series(0, %s) AS g, generate_series(0, %s) AS c",
            (gateways - 1, channels - 1),
        )
        owner.execute(
            "INSERT INTO register (meter_id, name, unit, kind)"
            " SELECT id, 'energy_import_total', 'kWh', 'index' FROM meter"
        )
