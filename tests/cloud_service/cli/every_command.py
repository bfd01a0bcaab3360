"""Run every command beside an installation that does not run, with the database's library out of reach: one JSON line.

Started as a program of its own, since what this process has imported before would hide what a command imports.
"""

import json
import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
from click.testing import CliRunner

from cloud_service.cli import cloud
from cloud_service.cli.ask_installation import WITHOUT
from cloud_service.installation import Installation, write

OUT_OF_REACH = {"sqlalchemy", "alembic", "psycopg", "flask", "numpy", "procrastinate"}
RUN_WITHOUT = WITHOUT - {"readings import"}  # they would do their work
VALUES = {"DATE": "2026-10-01", "YYYY-MM": "2026-10"}


class OutOfReach:
    """Refuses to find the heavy libraries."""

    def find_spec(self, name: str, *_places: Any) -> None:
        if name.partition(".")[0] in OUT_OF_REACH:
            raise AssertionError(f"imports {name}")


def leaves(group: click.Group, context: click.Context, path: str = "") -> Iterator[tuple[str, click.Command]]:
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        if isinstance(command, click.Group):
            yield from leaves(command, click.Context(command), f"{path} {name}")
        elif command is not None:
            yield f"{path} {name}".strip(), command


def words(command: click.Command, file: Path) -> Iterator[str]:
    """Something for everything that the command must be given."""
    for parameter in command.params:
        if parameter.required:
            yield from parameter.opts[:1] if isinstance(parameter, click.Option) else ()
            if not getattr(parameter, "is_flag", False):
                yield value(parameter, file)


def value(parameter: click.Parameter, file: Path) -> str:
    if isinstance(parameter.type, click.Choice):
        return str(parameter.type.choices[0])
    if isinstance(parameter.type, click.Path):
        return str(file) if parameter.type.file_okay else str(file.parent / "folder")
    return VALUES.get(parameter.metavar or "", "1")


def ends_beside(folder: Path) -> Iterator[tuple[str, str]]:
    """Every command with how it ends."""
    write(folder, Installation("energy-cloud up", {"DATABASE_URL": f"postgresql://@/energy?host={folder}"}))
    (folder / "file.csv").write_text("meter,time,value\nm1,2026-10-01,1\n")
    os.environ["ENERGY_DATA_DIR"] = str(folder)
    for path, command in leaves(cloud, click.Context(cloud)):
        if path not in RUN_WITHOUT:
            end = CliRunner().invoke(cloud, [*path.split(), *words(command, folder / "file.csv")])
            yield path, f"{type(end.exception).__name__}: {end.exception}" if end.exception else ""


def main() -> None:
    sys.meta_path.insert(0, OutOfReach())
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        print(json.dumps(dict(ends_beside(Path(folder)))))


if __name__ == "__main__":
    main()
