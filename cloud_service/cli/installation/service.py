"""`energy-cloud service`: let systemd run an installation, from the start of the machine on."""

import getpass
import json
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cloud_service.cli.installation.web_address import start_line, web_address, web_options
from common.errors import ConflictError, InputError, NotFoundError, UnavailableError

if TYPE_CHECKING:
    from cloud_service.local.systemd_unit import SystemdUnit

NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,50}")
name_option = click.option(
    "--name", default="energy-billing", show_default=True, help="Of the unit; one a data folder."
)
system_option = click.option(
    "--system", is_flag=True, help="A service of the whole machine (as root), not of your own."
)
json_option = click.option("--json", "json_output", is_flag=True, help="Print the result as JSON.")


@click.group()
def service() -> None:
    """Let systemd run an installation, from the start of the machine on."""


@service.command()
@web_options
@name_option
@system_option
@click.option("--run-as", default="", help="With --system: the user it runs as; the data folder must be theirs.")
@click.option("--dry-run", is_flag=True, help="Print the unit, write nothing.")
@json_option
def install(
    *, data_dir: Path, name: str, system: bool, run_as: str, dry_run: bool, json_output: bool, **address: Any
) -> None:
    """Write a unit that runs the installation, and start it now and with the machine.

    It starts with the options given here. The first administrator's link comes from `energy-cloud user first`.
    """
    unit = _unit(data_dir.resolve(), name, run_as=_user(run_as, system=system), address=address)
    text = unit.text()
    if not dry_run:
        _install(unit, text)
    if json_output:
        click.echo(json.dumps({"unit": unit.name, "path": str(unit.path), "text": text, "installed": not dry_run}))
    elif dry_run:
        click.echo(text, nl=False)
    else:
        click.echo(f"{unit.path} runs {data_dir}; `energy-cloud service status` says how it is", err=True)


@service.command()
@name_option
@system_option
@json_option
def remove(*, name: str, system: bool, json_output: bool) -> None:
    """Stop the service and remove its unit; the data stays."""
    unit = _installed(name, system=system)
    _systemctl(unit, "disable", "--now", unit.name)
    unit.path.unlink()
    _systemctl(unit, "daemon-reload")
    click.echo(json.dumps({"unit": unit.name, "removed": True}) if json_output else "removed", err=not json_output)


@service.command()
@name_option
@system_option
@json_option
def status(*, name: str, system: bool, json_output: bool) -> None:
    """Say whether the service runs; exit code 5 if it does not."""
    unit = _installed(name, system=system)
    state = _systemctl(unit, "is-active", unit.name, refused_is_answer=True) or "unknown"
    click.echo(json.dumps({"unit": unit.name, "path": str(unit.path), "state": state}) if json_output else state)
    raise SystemExit(0 if state == "active" else 5)


def _user(run_as: str, *, system: bool) -> str:
    """Whom the service runs as; empty for a service of one's own."""
    if run_as and not system:
        raise InputError("a service of one's own runs as oneself", path="--run-as", hint="give --system too")
    user = run_as or getpass.getuser()
    if system and user == "root":
        raise InputError(
            "the service need not be root", path="--run-as", hint="useradd --system energy; --run-as energy"
        )
    return user if system else ""


def _unit(data_dir: Path, name: str, *, run_as: str = "", address: dict[str, Any]) -> "SystemdUnit":
    from cloud_service.local.systemd_unit import SystemdUnit

    if not NAME.fullmatch(name):
        raise InputError(f"{name!r} is no name of a unit", path="--name", hint="small letters, digits and dashes")
    if not address["tls"]:  # whose certificate the service itself makes
        web_address(data_dir, **address).check()
    program = str(Path(sys.executable).with_name("energy-cloud"))
    command = [program, *shlex.split(start_line("up", data_dir, address))[1:], "--unattended"]
    return SystemdUnit(name, data_dir, command, run_as, address.get("port"))


def _installed(name: str, *, system: bool) -> "SystemdUnit":
    from cloud_service.local.systemd_unit import SystemdUnit

    unit = SystemdUnit(name, Path(), (), "root" if system else "")
    if not unit.path.exists():
        raise NotFoundError("there is no such service", path=str(unit.path), hint="energy-cloud service install")
    return unit


def _install(unit: "SystemdUnit", text: str) -> None:
    from cloud_service.local import machine

    if unit.path.exists() and unit.path.read_text() != text:
        raise ConflictError(
            "another service has this name", path=str(unit.path),
            hint="`energy-cloud service remove` it, or give another --name",
        )  # fmt: skip
    _require_systemd()
    is_new = not unit.data_dir.exists()
    with machine.locked(unit.data_dir):
        pass  # one that runs in a terminal must be stopped first; it says so
    if unit.user:
        _belongs_to(unit, is_new=is_new)
    unit.path.parent.mkdir(parents=True, exist_ok=True)
    unit.path.write_text(text)
    _systemctl(unit, "daemon-reload")
    _systemctl(unit, "enable", "--now", unit.name)


def _belongs_to(unit: "SystemdUnit", *, is_new: bool) -> None:
    """A new data folder is given to the user of the service; one of somebody else's is refused."""
    if is_new:
        for path in (unit.data_dir, *unit.data_dir.rglob("*")):
            shutil.chown(path, unit.user)
    elif unit.data_dir.owner() != unit.user:
        raise InputError(
            f"belongs to {unit.data_dir.owner()}, not to {unit.user}", path=str(unit.data_dir),
            hint=f"chown -R {unit.user} it, or --run-as its owner",
        )  # fmt: skip


def _require_systemd() -> None:
    if shutil.which("systemctl") is None:
        raise UnavailableError("this machine has no systemd", hint="`--dry-run` prints the unit for another one")


def _systemctl(unit: "SystemdUnit", *arguments: str, refused_is_answer: bool = False) -> str:
    _require_systemd()
    done = subprocess.run([*unit.manager, *arguments], capture_output=True, text=True, check=False)  # noqa: S603 - our own arguments
    if done.returncode and not refused_is_answer:
        raise UnavailableError(f"systemctl {' '.join(arguments)}: {done.stderr.strip()}", path=unit.name)
    return done.stdout.strip()
