"""`energy-cloud up`: all services of the cloud on this machine, until Ctrl-C."""

import os
import webbrowser
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cloud_service.cli.database import author
from cloud_service.cli.installation.web_address import start_line, web_address, web_options
from cloud_service.cli.output import as_json
from cloud_service.settings import database_url

if TYPE_CHECKING:
    from cloud_service.local.stack import Stack
    from cloud_service.local.supervisor import Supervisor


@click.command()
@web_options
@click.option("--check", is_flag=True, help="Start, say that all is ready, and stop again.")
@click.option("--no-browser", is_flag=True, help="Do not open the link of the first start in a browser.")
@click.option(
    "--unattended", is_flag=True, help="For services, whose output is kept: print no link that lets somebody in."
)
@click.option("--json", "json_output", is_flag=True, help="Print address and link as one line of JSON.")
def up(
    data_dir: Path, *, check: bool, no_browser: bool, unattended: bool, json_output: bool, **address: Any
) -> None:  # fmt: skip
    """Run PostgreSQL, broker, subscriber, worker and web on this machine until Ctrl-C.

    What DATABASE_URL, MQTT_HOST and SMTP_HOST name is used instead of the embedded ones. While nobody can sign in, it
    prints a one-time link that makes the first administrator, and opens it where there is a screen.
    """
    from cloud_service.local import machine

    with machine.locked(data_dir):
        _run(
            data_dir, check=check, link=not unattended, browser=not (no_browser or check or json_output),
            address=address, json_output=json_output,
        )  # fmt: skip


def _run(
    data_dir: Path, *, check: bool, link: bool, browser: bool, address: dict[str, Any], json_output: bool
) -> None:  # fmt: skip
    from cloud_service.local import stack as local
    from cloud_service.local.supervisor import Supervisor, until_signal

    keep_running = until_signal()
    supervisor = Supervisor(data_dir / "logs", say=lambda line: click.echo(line, err=True))
    supervisor.end_left_over()
    stack = local.describe(data_dir, web=web_address(data_dir, **address))
    try:
        stack = _start(stack, supervisor)
        local.remember(stack, start_line("up", stack.data_dir, address))
        _say(stack, link=link, browser=browser, json_output=json_output)
        if not check:
            supervisor.watch(keep_running)
    finally:
        click.echo("stopping …", err=True)
        supervisor.stop()


def _say(stack: "Stack", *, link: bool, browser: bool, json_output: bool) -> None:
    if json_output:
        click.echo(as_json({"ready": stack.public_url, "first_administrator": _first_link(stack) if link else ""}))
        return
    click.echo(f"ready: {stack.public_url}")
    if link:
        _welcome(stack, browser=browser)


def _start(stack: "Stack", supervisor: "Supervisor") -> "Stack":
    """Start all of it in order; the answer knows what was found on the way."""
    from cloud_service.local import stack as local
    from cloud_service.settings import owner_url
    from cloud_service.store.database.upgrade import upgrade

    click.echo("database …", err=True)
    stack = local.start_database(stack, supervisor)
    upgrade(owner_url(stack.environment))
    click.echo("broker, web, subscriber, worker …", err=True)
    stack = local.start_broker(stack, supervisor)
    return local.start_cloud(stack, supervisor)


def _first_link(stack: "Stack") -> str:
    """The one-time link that makes the first administrator; empty where there is one."""
    from cloud_service.flow.first_administrator import offer_link
    from cloud_service.store.database.session import connect, transaction
    from cloud_service.store.identity.administrator_links import has_administrator

    engine = connect(database_url(stack.environment))
    try:
        with transaction(engine) as session:
            if has_administrator(session):
                return ""
            return f"{stack.public_url}/first#{offer_link(session, datetime.now(UTC), actor=author())}"
    finally:
        engine.dispose()


def _welcome(stack: "Stack", *, browser: bool) -> None:
    """Where nobody can sign in yet, the link stands in the terminal alone: no log and no request holds its code."""
    link = _first_link(stack)
    if not link:
        return
    click.echo(f"first administrator: {link}")
    click.echo("This link works once, for a day.", err=True)
    if browser and has_screen():
        webbrowser.open(link)


def has_screen(environ: Mapping[str, str] = os.environ) -> bool:
    """Whether a browser can be shown."""
    return bool(environ.get("DISPLAY") or environ.get("WAYLAND_DISPLAY"))
