"""A mail relay for one machine: takes every letter by SMTP and writes it to a folder as an .eml file.

`python -m cloud_service.mail.sink --port 10250 --folder .energy/mails`; a mail program opens the files.
"""

import asyncio
import errno
import hashlib
import re
import signal
from collections.abc import Callable
from datetime import UTC, datetime
from email import message_from_bytes
from email.policy import default
from pathlib import Path

import click
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from common.errors import ConflictError

SIZE_MAX = 30_000_000
_UNSAFE = re.compile(r"[^A-Za-z0-9@._+-]+")


class Folder:
    """Handles one letter at a time: the whole file is there, or nothing of it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's name
        """Write the letter and answer 250, as a relay does that has taken responsibility."""
        body = envelope.content or b""
        if isinstance(body, str):
            body = body.encode()
        write(self.folder, body, envelope.rcpt_tos[0])
        return "250 Kept"


def write(folder: Path, body: bytes, recipient: str) -> Path:
    """The letter's file, named by time, recipient and Message-ID so that a repeated letter shows as one."""
    message = message_from_bytes(body, policy=default)
    key = str(message["Message-ID"] or hashlib.sha256(body).hexdigest())
    day = f"{datetime.now(UTC):%Y%m%d-%H%M%S}"
    name = _UNSAFE.sub("_", f"{recipient}-{hashlib.sha256(key.encode()).hexdigest()[:12]}")
    path = folder / f"{day}-{name}.eml"
    partial_file = path.with_suffix(".part")
    partial_file.write_bytes(body)
    partial_file.rename(path)
    return path


def controller(folder: Path, host: str, port: int) -> Controller:
    """A server in a thread of its own; `start()` and `stop()` it."""
    return Controller(Folder(folder), hostname=host, port=port, data_size_limit=SIZE_MAX, enable_SMTPUTF8=True)


def keep_letters(folder: Path, port: int, *, ready: Callable[[], None], host: str = "127.0.0.1") -> None:
    """Take letters until the process is told to stop; `ready` is called once the port answers."""
    try:
        asyncio.run(_serve(folder, host, port, ready))
    except OSError as error:
        if error.errno != errno.EADDRINUSE:
            raise
        raise ConflictError(f"port {port} is taken", path="--port", hint="take another one") from None


async def _serve(folder: Path, host: str, port: int, ready: Callable[[], None]) -> None:
    loop = asyncio.get_running_loop()
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    handler = Folder(folder)
    server = await loop.create_server(
        lambda: SMTP(handler, data_size_limit=SIZE_MAX, enable_SMTPUTF8=True, loop=loop), host, port
    )
    ready()
    async with server:
        await stop.wait()


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=10250, show_default=True, type=click.IntRange(1, 65535))
@click.option("--folder", default=".energy/mails", show_default=True, type=click.Path(file_okay=False, path_type=Path))
def main(host: str, port: int, folder: Path) -> None:
    """Take every letter and keep it as a file."""
    keep_letters(
        folder, port, host=host,
        ready=lambda: click.echo(f"letters to {host}:{port} are written to {folder}", err=True),
    )  # fmt: skip


if __name__ == "__main__":
    main()
