"""`energy-cloud example`: the files that `docs/first-day.md` works with."""

from pathlib import Path

import click

from cloud_service.cli.output import as_json
from cloud_service.web.help.manual_folder import example_files
from common.errors import ConflictError


@click.command()
@click.argument("folder", default=".", type=click.Path(path_type=Path, file_okay=False))
@click.option("--json", "json_output", is_flag=True, help="Print the result as JSON.")
def example(*, folder: Path, json_output: bool) -> None:
    """Write the files of the first day into FOLDER (here unless given): 20 flats, readings, a price list, a statement.

    Nothing is overwritten. The manual's page "The first day" says what to do with them.
    """
    copies = {folder / file.name: file.read_bytes() for file in example_files()}
    other = [path.name for path, content in copies.items() if path.exists() and path.read_bytes() != content]
    if other:
        raise ConflictError(f"there is another {', '.join(other)}", path=str(folder), hint="name an empty folder")
    folder.mkdir(parents=True, exist_ok=True)
    for path, content in copies.items():
        path.write_bytes(content)
    click.echo(as_json([str(path) for path in copies]) if json_output else "\n".join(str(path) for path in copies))
