"""`energy-cloud up`: all services of the cloud on this machine, until Ctrl-C."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cloud_service.cli.installation.web_address import start_line, web_address, web_options

if TYPE_CHECKING:
    from cloud_service.local.stack import Stack
    from cloud_service.local.supervisor import Supervisor


@click.command()
@web_options
@click.option("--check", is_flag=True, help="Start, say that all is ready, and stop again.")
def up(data_dir: Path, *, check: bool, **address: Any) -> None:
    """Run PostgreSQL, broker, subscriber, worker and web on this machine until Ctrl-C.

    What DATABASE_URL, MQTT_HOST and SMTP_HOST name is used instead of the embedded ones.
    """
    from cloud_service.local import machine

    with machine.locked(data_dir):
        _run(data_dir, check=check, address=address)


def _run(data_dir: Path, *, check: bool, address: dict[str, Any]) -> None:
    from cloud_service.local import stack as local
    from cloud_service.local.supervisor import Supervisor, until_signal

    keep_running = until_signal()
    supervisor = Supervisor(data_dir / "logs", say=lambda line: click.echo(line, err=True))
    stack = local.describe(data_dir, web=web_address(data_dir, **address))
    try:
        stack = _start(stack, supervisor)
        local.remember(stack, start_line("up", stack.data_dir, address))
        click.echo(f"ready: {stack.public_url}")
        if not check:
            supervisor.watch(keep_running)
    finally:
        click.echo("stopping …", err=True)
        supervisor.stop()


def _start(stack: "Stack", supervisor: "Supervisor") -> "Stack":
    """Start all of it in order; the answer knows what was found on the way."""
    from cloud_service.local import stack as local
    from cloud_service.settings import owner_url
    from cloud_service.store.database.upgrade import upgrade

    click.echo("database …", err=True)
    stack = local.start_database(stack, supervisor)
    upgrade(owner_url(stack.environment))
    click.echo("broker, web, subscriber, worker …", err=True)
    stack = local.start_broker(stack, supervisor, {})
    return local.start_cloud(stack, supervisor)
