"""`energy-cloud einvoice`: the official rules that e-invoices are held against beside those of the norm."""

from dataclasses import asdict
from pathlib import Path

import click

from cloud_service.cli.database import author, transaction
from cloud_service.cli.output import as_json, print_table
from common.errors import InputError

JSON = click.option("--json", "json_output", is_flag=True, help="Print the result as JSON.")
FAMILIES = click.Choice(["xrechnung", "peppol", "en16931"])


@click.group()
def einvoice() -> None:
    """E-invoices and their rules; `document bill --kind` writes one."""


@einvoice.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@JSON
def read(file: Path, *, json_output: bool) -> None:
    """What an e-invoice says: number, parties, totals. XML or a PDF that carries one; needs no database."""
    from cloud_service.flow.invoicing.received_einvoice import read_einvoice

    received = asdict(read_einvoice(file.read_bytes()))
    if json_output:
        click.echo(as_json(received))
    else:
        print_table(["", ""], [[name.replace("_", " "), str(value)] for name, value in received.items()])


@einvoice.group()
def rules() -> None:
    """Official rules of XRechnung (KoSIT), of Peppol, and newer ones of the norm."""


@rules.command()
@click.argument("archive", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@JSON
def add(archive: Path, *, json_output: bool) -> None:
    """Use the rules of a ZIP file, as KoSIT, Peppol or the Commission publish it, from the next e-invoice on."""
    from cloud_service.flow.invoicing import einvoice_rules

    if archive.stat().st_size > einvoice_rules.ARCHIVE_BYTES_MAX:
        raise InputError("the ZIP file is too large for rules", path=str(archive), hint="50 MB at most")
    with transaction() as session:
        new = einvoice_rules.add(session, archive.read_bytes(), archive.name, author=author())
    rows = [[each.family, each.syntax, each.name, each.version, each.sha256.hex()] for each in new]
    _print(rows, json_output=json_output)


@rules.command(name="list")
@JSON
def list_rules(*, json_output: bool) -> None:
    """The rules that were added and are in use."""
    from cloud_service.flow.invoicing import einvoice_rules

    with transaction() as session:
        rows = [
            [each.family, each.syntax, each.name, each.version, each.sha256.hex()]
            for each in einvoice_rules.in_use(session)
        ]
    _print(rows, json_output=json_output)


@rules.command()
@click.argument("family", type=FAMILIES)
@JSON
def remove(family: str, *, json_output: bool) -> None:
    """Use the added rules of a body no more."""
    from cloud_service.flow.invoicing import einvoice_rules

    with transaction() as session:
        names = einvoice_rules.remove(session, family, author=author())
    click.echo(as_json({"removed": names}) if json_output else f"removed: {', '.join(names)}")


def _print(rows: list[list[str]], *, json_output: bool) -> None:
    head = ["rules", "syntax", "name", "version", "sha256"]
    if json_output:
        click.echo(as_json({"rules": [dict(zip(head, row, strict=True)) for row in rows]}))
    else:
        print_table(head, rows)
