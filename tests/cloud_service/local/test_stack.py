from collections.abc import Mapping
from pathlib import Path

import pytest

from cloud_service.local.stack import Stack, describe, start_broker, start_cloud, start_database, start_simulated
from cloud_service.local.supervisor import Service, Supervisor
from cloud_service.settings import read_settings


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
    start_broker(stack, recorder, {})

    assert [] == recorder.services
    assert "MQTT_PASSWORD_FILE" not in stack.environment


@pytest.mark.xfail(strict=True, reason="describe() leaves DATABASE_URL of the environment out: an embedded one starts")
def test_a_database_that_the_environment_names_is_used_instead_of_the_embedded_one(tmp_path: Path) -> None:
    url = "postgresql://energy@db.example/energy"

    assert url == stack_of(tmp_path, environ={"DATABASE_URL": url}).environment.get("DATABASE_URL")


def test_a_stack_whose_database_is_known_starts_none(tmp_path: Path, recorder: Recorder) -> None:
    stack = Stack(tmp_path, {}, {"DATABASE_URL": "postgresql://energy@db.example/energy"})

    assert stack is start_database(stack, recorder)
    assert [] == recorder.services


def test_the_broker_knows_the_cloud_and_each_gateway(tmp_path: Path, recorder: Recorder) -> None:
    stack = stack_of(tmp_path)
    start_broker(stack, recorder, {"gw-1": "secret of gw-1"})
    config = (tmp_path / "secrets" / "broker.toml").read_text()

    assert ["broker"] == [service.name for service in recorder.services]
    assert '"gw-1" = "secret of gw-1"' in config
    assert f'"cloud" = "{Path(stack.environment["MQTT_PASSWORD_FILE"]).read_text()}"' in config


def test_the_doors_of_the_cloud_share_one_environment(tmp_path: Path, recorder: Recorder) -> None:
    stack = stack_of(tmp_path)
    start_cloud(stack, recorder)

    assert ["subscriber", "worker", "web"] == [service.name for service in recorder.services]
    assert all(service.environment == stack.environment for service in recorder.services)
    assert f"127.0.0.1:{stack.ports['web']}" in recorder.services[-1].argv


def test_only_a_demo_has_a_mail_sink_and_a_simulated_payment_company(tmp_path: Path, recorder: Recorder) -> None:
    stack = stack_of(tmp_path, demo=True)
    start_simulated(stack, recorder)

    assert ["mail-sink", "payments"] == [service.name for service in recorder.services]
    assert ("simulated", str(stack.ports["smtp"])) == (
        stack.environment["PAYMENT_PROVIDER"], stack.environment["SMTP_PORT"],
    )  # fmt: skip
