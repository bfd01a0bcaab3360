"""`energy-cloud tariff`: check tariff documents, import URDB records, print the schema; needs no database."""

import json
from pathlib import Path

import click


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def tariff() -> None:
    """Check, import and store tariffs."""


@tariff.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Machine-readable output.")
def check(file: Path, *, as_json: bool) -> None:
    """Read a tariff of ours or of the URDB and say what it holds, or where it cannot be priced."""
    from cloud_service.domain.calculator import any_tariff

    found, notes = any_tariff(file, holidays=True)
    facts = {
        "id": found.id,
        "name": found.name,
        "currency": found.currency,
        "hash": found.hash,
        "versions": [
            {
                "from": version.document.start and version.document.start.isoformat(),
                "until": version.document.until and version.document.until.isoformat(),
                "hash": version.hash,
                "charges": [str(charge.__struct_config__.tag) for charge in version.document.charges],
                "taxes": [tax.name for tax in version.document.taxes],
            }
            for version in found.versions
        ],
        "notes": list(notes),
    }
    if as_json:
        click.echo(json.dumps({"tariff": facts}, ensure_ascii=False))
        return
    click.echo(f"{found.name} ({found.id}, {found.currency}) can be priced")
    for version in found.versions:
        kinds = ", ".join(str(charge.__struct_config__.tag) for charge in version.document.charges)
        click.echo(f"  {version.title}: {kinds}")
    for note in notes:
        click.echo(f"  note: {note}", err=True)


@tariff.command("import-urdb")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--dated/--undated", default=True, help="Keep the record's days of validity.")
@click.option("--holidays/--no-holidays", default=True, help="Keep the holidays it names.")
@click.option("--json", "as_json", is_flag=True, help="Put document and notes into one JSON object.")
def import_urdb_(file: Path, *, dated: bool, holidays: bool, as_json: bool) -> None:
    """Turn a URDB record (version 8, or its ratebook form) into a tariff document of ours, on standard output."""
    from cloud_service.domain.tariff import load_tariff, read_document
    from cloud_service.domain.urdb import import_urdb, is_urdb
    from common.errors import InputError

    record = read_document(file)
    if not is_urdb(record):
        raise InputError(
            "this is no record of the URDB", path="$", hint="it has no energyratestructure and no energy.periods"
        )
    imported = import_urdb(record, dated=dated, holidays=holidays)
    load_tariff(imported.document)
    if as_json:
        click.echo(json.dumps({"document": imported.document, "notes": list(imported.notes)}, ensure_ascii=False))
        return
    for note in imported.notes:
        click.echo(f"note: {note}", err=True)
    click.echo(json.dumps(imported.document, ensure_ascii=False, indent=2))


@tariff.command()
@click.option("--json", "as_json", is_flag=True, help="The same: the schema is JSON.")
def schema(*, as_json: bool) -> None:  # noqa: ARG001 -- every command takes --json
    """Print the JSON Schema of tariff documents."""
    from cloud_service.domain.tariff_schema import tariff_schema

    click.echo(json.dumps(tariff_schema(), ensure_ascii=False, indent=2))
