"""The cloud's services on one machine, with the embedded defaults for what the environment does not name."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from cloud_service.local import broker, machine, postgres
from cloud_service.local.supervisor import Service, Supervisor, python_module

CLOUD_USER = "cloud"


@dataclass(frozen=True, slots=True)
class Stack:
    """One installation below a data folder."""

    data_dir: Path
    ports: Mapping[str, int]
    environment: Mapping[str, str]  # what every service of it needs to know

    @property
    def public_url(self) -> str:
        """Where the console answers."""
        return self.environment["PUBLIC_URL"]


def describe(data_dir: Path, *, demo: bool = False, environ: Mapping[str, str] = os.environ) -> Stack:
    """Choose ports, make secrets and put together the environment of all services."""
    data_dir = data_dir.resolve()
    machine.prepare(data_dir)
    ports = machine.ports(data_dir)
    defaults = {
        "ENERGY_DATA_DIR": str(data_dir),
        "SECRET_KEY_FILE": str(machine.secret(data_dir, "secret_key")),
        "PUBLIC_URL": f"http://127.0.0.1:{ports['web']}",
        "PYTHONUNBUFFERED": "1",
    }
    if "MQTT_HOST" not in environ:
        defaults |= {
            "MQTT_HOST": "127.0.0.1",
            "MQTT_PORT": str(ports["mqtt"]),
            "MQTT_USERNAME": CLOUD_USER,
            "MQTT_PASSWORD_FILE": str(machine.secret(data_dir, "mqtt_cloud")),
        }
    if demo:
        defaults |= {
            "ENERGY_DEMO": "1",
            "SMTP_PORT": str(ports["smtp"]),
            "PAYMENT_PROVIDER": "simulated",
            "PAYMENT_URL": f"http://127.0.0.1:{ports['payments']}",
            "PAYMENT_SECRET_FILE": str(machine.secret(data_dir, "payment_key")),
            "PAYMENT_WEBHOOK_SECRET_FILE": str(machine.secret(data_dir, "payment_webhook")),
        }
    if "DATABASE_URL" not in environ:
        defaults["DATABASE_URL"] = ""  # known once PostgreSQL runs
    return Stack(data_dir, ports, {**defaults, **{key: environ[key] for key in defaults if environ.get(key)}})


def start_database(stack: Stack, supervisor: Supervisor) -> Stack:
    """Start PostgreSQL unless the environment names one; the answer knows its address."""
    if stack.environment.get("DATABASE_URL"):
        return stack
    folder = stack.data_dir / "postgres"
    supervisor.start(
        Service(
            "postgres",
            python_module("cloud_service.local.postgres", str(folder)),
            ready=lambda: postgres.ready(folder),
            ready_timeout_s=600,  # after a power cut the log is read again, which may take minutes
        )
    )
    url = postgres.address(folder)
    return Stack(stack.data_dir, stack.ports, {**stack.environment, "DATABASE_URL": url})


def start_broker(stack: Stack, supervisor: Supervisor, gateways: Mapping[str, str]) -> None:
    """Start the MQTT broker unless the environment names one; `gateways` are name -> password."""
    if stack.environment.get("MQTT_USERNAME") != CLOUD_USER:
        return
    config = stack.data_dir / "secrets" / "broker.toml"
    users = {CLOUD_USER: machine.secret(stack.data_dir, "mqtt_cloud").read_text(), **gateways}
    port = stack.ports["mqtt"]
    broker.write_config(config, port=port, console_port=stack.ports["mqtt_console"], users=users)
    supervisor.start(
        Service(
            "broker", python_module("cloud_service.local.broker", str(config)), ready=lambda: broker.listening(port)
        )
    )


def start_cloud(stack: Stack, supervisor: Supervisor) -> None:
    """Start the doors: web, subscriber, worker."""
    port = stack.ports["web"]
    gunicorn = python_module(
        "gunicorn", "cloud_service.app:create_app()", "--bind", f"127.0.0.1:{port}", "--workers", "1",
        "--threads", "8", "--graceful-timeout", "3", "--no-control-socket", "--access-logfile", "-",
    )  # fmt: skip
    supervisor.start(Service("subscriber", python_module("cloud_service.subscriber"), stack.environment))
    supervisor.start(Service("worker", python_module("cloud_service.worker"), stack.environment))
    supervisor.start(Service("web", gunicorn, stack.environment, ready=lambda: broker.listening(port)))


def start_simulated(stack: Stack, supervisor: Supervisor) -> None:
    """Start what only a demo has: the mail sink and the simulated payment company."""
    smtp, payments = stack.ports["smtp"], stack.ports["payments"]
    sink = python_module("cloud_service.mail.sink", "--port", str(smtp), "--folder", str(stack.data_dir / "mails"))
    company = python_module("cloud_service.payments.simulated_company", "--port", str(payments))
    supervisor.start(Service("mail-sink", sink, ready=lambda: broker.listening(smtp)))
    supervisor.start(Service("payments", company, stack.environment, ready=lambda: broker.listening(payments)))
