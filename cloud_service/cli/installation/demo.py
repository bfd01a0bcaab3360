"""`energy-cloud demo`: everything on this machine with an example operator and a year of history, until Ctrl-C."""

import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cloud_service.cli.installation.web_address import start_line, web_address, web_options
from cloud_service.cli.output import as_json

if TYPE_CHECKING:
    from cloud_service.cli.installation.own_commands import OwnCommands
    from cloud_service.local.stack import Stack
    from cloud_service.local.supervisor import Service, Supervisor


@click.command()
@web_options
@click.option("--check", is_flag=True, help="Start, say that all is ready, and stop again.")
@click.option("--json", "json_output", is_flag=True, help="Print address and sign-ins as one line of JSON.")
def demo(data_dir: Path, *, check: bool, json_output: bool, **address: Any) -> None:
    """Run everything on this machine with an example operator until Ctrl-C; a second start keeps the data."""
    from cloud_service.local import machine

    with machine.locked(data_dir):
        _run(data_dir, check=check, json_output=json_output, address=address)


def _run(data_dir: Path, *, check: bool, json_output: bool, address: dict[str, Any]) -> None:
    from cloud_service.local import stack as local
    from cloud_service.local.supervisor import Supervisor, until_signal

    keep_running = until_signal()
    supervisor = Supervisor(data_dir.resolve() / "logs", say=_say)
    supervisor.end_left_over()
    try:
        line = start_line("demo", data_dir.resolve(), address)
        stack = _start(local.describe(data_dir, demo=True, web=web_address(data_dir, **address)), supervisor, line)
        local.remember(stack, line)
        _print_sign_ins(stack, json_output=json_output)
        if not check:
            supervisor.watch(keep_running)
    finally:
        _say("stopping …")
        supervisor.stop()
        _say("stopped; the data stays, a second start carries on from there")


def _start(stack: "Stack", supervisor: "Supervisor", line: str) -> "Stack":
    """Start all of it in order, with a line a step; `line` is what starts it again."""
    from cloud_service.local import stack as local

    with _step("database"):
        stack = local.start_database(stack, supervisor)
    with _step("example operator, a year of readings, bills and payments"):
        local.remember(stack, line)  # so that commands find it
        _fill(stack)
    with _step("broker, mail sink, payment company"):
        stack = local.start_broker(stack, supervisor)
        local.start_simulated(stack, supervisor)
    with _step("web, subscriber, worker"):
        stack = local.start_cloud(stack, supervisor)
    with _step("meters and gateways"):
        for service in _gateways(stack):
            supervisor.start(service)
    return stack


def _fill(stack: "Stack") -> None:
    """Bring the database to the newest revision, and the example into it by the commands that users have."""
    from cloud_service.cli.installation.own_commands import OwnCommands
    from cloud_service.example.filling import FOLDER, fill
    from cloud_service.settings import owner_url
    from cloud_service.store.database.upgrade import upgrade

    upgrade(owner_url(stack.environment))
    run = OwnCommands(stack.data_dir, stack.data_dir / FOLDER)
    started = time.monotonic()
    fill(stack.data_dir, run, lambda sentence: _say(f"    {sentence} ({time.monotonic() - started:.1f} s)"))
    _give_passwords(stack, run)


def _give_passwords(stack: "Stack", run: "OwnCommands") -> None:
    """A gateway whose password the embedded broker has lost gets another one, unless it is revoked."""
    from cloud_service.example.operator import SITES
    from common.errors import ConflictError

    for site in SITES if "GATEWAY_PASSWORD_DIR" in stack.environment else ():
        if stack.gateway_passwords.file_of(site.gateway) is None:
            with suppress(ConflictError):
                run(("gateway", "password", site.gateway))


def _gateways(stack: "Stack") -> Iterator["Service"]:
    """The simulated meters and the agent of each site whose gateway may enter."""
    from cloud_service.example import gateways
    from cloud_service.example.operator import SITES
    from cloud_service.local.broker import listening
    from cloud_service.local.supervisor import Service

    folder, ports = stack.data_dir / "gateways", gateways.meter_ports(stack.ports)
    broker = f"{stack.environment['MQTT_HOST']}:{stack.environment['MQTT_PORT']}"
    for site in SITES:
        port, password = ports[site.gateway], stack.gateway_passwords.file_of(site.gateway)
        if password is None:
            continue
        file = gateways.write_site_file(site, folder, broker=broker, password_file=password, meter_port=port)
        command = gateways.meters_command(site, port)
        yield Service(f"meters-{site.gateway}", command, ready=partial(listening, port))
        yield Service(f"agent-{site.gateway}", gateways.agent_command(file))


def _print_sign_ins(stack: "Stack", *, json_output: bool) -> None:
    from cloud_service.example.filling import FOLDER
    from cloud_service.example.people import sign_ins

    people = sign_ins(stack.data_dir / "secrets" / "sign-in.json")
    if json_output:
        folders = {"example": stack.data_dir / FOLDER, "mails": stack.data_dir / "mails"}
        click.echo(as_json({"ready": stack.public_url, "sign_ins": people, **folders}))
        return
    click.echo(f"\n  Console and portal   {stack.public_url}\n")
    for person in people:
        click.echo(f"  {person.role:9} {person.email:28} {person.password}")
    click.echo(f"\n  What to try          {stack.data_dir / FOLDER / 'README.md'}")
    click.echo(f"  Mails go to          {stack.data_dir / 'mails'}")
    click.echo(f"  Logs                 {stack.data_dir / 'logs'}")
    click.echo("\n  Ctrl-C stops all of it.\n")


@contextmanager
def _step(title: str) -> Iterator[None]:
    started = time.monotonic()
    _say(f"{title} …")
    yield
    _say(f"    done in {time.monotonic() - started:.1f} s")


def _say(line: str) -> None:
    click.echo(line, err=True)
