"""The cloud's services on one machine, with the embedded defaults for what the environment does not name."""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from cloud_service import installation
from cloud_service.broker.passwords import PasswordFolder
from cloud_service.local import broker, machine, postgres, postgres_takeover
from cloud_service.local.broker_users import BrokerUsers
from cloud_service.local.ports import another, ports, taken_for
from cloud_service.local.supervisor import Service, Supervisor, python_module
from cloud_service.local.web_address import WebAddress
from cloud_service.local.who_is_there import is_our_broker, is_our_web
from common.errors import UnavailableError

CLOUD_USER = "cloud"
ON_THIS_MACHINE = WebAddress()
TRIES = 3  # to find a port that is not taken by somebody else at the very moment of the start
SETTINGS = (
    "DATABASE_URL", "DATABASE_OWNER_URL", "SECRET_KEY", "PUBLIC_URL", "TRUSTED_PROXIES", "ENERGY_DEMO",
    "MQTT_HOST", "MQTT_PORT", "MQTT_USERNAME", "MQTT_PASSWORD", "MQTT_CA_FILE", "MQTT_CERT_FILE", "MQTT_KEY_FILE",
    "SMTP_HOST", "SMTP_PORT", "SMTP_USERNAME", "SMTP_PASSWORD", "SMTP_STARTTLS", "SMTP_TLS", "MAIL_FROM",
    "PAYMENT_PROVIDER", "PAYMENT_URL", "PAYMENT_SECRET", "PAYMENT_WEBHOOK_SECRET", "GATEWAY_BROKER",
    "GATEWAY_PASSWORD_DIR",
)  # fmt: skip
"""What the environment may name; a command that stands in the installation sees the same."""


@dataclass(frozen=True, slots=True)
class Stack:
    """One installation below a data folder."""

    data_dir: Path
    ports: Mapping[str, int]
    environment: Mapping[str, str]  # what every service of it needs to know
    web: WebAddress = ON_THIS_MACHINE

    @property
    def public_url(self) -> str:
        """Where the console answers."""
        return self.environment["PUBLIC_URL"]

    @property
    def name(self) -> str:
        """The random name by which its services know each other."""
        return self.environment.get("ENERGY_INSTALLATION", "")

    @property
    def gateway_passwords(self) -> PasswordFolder:
        """Where the embedded broker finds the passwords of gateways."""
        return PasswordFolder(
            Path(self.environment.get("GATEWAY_PASSWORD_DIR") or self.data_dir / "secrets" / "gateways")
        )


def describe(
    data_dir: Path, *, demo: bool = False, web: WebAddress = ON_THIS_MACHINE, environ: Mapping[str, str] = os.environ
) -> Stack:
    """Choose ports, make secrets and put together the environment of all services."""
    data_dir = data_dir.resolve()
    web.check()
    machine.prepare(data_dir)
    chosen = ports(data_dir)
    if web.port is not None:
        chosen["web"] = taken_for(data_dir, "web", web.port)
    defaults = {
        "SECRET_KEY_FILE": str(machine.secret(data_dir, "secret_key")),
        "PUBLIC_URL": web.url(chosen["web"]),
        "PYTHONUNBUFFERED": "1",
    }
    if web.behind_proxy:
        defaults["TRUSTED_PROXIES"] = "1"
    if "MQTT_HOST" not in environ:
        defaults |= _embedded_broker(data_dir, chosen)
    if demo:
        defaults |= _simulated(data_dir, chosen)
    given = _given(environ)
    for name in given:
        defaults.pop(f"{name}_FILE", None)  # else the file, which wins over the plain name, would be ours
    fixed = {"ENERGY_DATA_DIR": str(data_dir), "ENERGY_INSTALLATION": machine.name(data_dir)}
    return Stack(data_dir, chosen, {"DATABASE_URL": "", **defaults, **given, **fixed}, web)


def _given(environ: Mapping[str, str]) -> dict[str, str]:
    """What the environment says; files by their whole path, since commands may be called from anywhere."""
    names = {name: environ[name] for name in SETTINGS if environ.get(name)}
    files = {f"{name}_FILE": environ[f"{name}_FILE"] for name in SETTINGS if environ.get(f"{name}_FILE")}
    return names | {name: str(Path(file).absolute()) for name, file in files.items()}


def _embedded_broker(data_dir: Path, chosen: Mapping[str, int]) -> dict[str, str]:
    return {
        "MQTT_HOST": "127.0.0.1",
        "MQTT_PORT": str(chosen["mqtt"]),
        "MQTT_USERNAME": CLOUD_USER,
        "MQTT_PASSWORD_FILE": str(machine.secret(data_dir, "mqtt_cloud")),
        "GATEWAY_PASSWORD_DIR": str(data_dir / "secrets" / "gateways"),
    }


def _simulated(data_dir: Path, chosen: Mapping[str, int]) -> dict[str, str]:
    return {
        "ENERGY_DEMO": "1",
        "SMTP_PORT": str(chosen["smtp"]),
        "PAYMENT_PROVIDER": "simulated",
        "PAYMENT_URL": f"http://127.0.0.1:{chosen['payments']}",
        "PAYMENT_SECRET_FILE": str(machine.secret(data_dir, "payment_key")),
        "PAYMENT_WEBHOOK_SECRET_FILE": str(machine.secret(data_dir, "payment_webhook")),
    }


def remember(stack: Stack, start: str) -> None:
    """Leave in the data folder what commands need; `start` is the command line that starts it again."""
    environment = {name: value for name, value in stack.environment.items() if name != "PYTHONUNBUFFERED"}
    installation.write(stack.data_dir, installation.Installation(start, environment))


def start_database(stack: Stack, supervisor: Supervisor) -> Stack:
    """Start PostgreSQL unless the environment names one; the answer knows its address."""
    if stack.environment.get("DATABASE_URL") or stack.environment.get("DATABASE_URL_FILE"):
        return stack
    folder = stack.data_dir / "postgres"
    postgres_takeover.take_over(folder, supervisor.say)
    supervisor.start(
        Service(
            "postgres",
            python_module("cloud_service.local.postgres", str(folder)),
            ready=lambda: postgres.ready(folder),
            ready_timeout_s=600,  # after a power cut the log is read again, which may take minutes
        )
    )
    url = postgres.address(folder)
    return replace(stack, environment={**stack.environment, "DATABASE_URL": url})


def start_broker(stack: Stack, supervisor: Supervisor) -> Stack:
    """Start the MQTT broker unless the environment names one; it starts anew where its gateways changed."""
    secret = machine.secret(stack.data_dir, "mqtt_cloud")
    if stack.environment.get("MQTT_PASSWORD_FILE") != str(secret):
        return stack
    password = secret.read_text()

    def start(at: Stack) -> None:
        config = at.data_dir / "secrets" / "broker.toml"
        port, console_port = at.ports["mqtt"], at.ports["mqtt_console"]

        def write(gateways: Mapping[str, str]) -> None:
            users = {**gateways, CLOUD_USER: password}
            broker.write_config(config, port=port, console_port=console_port, users=users)

        users = BrokerUsers(at.gateway_passwords, write)
        ready = partial(is_our_broker, port, CLOUD_USER, password)
        argv = python_module("cloud_service.local.broker", str(config))
        supervisor.start(Service("broker", argv, ready=ready, renew=users.renew))

    return _start_where_nobody_else_is(stack, "mqtt", start)


def start_cloud(stack: Stack, supervisor: Supervisor) -> Stack:
    """Start the doors: web and, once its address is sure, subscriber and worker."""

    def start(at: Stack) -> None:
        gunicorn = python_module(
            "gunicorn", "cloud_service.app:create_app()", *at.web.gunicorn(at.ports["web"]), "--workers", "1",
            "--threads", "8", "--graceful-timeout", "3", "--no-control-socket", "--access-logfile", "-",
        )  # fmt: skip
        ready = partial(is_our_web, at.web.asked_at, at.ports["web"], at.name, tls=at.web.tls)
        supervisor.start(Service("web", gunicorn, at.environment, ready=ready, ready_timeout_s=60))

    stack = _start_where_nobody_else_is(stack, "web", start)
    supervisor.start(Service("subscriber", python_module("cloud_service.subscriber"), stack.environment))
    supervisor.start(Service("worker", python_module("cloud_service.worker"), stack.environment))
    return stack


def _start_where_nobody_else_is(stack: Stack, service: str, start: Callable[[Stack], None]) -> Stack:
    """Start a service; where somebody else answers at its port by now, on another one."""
    for _ in range(TRIES - 1):
        try:
            start(stack)
        except UnavailableError:
            if not broker.listening(stack.ports[service]) or stack.web.port == stack.ports[service]:
                raise
            stack = _moved(stack, service)
        else:
            return stack
    start(stack)
    return stack


def _moved(stack: Stack, service: str) -> Stack:
    """The same with another port for this service, in the environment too."""
    old, new = stack.ports[service], another(stack.data_dir, service)
    settings = {
        "web": {"PUBLIC_URL": (stack.web.url(old), stack.web.url(new))},
        "mqtt": {"MQTT_PORT": (str(old), str(new))},
    }
    changed = {name: now for name, (before, now) in settings[service].items() if stack.environment.get(name) == before}
    return replace(stack, ports={**stack.ports, service: new}, environment={**stack.environment, **changed})


def start_simulated(stack: Stack, supervisor: Supervisor) -> None:
    """Start what only a demo has: the mail sink and the simulated payment company."""
    smtp, payments = stack.ports["smtp"], stack.ports["payments"]
    sink = python_module("cloud_service.mail.sink", "--port", str(smtp), "--folder", str(stack.data_dir / "mails"))
    company = python_module("cloud_service.payments.simulated_company", "--port", str(payments))
    supervisor.start(Service("mail-sink", sink, ready=lambda: broker.listening(smtp)))
    supervisor.start(Service("payments", company, stack.environment, ready=lambda: broker.listening(payments)))
