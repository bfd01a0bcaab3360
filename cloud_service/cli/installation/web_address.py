"""The options of `up` and `demo` that say where the installation lies and where its web service listens."""

import shlex
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cloud_service import installation
from common.errors import InputError

if TYPE_CHECKING:
    from cloud_service.local.web_address import WebAddress

LOCAL = "127.0.0.1"
FILE = click.Path(path_type=Path, dir_okay=False)
OPTIONS = (
    click.option("--data-dir", type=click.Path(path_type=Path), default=installation.folder_to_start,
                 show_default=f"ENERGY_DATA_DIR, else {installation.FOLDER}", help="Where all of its files lie."),
    click.option("--host", default=LOCAL, show_default=True, help="0.0.0.0: reached from other machines too."),
    click.option("--port", type=click.IntRange(1, 65535), help="8000 or, where that is taken, a free one."),
    click.option("--tls", is_flag=True, help="HTTPS by an authority of this installation, which browsers add once."),
    click.option("--cert", type=FILE, help="HTTPS by this certificate (PEM, with its chain) …"),
    click.option("--key", type=FILE, help="… and its key."),
    click.option("--behind-proxy", is_flag=True, help="A proxy before it speaks TLS; its word on addresses is taken."),
)  # fmt: skip


def web_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """All of them on one command."""
    for option in reversed(OPTIONS):
        command = option(command)
    return command


def web_address(
    data_dir: Path, *, host: str, port: int | None, tls: bool, cert: Path | None, key: Path | None, behind_proxy: bool
) -> "WebAddress":
    """What the options say; the certificate of `--tls` is made on the first start and renewed in time."""
    from cloud_service.local.web_address import WebAddress

    if tls and (cert or key):
        raise InputError("--tls makes a certificate, --cert brings one", path="--tls", hint="give one of them")
    if tls:
        cert, key = _own_certificate(data_dir, host)
    return WebAddress(host, port, cert and cert.absolute(), key and key.absolute(), behind_proxy)


def _own_certificate(data_dir: Path, host: str) -> tuple[Path, Path]:
    from cloud_service.local import machine
    from cloud_service.local.own_ca import certificate_files, names_of_this_machine

    machine.prepare(data_dir)
    names = names_of_this_machine()
    names += [host] if host not in (*names, "0.0.0.0", "::") else []  # noqa: S104 - not bound here
    files = certificate_files(data_dir.resolve() / "secrets", names, datetime.now(UTC))
    click.echo(f"browsers trust it once they have this authority: {files.authority}", err=True)
    return files.certificate, files.key


def start_line(command: str, data_dir: Path, address: dict[str, Any]) -> str:
    """The command line that starts an installation in the same way from any folder."""
    arguments = ["energy-cloud", command, "--data-dir", str(data_dir)]
    for name, value in address.items():
        option = f"--{name.replace('_', '-')}"
        if value is True:
            arguments.append(option)
        elif value and (name, value) != ("host", LOCAL):
            arguments += [option, str(value.absolute() if isinstance(value, Path) else value)]
    return shlex.join(arguments)
