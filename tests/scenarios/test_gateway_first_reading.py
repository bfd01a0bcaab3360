"""From `gateway add` to a reading in the database by what is printed; after `gateway revoke` no reading more."""

import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from cloud_service.local import stack as local
from cloud_service.local.broker import listening
from cloud_service.local.supervisor import Service, python_module
from cloud_service.store.database.upgrade import upgrade
from deploy.bench.free_port import free_port
from tests.scenarios.house import Watched, energy_cloud, until

pytestmark = [pytest.mark.processes, pytest.mark.database, pytest.mark.slow]
KNOWN_WITHIN_S = 5.0
LINE = """
[polling]
interval_s = 1

[[bus]]
name = "cellar"
protocol = "modbus"
port = "tcp://127.0.0.1:{port}"

[[bus.meter]]
id = "{meter}"
profile = "eastron_sdm630"
address = "1"
registers = ["energy_import_total"]
"""


class Installation:
    """Database, embedded broker and subscriber as `energy-cloud up` starts them, watched as there."""

    def __init__(self, folder: Path, watched: Watched) -> None:
        self.folder = folder
        self.watched = watched
        self.stack = local.start_database(local.describe(folder, environ={}), watched.supervisor)
        self.environment = dict(self.stack.environment)
        upgrade(self.environment["DATABASE_URL"])
        local.start_broker(self.stack, watched.supervisor)
        watched.supervisor.start(Service("subscriber", python_module("cloud_service.subscriber"), self.environment))
        self.command("entity", "add", "Kilo", "--currency", "EUR", "--timezone", "Europe/Berlin")
        self.command("site", "add", "House", "--timezone", "Europe/Berlin", "--currency", "EUR")
        watched.watch()

    def command(self, *arguments: str) -> Any:
        return energy_cloud(self.environment, *arguments)

    def agent(self, gateway: str) -> None:
        """Register a gateway, and start its agent from what the command printed with a line of meters below it."""
        printed = self.command("gateway", "add", gateway, "--site", "House")
        box, port = self.folder / gateway, free_port()
        box.mkdir()
        (box / f"{gateway}.password").write_text(printed["password"])
        head = printed["site_file"].replace("/var/lib/energy-edge", str(box / "data"))
        (box / "site.toml").write_text(head + LINE.format(port=port, meter=f"{gateway}-1"))
        meters = python_module("edge_agent", "simulate", "--port", str(port), "--units", "1")
        self.start(Service(f"meters-{gateway}", meters, ready=lambda: listening(port)))
        self.start(Service(f"agent-{gateway}", python_module("edge_agent", "run", "--config", str(box / "site.toml"))))

    def start(self, service: Service) -> None:
        self.watched.supervisor.start(service)

    def row(self, query: str, *values: object) -> tuple[Any, ...]:
        with psycopg.connect(self.environment["DATABASE_URL"]) as connection:
            return connection.execute(query, values).fetchone() or (None,)

    def readings(self, gateway: str) -> int:
        query = """
            SELECT count(*) FROM reading r JOIN stream s ON s.id = r.source JOIN gateway g ON g.id = s.gateway_id
             WHERE g.name = %s
        """
        return int(self.row(query, gateway)[0])

    def gaps(self) -> int:
        return int(self.row("SELECT coalesce(sum(jsonb_array_length(received->'spans')), 0) FROM stream")[0])

    def broker_knows(self, gateway: str) -> bool:
        return f'"{gateway}" = ' in (self.stack.data_dir / "secrets" / "broker.toml").read_text()


@pytest.fixture
def installation() -> Iterator[Installation]:
    with tempfile.TemporaryDirectory(prefix="energy-") as folder, Watched(Path(folder) / "logs") as watched:
        yield Installation(Path(folder), watched)


def within(started_s: float) -> bool:
    return time.monotonic() - started_s < KNOWN_WITHIN_S


def test_a_gateway_is_registered_read_and_revoked_while_all_runs(installation: Installation) -> None:
    installation.agent("gw-1")
    started_s = time.monotonic()
    until(lambda: installation.broker_knows("gw-1"), "the broker knows gw-1")
    assert within(started_s)
    until(lambda: installation.readings("gw-1") >= 3, "readings of gw-1")

    installation.agent("gw-2")  # the broker starts anew, and gw-1 loses nothing by it
    until(lambda: installation.readings("gw-2") >= 3, "readings of gw-2")
    stored = installation.readings("gw-1")
    until(lambda: installation.readings("gw-1") >= stored + 3, "gw-1 goes on")
    assert 0 == installation.gaps()
    meters = installation.command("gateway", "show", "gw-1")["meters"]
    assert [("gw-1-1", ["energy_import_total"], "")] == [(m["name"], m["registers"], m["point"]) for m in meters]

    installation.command("gateway", "revoke", "gw-1")
    started_s, stored, other = time.monotonic(), installation.readings("gw-1"), installation.readings("gw-2")
    until(lambda: not installation.broker_knows("gw-1"), "the broker knows gw-1 no more")
    assert within(started_s)
    until(lambda: installation.readings("gw-2") >= other + 5, "gw-2 goes on")
    assert stored == installation.readings("gw-1")
    assert "revoked" == installation.command("gateway", "show", "gw-1")["state"]
    log = installation.folder / "logs" / "agent-gw-1.log"
    until(lambda: "are name and password as the cloud gave them?" in log.read_text(), "the agent says what to look at")
    passwords = [path.read_text() for path in installation.folder.glob("gw-*/*.password")]
    logs = "".join(path.read_text(errors="replace") for path in (installation.folder / "logs").glob("*.log"))
    assert not any(password in logs for password in passwords)
