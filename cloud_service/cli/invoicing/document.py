"""`energy-cloud document`: bills, e-invoices, statements and lists as files; a look at a theme before it is used."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from cloud_service.cli.database import author, transaction
from cloud_service.cli.invoicing.print_bills import print_bills
from cloud_service.cli.options import WHOSE, company_today, day_of
from cloud_service.cli.output import as_json
from common.errors import InputError, NotFoundError

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
OUT = click.option("--out", required=True, type=click.Path(dir_okay=False, path_type=Path), help="The file to write.")
JSON = click.option("--json", "json_output", is_flag=True, help="Print what was written as JSON.")
KINDS = ("invoice_pdf", "einvoice_cii", "einvoice_ubl", "xrechnung_cii", "xrechnung_ubl", "peppol_ubl")


@click.group()
def document() -> None:
    """Documents as files."""


document.add_command(print_bills)


@document.command()
@click.argument("number")
@click.option("--kind", type=click.Choice(KINDS), default=KINDS[0], show_default=True)
@OUT
@WHOSE
@JSON
def bill(number: str, *, kind: str, out: Path, json_output: bool) -> None:
    """A bill's PDF or e-invoice, exactly as it was or will be sent."""
    from cloud_service.cli.names import invoice_id
    from cloud_service.flow import deliver
    from cloud_service.settings import pay_at

    with transaction() as session:
        invoice = invoice_id(session, number)
        if kind == KINDS[0]:
            file = deliver.document(session, invoice, public_url=pay_at())
        else:
            file = deliver.einvoice(session, invoice, kind)
    _write(out, file.body, json_output=json_output)


@document.command()
@click.argument("account")
@click.option("--from", "start", required=True, help="First day.")
@click.option("--until", "end", help="Last day; today unless given.")
@OUT
@WHOSE
@JSON
def statement(account: str, *, start: str, end: str | None, out: Path, json_output: bool) -> None:
    """The statement of an account as PDF."""
    from cloud_service.cli.names import account_id
    from cloud_service.flow.account_statement import statement as make

    with transaction() as session:
        pdf = make(session, account_id(session, account), day_of(start, "--from"), day_of(end, "--until"))
    _write(out, pdf, json_output=json_output)


@document.command()
@click.argument("payment", type=int)
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="The file to write.")
@click.option("--mail", is_flag=True, help="Mail it to the client, once for a payment.")
@JSON
def receipt(payment: int, *, out: Path | None, mail: bool, json_output: bool) -> None:
    """The receipt of a PAYMENT as PDF, as things stand now: what it paid, what is left, whether it went back."""
    from cloud_service.flow import receipt as step

    if not mail and out is None:
        raise InputError("where to?", path="--out", hint="--out FILE writes it, --mail sends it")
    with transaction() as session:
        step.number(session, payment)
        if mail:
            click.echo(f"on its way to {step.mail(session, payment, author=author())}", err=True)
    if out is not None:
        with transaction() as session:
            file = step.receipt(session, payment, datetime.now(UTC))
        _write(out, file.body, json_output=json_output)
    elif json_output:
        click.echo(as_json({"payment": payment, "mailed": True}))


@document.command()
@click.option("--from", "start", required=True, help="First bill date.")
@click.option("--until", "end", help="Without this day; today unless given.")
@OUT
@JSON
def bills(*, start: str, end: str | None, out: Path, json_output: bool) -> None:
    """The bills of some days as a spreadsheet."""
    from cloud_service.flow.export_invoices import invoice_spreadsheet

    with transaction() as session:
        table = invoice_spreadsheet(session, day_of(start, "--from"), day_of(end, "--until"), company_today())
    _write(out, table, json_output=json_output)


@document.command()
@click.argument("file", type=FILE)
@click.option("--locale", default="en", show_default=True, help="The reader's: de, en_IN, ar_AE …")
@click.option("--currency", default="EUR", show_default=True)
@click.option("--template", type=FILE, help="Your own template.")
@OUT
@JSON
def preview(file: Path, *, locale: str, currency: str, template: Path | None, out: Path, json_output: bool) -> None:
    """A made-up bill in the look of a theme (a JSON file); needs no database."""
    from cloud_service.flow import document_theme

    _write(
        out, document_theme.preview(_theme(file, template), locale=locale, currency=currency), json_output=json_output
    )


@document.command()
@click.argument("file", type=FILE)
@click.option("--entity", help="Name of the legal entity; may be left out where there is only one.")
@click.option("--template", type=FILE, help="Your own template.")
@JSON
def theme(file: Path, *, entity: str | None, template: Path | None, json_output: bool) -> None:
    """Use a theme (a JSON file) for all documents from now on, after trying it on a made-up bill."""
    from cloud_service.flow import document_theme
    from cloud_service.store.delivery.outgoing import entity_named

    with transaction() as session:
        document_theme.set_theme(session, entity_named(session, entity), _theme(file, template), author=author())
    click.echo(as_json({"theme": str(file)}) if json_output else f"{file} is in use", err=not json_output)


def _theme(file: Path, template: Path | None) -> dict[str, Any]:
    try:
        theme_fields = json.loads(file.read_text(encoding="utf-8"))
    except ValueError as error:
        raise InputError(f"not JSON: {error}", path=str(file)) from error
    if not isinstance(theme_fields, dict):
        raise InputError("not a JSON object", path=str(file))
    return theme_fields | ({"template": template.read_text(encoding="utf-8")} if template else {})


def _write(out: Path, body: bytes, *, json_output: bool) -> None:
    if not out.parent.is_dir():
        raise NotFoundError(f"there is no folder {out.parent}")
    out.write_bytes(body)
    if json_output:
        click.echo(as_json({"file": str(out), "bytes": len(body)}))
    else:
        click.echo(f"{out}: {len(body)} bytes", err=True)
