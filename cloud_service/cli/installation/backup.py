"""`energy-cloud backup` and `energy-cloud restore`: a whole installation in one file, sealed by a passphrase."""

import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cloud_service import installation
from common.errors import InputError

if TYPE_CHECKING:
    from cloud_service.local.backup.parts import Manifest

FILE = click.Path(path_type=Path, dir_okay=False)
STORED = click.argument("file", metavar="FILE")  # a path, or s3://BUCKET/NAME
SCHEME = "s3://"
PASSPHRASE = click.option("--passphrase-file", type=FILE, help="Its first line is the passphrase; asked for without.")
JSON = click.option("--json", "json_output", is_flag=True, help="Print the result as JSON.")


class OneCommandByDefault(click.Group):
    """`backup FILE` is `backup create FILE`."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """A word that is no command is the file."""
        return super().resolve_command(ctx, args if args[0] in self.commands else ["create", *args])


@click.group(cls=OneCommandByDefault, context_settings={"ignore_unknown_options": True})
def backup() -> None:
    """Write everything of this installation to FILE; `backup verify FILE` proves one.

    FILE is a path, or s3://BUCKET/NAME in S3 or any store that speaks it.
    Database with readings, bills, documents and books as of one moment, secrets and settings; services go on meanwhile.
    """


@backup.command()
@STORED
@PASSPHRASE
@JSON
def create(*, file: str, passphrase_file: Path | None, json_output: bool) -> None:
    """Write everything of this installation to FILE (the word `create` may be left out)."""
    from cloud_service.settings import owner_url

    environment = installation.environment()
    url = owner_url(environment)
    passphrase = _passphrase(passphrase_file, confirm=True)
    from cloud_service.local.backup.writing import Source, write

    data_dir = Path(environment.get("ENERGY_DATA_DIR") or installation.FOLDER)
    with _place_for(file) as path:
        manifest = write(Source(url, data_dir, environment), path, passphrase, datetime.now(UTC))
        length = path.stat().st_size
    _print(manifest, file, length, json_output=json_output)


@backup.command()
@STORED
@PASSPHRASE
@JSON
def verify(*, file: str, passphrase_file: Path | None, json_output: bool) -> None:
    """Read FILE to its end and prove that nothing is missing or changed; nothing is written."""
    from cloud_service.local.backup.parts import checked

    with _at_hand(file) as path:
        _print(checked(path, _passphrase(passphrase_file)), file, path.stat().st_size, json_output=json_output)


@click.command()
@STORED
@click.option(
    "--data-dir", type=click.Path(path_type=Path), default=installation.folder_to_start,
    show_default=f"ENERGY_DATA_DIR, else {installation.FOLDER}", help="The empty folder it goes to.",
)  # fmt: skip
@PASSPHRASE
@JSON
def restore(*, file: str, data_dir: Path, passphrase_file: Path | None, json_output: bool) -> None:
    """Make an installation from FILE in an empty folder, and prove its books.

    The file is checked to its end first. Afterwards rows, sums of the ledger and the audit chain are compared with the
    original; on any failure nothing is left.
    """
    from cloud_service.local.backup.restoring import restore as make

    with _at_hand(file) as path:
        manifest = make(path, _passphrase(passphrase_file), data_dir)
        _print(manifest, file, path.stat().st_size, json_output=json_output)
    click.echo(f"restored and proven; start it: energy-cloud up --data-dir {data_dir}", err=True)


@contextmanager
def _place_for(file: str) -> Iterator[Path]:
    """The path to write to; what was written for a bucket is sent there at the end."""
    if not file.startswith(SCHEME):
        yield Path(file)
        return
    from cloud_service.local.backup.bucket import bucket_address, refuse_taken, send

    address = bucket_address(file)
    refuse_taken(address)
    with tempfile.TemporaryDirectory(prefix="energy-backup-") as folder:
        path = Path(folder) / "backup"
        yield path
        send(path, address)


@contextmanager
def _at_hand(file: str) -> Iterator[Path]:
    """The path of a backup that is there; one of a bucket is fetched first."""
    if not file.startswith(SCHEME):
        if not Path(file).is_file():
            raise InputError("there is no such file", path=file)
        yield Path(file)
        return
    from cloud_service.local.backup.bucket import bucket_address, fetch

    address = bucket_address(file)
    with tempfile.TemporaryDirectory(prefix="energy-backup-") as folder:
        path = Path(folder) / "backup"
        fetch(address, path)
        yield path


def _passphrase(file: Path | None, *, confirm: bool = False) -> str:
    if file is not None:
        try:
            lines = file.read_text(encoding="utf-8").splitlines()
        except (OSError, UnicodeDecodeError) as error:
            raise InputError(f"cannot be read: {error}", path=str(file)) from error
        return lines[0] if lines else ""
    if not sys.stdin.isatty():
        raise InputError("the passphrase is missing", path="--passphrase-file")
    return str(click.prompt("Passphrase", hide_input=True, confirmation_prompt=confirm, err=True))


def _print(manifest: "Manifest", file: str, length: int, *, json_output: bool) -> None:
    from cloud_service.cli.output import as_json

    fields = {
        "file": file, "bytes": length, "made_at": manifest.made_at, "version": manifest.version,
        "revision": manifest.revision, "rows": sum(manifest.books.rows.values()), "ledger": manifest.books.ledger,
        "audit_rows": manifest.books.audit_rows, "audit_head": manifest.books.audit_head, "outside": manifest.outside,
    }  # fmt: skip
    if json_output:
        click.echo(as_json(fields))
        return
    click.echo(f"{file}: {fields['bytes']} bytes, made {manifest.made_at} by version {manifest.version}")
    click.echo(f"{fields['rows']} rows; ledger sums to nothing in {', '.join(manifest.books.ledger) or 'no currency'}")
    click.echo(f"audit: {manifest.books.audit_rows} rows, head {manifest.books.audit_head}")
    for name in manifest.outside:
        click.echo(f"not in it, keep it yourself: the file that {name} names", err=True)
