"""`energy-cloud tariff`: check tariff documents, import URDB records, print the schema; keep what bills are made by."""

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from cloud_service.cli.options import WHOSE


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def tariff() -> None:
    """Check, import and store tariffs."""


@tariff.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--json", "json_output", is_flag=True, help="Machine-readable output.")
def check(file: Path, *, json_output: bool) -> None:
    """Read a tariff of ours or of the URDB and say what it holds, or where it cannot be priced."""
    from cloud_service.domain.rating.calculator import read_tariff

    checked, notes = read_tariff(file, holidays=True)
    summary = {
        "id": checked.id,
        "name": checked.name,
        "currency": checked.currency,
        "hash": checked.hash,
        "versions": [
            {
                "from": version.document.start and version.document.start.isoformat(),
                "until": version.document.until and version.document.until.isoformat(),
                "hash": version.hash,
                "charges": [charge.kind for charge in version.document.charges],
                "taxes": [tax.name for tax in version.document.taxes],
            }
            for version in checked.versions
        ],
        "notes": list(notes),
    }
    if json_output:
        click.echo(json.dumps({"tariff": summary}, ensure_ascii=False))
        return
    click.echo(f"{checked.name} ({checked.id}, {checked.currency}) can be priced")
    for version in checked.versions:
        kinds = ", ".join(charge.kind for charge in version.document.charges)
        click.echo(f"  {version.title}: {kinds}")
    for note in notes:
        click.echo(f"  note: {note}", err=True)


@tariff.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--from", "start", help="First day, where the document names none.")
@click.option("--entity", type=int, help="Legal entity; needed where there are several.")
@click.option("--reason", default="", help="Why; it stands in the audit log.")
@click.option("--json", "json_output", is_flag=True, help="Machine-readable output.")
def add(file: Path, *, start: str | None, entity: int | None, reason: str, json_output: bool) -> None:
    """Keep a document as a tariff, or as the next version of one; the same twice is once. Needs the database."""
    from dataclasses import asdict

    from cloud_service.cli.database import author, transaction
    from cloud_service.cli.options import day_of, entity_of
    from cloud_service.domain.tariffs.document_file import read_text
    from cloud_service.flow.publish_tariff import draft, publish

    draft_tariff = draft(read_text(file), file.name)
    with transaction() as session:
        first = day_of(start, "--from") if start else None
        published = publish(
            session, entity_of(session, entity), draft_tariff, author=author(), start=first, reason=reason
        )
    if json_output:
        click.echo(json.dumps(asdict(published) | {"notes": list(draft_tariff.notes)}, ensure_ascii=False))
        return
    click.echo(f"{published.code} ({published.name}): {published.new} new versions")
    for note in draft_tariff.notes:
        click.echo(f"  note: {note}", err=True)


@tariff.command(name="list")
@click.option("--search", default="", help="Part of code or name.")
@click.option("--limit", default=50, show_default=True)
@click.option("--json", "json_output", is_flag=True, help="Machine-readable output.")
def list_tariffs(*, search: str, limit: int, json_output: bool) -> None:
    """The tariffs that are kept, with how many connections they price today."""
    from cloud_service.cli.options import day_of
    from cloud_service.cli.output import print_listing
    from cloud_service.store.lists.paging import ListQuery
    from cloud_service.store.lists.tariffs import tariffs
    from cloud_service.store.scope import Scope

    query = ListQuery(text=search, size=limit)
    columns = ("code", "name", "currency", "versions", "current_since", "connections")
    print_listing(tariffs(Scope(), query, day_of(None, "")), query, columns, json_output=json_output)


@tariff.command()
@click.argument("code")
@click.option("--json", "json_output", is_flag=True, help="Machine-readable output.")
@WHOSE
def show(code: str, *, json_output: bool) -> None:
    """The versions of a tariff that is kept; with --json their documents, too."""
    from dataclasses import asdict

    from cloud_service.cli.database import transaction
    from cloud_service.cli.names import tariff_id
    from cloud_service.cli.output import as_json, print_table
    from cloud_service.store.tariffs.engine_cache import tariff_versions
    from cloud_service.store.tariffs.published import versions

    with transaction() as session:
        stored_versions = versions(session, tariff_id(session, code))
        documents = {
            version.id: version.document
            for version in tariff_versions(session, [version.id for version in stored_versions])
        }
    if json_output:
        rows = [asdict(version) | {"document": documents[version.id]} for version in stored_versions]
        click.echo(as_json({"tariff": code, "versions": rows}))
        return
    print_table(
        ["FROM", "UNTIL", "BILLED", "HASH"],
        [
            [
                str(version.start or "ever"),
                str(version.until or "open"),
                "yes" if version.billed else "no",
                version.hash[:12],
            ]
            for version in stored_versions
        ],
    )


@tariff.command()
@click.argument("series")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--start", type=click.DateTime(["%Y-%m-%d"]), required=True, help="First day of the file, in the zone.")
@click.option("--timezone", "zone_name", required=True, help="IANA time zone of the file, for example Europe/Berlin.")
@click.option(
    "--step", type=click.Choice(["15", "30", "60"]), help="Minutes of a step, where the file does not say it."
)
@click.option("--json", "json_output", is_flag=True, help="Machine-readable output.")
def prices(series: str, file: Path, *, start: datetime, zone_name: str, step: str | None, json_output: bool) -> None:
    """Keep the market prices of a CSV FILE (a price a line, or time,price) for spot charges that name the SERIES."""
    from cloud_service.cli.database import author, transaction
    from cloud_service.cli.output import as_json
    from cloud_service.domain.rating.calculator import price_file
    from cloud_service.domain.rating.spot_prices import by_instant
    from cloud_service.store.audit.log import note
    from cloud_service.store.tariffs.market_prices import add as keep

    values, _ = price_file(file, start.date(), zone_name, step_s=int(step) * 60 if step else None)
    spot_prices = by_instant(values, start.date(), zone_name)
    with transaction() as session:
        new = keep(session, series, spot_prices)
        stored: dict[str, Any] = {
            "first": spot_prices[0].at.isoformat(),
            "end": spot_prices[-1].end.isoformat(),
            "new": new,
        }
        note(session, author(), "market_price.add", f"market_price:{series}", **stored)
    click.echo(
        as_json({"series": series, "prices": len(spot_prices)} | stored)
        if json_output
        else f"{new} of {len(spot_prices)} are new"
    )


@tariff.command("import-urdb")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--dated/--undated", default=True, help="Keep the record's days of validity.")
@click.option("--holidays/--no-holidays", default=True, help="Keep the holidays it names.")
@click.option("--json", "json_output", is_flag=True, help="Put document and notes into one JSON object.")
def import_urdb_(file: Path, *, dated: bool, holidays: bool, json_output: bool) -> None:
    """Turn a URDB record (version 8, or its ratebook form) into a tariff document of ours, on standard output."""
    from cloud_service.domain.tariffs.document_file import read_document
    from cloud_service.domain.tariffs.tariff import load_tariff
    from cloud_service.domain.tariffs.urdb import import_urdb, is_urdb
    from common.errors import InputError

    record = read_document(file)
    if not is_urdb(record):
        raise InputError(
            "this is no record of the URDB", path="$", hint="it has no energyratestructure and no energy.periods"
        )
    imported = import_urdb(record, dated=dated, holidays=holidays)
    load_tariff(imported.document)
    if json_output:
        click.echo(json.dumps({"document": imported.document, "notes": list(imported.notes)}, ensure_ascii=False))
        return
    for note in imported.notes:
        click.echo(f"note: {note}", err=True)
    click.echo(json.dumps(imported.document, ensure_ascii=False, indent=2))


@tariff.command()
@click.option("--json", "json_output", is_flag=True, help="The same: the schema is JSON.")
def schema(*, json_output: bool) -> None:  # noqa: ARG001 -- every command takes --json
    """Print the JSON Schema of tariff documents."""
    from cloud_service.domain.tariffs.json_schema import tariff_schema

    click.echo(json.dumps(tariff_schema(), ensure_ascii=False, indent=2))
