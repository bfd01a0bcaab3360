import re
import socket
from collections.abc import Mapping
from pathlib import Path

import pytest

from cloud_service import installation
from cloud_service.local.stack import (
    SETTINGS,
    Stack,
    describe,
    remember,
    start_broker,
    start_cloud,
    start_database,
    start_simulated,
)
from cloud_service.local.supervisor import Service, Supervisor
from cloud_service.settings import database_url, read_settings
from common.errors import UnavailableError


class Recorder(Supervisor):
    """A supervisor that starts nothing and remembers what it was given."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.services: list[Service] = []

    def start(self, service: Service) -> None:
        self.services.append(service)


@pytest.fixture
def recorder(tmp_path: Path) -> Recorder:
    return Recorder(tmp_path / "logs")


def stack_of(folder: Path, *, demo: bool = False, environ: Mapping[str, str] | None = None) -> Stack:
    return describe(folder, demo=demo, environ=environ or {})


def test_a_stack_names_all_that_its_services_need(tmp_path: Path) -> None:
    stack = stack_of(tmp_path)
    settings = read_settings({**stack.environment, "DATABASE_URL": "postgresql://x@localhost/energy"})

    assert stack.public_url == settings.public_url
    assert stack.ports["mqtt"] == settings.mqtt.port
    assert "" == settings.payment_provider
    assert "ENERGY_DEMO" not in stack.environment


def test_a_broker_that_the_environment_names_is_used_instead_of_the_embedded_one(
    tmp_path: Path, recorder: Recorder
) -> None:
    stack = stack_of(tmp_path, environ={"MQTT_HOST": "broker.example"})
    start_broker(stack, recorder)

    assert [] == recorder.services
    assert "MQTT_PASSWORD_FILE" not in stack.environment


def test_a_database_that_the_environment_names_is_used_instead_of_the_embedded_one(tmp_path: Path) -> None:
    url = "postgresql://energy@db.example/energy"

    assert url == stack_of(tmp_path, environ={"DATABASE_URL": url}).environment.get("DATABASE_URL")


def test_a_stack_whose_database_is_known_starts_none(tmp_path: Path, recorder: Recorder) -> None:
    stack = Stack(tmp_path, {}, {"DATABASE_URL": "postgresql://energy@db.example/energy"})

    assert stack is start_database(stack, recorder)
    assert [] == recorder.services


def test_the_broker_knows_the_cloud_and_each_gateway(tmp_path: Path, recorder: Recorder) -> None:
    stack = stack_of(tmp_path)
    stack.gateway_passwords.keep("gw-1", "secret of gw-1")
    start_broker(stack, recorder)
    config = (tmp_path / "secrets" / "broker.toml").read_text()

    assert ["broker"] == [service.name for service in recorder.services]
    assert '"gw-1" = "secret of gw-1"' in config
    assert f'"cloud" = "{Path(stack.environment["MQTT_PASSWORD_FILE"]).read_text()}"' in config


def test_the_doors_of_the_cloud_share_one_environment(tmp_path: Path, recorder: Recorder) -> None:
    stack = stack_of(tmp_path)
    start_cloud(stack, recorder)

    assert ["web", "subscriber", "worker"] == [service.name for service in recorder.services]
    assert all(service.environment == stack.environment for service in recorder.services)
    assert f"127.0.0.1:{stack.ports['web']}" in recorder.services[0].argv


class Occupied(Recorder):
    """A supervisor that finds somebody else at the port of one service, once."""

    def __init__(self, folder: Path, service: str, port: int) -> None:
        super().__init__(folder)
        self.service, self.port, self.tried = service, port, 0

    def start(self, service: Service) -> None:
        if service.name == self.service and not self.tried:
            self.tried = 1
            raise UnavailableError(f"{service.name} ended with code 1")
        super().start(service)


@pytest.mark.parametrize(("service", "port_name"), [("web", "web"), ("broker", "mqtt")])
def test_a_service_that_finds_somebody_else_at_its_port_moves_and_all_services_learn_it(
    service: str, port_name: str, tmp_path: Path
) -> None:
    stack = stack_of(tmp_path)
    old = stack.ports[port_name]
    occupied = Occupied(tmp_path / "logs", service, old)
    with socket.create_server(("127.0.0.1", old)):
        moved = start_cloud(start_broker(stack, occupied), occupied)
    named = {"web": moved.public_url.rpartition(":")[2], "mqtt": moved.environment["MQTT_PORT"]}

    assert old != moved.ports[port_name]
    assert str(moved.ports[port_name]) == named[port_name]
    assert moved.environment == occupied.services[-1].environment


def test_a_service_that_fails_for_another_reason_is_not_moved(tmp_path: Path) -> None:
    stack = stack_of(tmp_path)

    with pytest.raises(UnavailableError, match="ended with code 1"):
        start_cloud(stack, Occupied(tmp_path / "logs", "web", 0))


def test_what_the_environment_names_goes_before_what_is_made_here_even_in_the_other_form(tmp_path: Path) -> None:
    stack = stack_of(tmp_path, environ={"SECRET_KEY": "q" * 40, "SMTP_PASSWORD_FILE": "relay", "HOME": "/root"})

    assert "q" * 40 == stack.environment["SECRET_KEY"]
    assert "SECRET_KEY_FILE" not in stack.environment
    assert str(Path("relay").absolute()) == stack.environment["SMTP_PASSWORD_FILE"]
    assert "HOME" not in stack.environment


def test_every_setting_is_handed_on_to_the_installation() -> None:
    source = (Path(__file__).parents[3] / "cloud_service/settings.py").read_text()
    names = set(re.findall(r'environ(?:\.get\(|, )"([A-Z_]+)"', source))

    assert {"ENERGY_DATA_DIR", "ENERGY_INSTALLATION"} == names - set(SETTINGS)


def test_commands_find_what_a_start_left_for_them(tmp_path: Path) -> None:
    url = "postgresql://energy@db.example/energy"
    remember(stack_of(tmp_path, environ={"DATABASE_URL": url}), "energy-cloud up")

    with installation.named(tmp_path):
        assert url == database_url()
    assert 0o600 == (tmp_path / installation.FILE).stat().st_mode & 0o777


def test_only_a_demo_has_a_mail_sink_and_a_simulated_payment_company(tmp_path: Path, recorder: Recorder) -> None:
    stack = stack_of(tmp_path, demo=True)
    start_simulated(stack, recorder)

    assert ["mail-sink", "payments"] == [service.name for service in recorder.services]
    assert ("simulated", str(stack.ports["smtp"])) == (
        stack.environment["PAYMENT_PROVIDER"], stack.environment["SMTP_PORT"],
    )  # fmt: skip
