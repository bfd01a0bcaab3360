"""`energy-cloud export`: what is there, as sheets that can be imported again."""

from pathlib import Path

import click

from cloud_service.cli.database import transaction
from cloud_service.cli.options import company_today, entity_of
from cloud_service.cli.output import as_json
from common.errors import InputError


@click.group()
def export() -> None:
    """What is there, as files."""


@export.command()
@click.argument("folder", metavar="DIR", type=click.Path(file_okay=False, path_type=Path))
@click.option("--format", "form", type=click.Choice(["csv", "xlsx"]), default="csv", show_default=True)
@click.option("--entity", type=int, help="Legal entity; needed where there are several.")
@click.option("--json", "json_output", is_flag=True, help="Print the result as JSON.")
def sheets(folder: Path, *, form: str, entity: int | None, json_output: bool) -> None:
    """Write sites, points, clients, accounts, meters, connections and opening balances into DIR, for `import`."""
    from cloud_service.sheets.export_sheets import EXPORTED, export_sheet

    paths = [folder / f"{kind}.{form}" for kind in EXPORTED]
    there = [path for path in paths if path.exists()]
    if there:
        raise InputError("is there already", path=str(there[0]), hint="name an empty folder")
    with transaction() as session:
        entity_id = entity_of(session, entity)
        today = company_today(entity_id)
        contents = [export_sheet(session, entity_id, path.stem, today, form=form) for path in paths]
    folder.mkdir(parents=True, exist_ok=True)
    for path, content in zip(paths, contents, strict=True):
        path.write_bytes(content)
    click.echo(as_json({"files": [str(path) for path in paths]}) if json_output else "\n".join(map(str, paths)))
