"""`energy-cloud import`: many at once from sheets, checked row by row, taken back with one command."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from cloud_service.cli.database import author, transaction
from cloud_service.cli.options import company_today, entity_of, pairs_of
from cloud_service.cli.output import as_json, print_table
from common.errors import InputError

JSON = click.option("--json", "json_output", is_flag=True, help="Print the result as JSON.")
KINDS = (
    "sites", "points", "clients", "accounts", "meters", "contracts", "tariffs", "balances", "items", "flats",
)  # fmt: skip  # each after what it names
FAULTS_SHOWN = 40
FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


class FilesOrCommand(click.Group):
    """`import FILE …` is `import files FILE …`: files are what it is for."""

    def resolve_command(self, ctx: click.Context, args: list[str]) -> Any:
        """The first word is a command of the group, or else a file."""
        if args and args[0] not in self.commands:
            args = ["files", *args]
        return super().resolve_command(ctx, args)

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Options before the first file belong to `files`, too."""
        if args and args[0].startswith("-") and args[0] not in ("-h", "--help"):
            args = ["files", *args]
        return super().parse_args(ctx, args)


@click.group(name="import", cls=FilesOrCommand, options_metavar="", subcommand_metavar="FILE…|COMMAND [OPTIONS]")
def sheets() -> None:
    """Flats with their tenants and meters, many at once, from CSV or XLSX sheets.

    `import FILE…` stores all rows of the sheets or nothing; `import template flats` writes an empty sheet,
    `import undo` takes an import back. A file called clients.csv holds clients, any other a row for each flat.
    """


@sheets.command()
@click.argument("paths", metavar="FILE…", nargs=-1, required=True, type=FILE)
@click.option("--kind", type=click.Choice(KINDS), help="What the rows are, where the name of the file does not say it.")
@click.option("--dry-run", is_flag=True, help="Say what would become of each row; store nothing.")
@click.option("--good-rows", is_flag=True, help="Store the rows that can be stored, leave out the others.")
@click.option("--map", "columns", multiple=True, metavar="OURS=THEIRS", help="Which column is which; `-` for none.")
@click.option("--set", "constants", multiple=True, metavar="OURS=VALUE", help="For all rows: site=Hafenhof.")
@click.option("--days", type=click.Choice(["dmy", "mdy"]), default=None, help="What 03/04/2026 means.")
@click.option("--decimal", type=click.Choice([",", "."]), default=None, help="What stands before decimals.")
@click.option(
    "--report", type=click.Path(dir_okay=False, path_type=Path), help="The sheet with its reasons, csv or xlsx."
)
@click.option("--entity", type=int, help="Legal entity; needed where there are several.")
@click.option("--reason", default="", help="Why; it stands in the audit log.")
@JSON
def files(
    paths: tuple[Path, ...], *, kind: str | None, dry_run: bool, good_rows: bool, columns: tuple[str, ...],
    constants: tuple[str, ...], days: str | None, decimal: str | None, report: Path | None, entity: int | None,
    reason: str, json_output: bool,
) -> None:  # fmt: skip
    """Import sheets: all of them in one go or, where a row is refused, nothing. Exit code 6 if a row was refused."""
    from cloud_service.sheets.files.sheet_file import SheetFile
    from cloud_service.sheets.import_sheet import ImportOrder, import_sheet
    from cloud_service.sheets.report import REFUSED

    reports = []
    with transaction() as session:
        entity_id = entity_of(session, entity)
        everything = session.begin_nested()
        for path in sorted(paths, key=lambda path: KINDS.index(kind or _kind_of(path))):
            order = ImportOrder(
                entity_id, author(), company_today(), kind or _kind_of(path), pairs_of(columns, "--map"),
                pairs_of(constants, "--set"), days or "", decimal or "", reason=reason,
            )  # fmt: skip
            sheet_file = SheetFile(path.name, path.read_bytes())
            # later sheets may name what earlier ones make: all is done, and taken back at the end where it must be
            reports.append((path, import_sheet(session, sheet_file, order, good_rows=True)))
        refused = any(done.of(REFUSED) for _path, done in reports)
        if dry_run or (refused and not good_rows):
            everything.rollback()
        stored = everything.is_active
    if report is not None:
        _write_report(report, [done for _path, done in reports])
    _say(reports, stored=stored, json_output=json_output)
    raise SystemExit(6 if refused else 0)


@sheets.command()
@click.argument("kind", type=click.Choice(KINDS))
@click.argument("path", metavar="[FILE]", required=False, type=click.Path(dir_okay=False, path_type=Path))
@JSON
def template(kind: str, path: Path | None, *, json_output: bool) -> None:
    """Write an empty sheet with all columns of a KIND and an example; KIND.xlsx unless named."""
    from cloud_service.sheets.heads.columns import KINDS as SHEET_KINDS
    from cloud_service.sheets.template import template as sheet

    path = path or Path(f"{kind}.xlsx")
    if path.exists():
        raise InputError("is there already", path=str(path), hint="name another file")
    path.write_bytes(sheet(kind, datetime.now(UTC).date(), form=_format_of(path)))
    sheet_kind = SHEET_KINDS[kind]
    if json_output:
        click.echo(as_json({"file": str(path), "columns": sheet_kind.keys, "needed": sheet_kind.needed}))
        return
    rows = [
        [column.key, column.title, "needed" if column.key in sheet_kind.needed else "", column.about]
        for column in sheet_kind.columns
    ]
    print_table(["NAME", "COLUMN", "", "MEANS"], rows)
    click.echo(f"{path} is written", err=True)


@sheets.command()
@click.argument("import_id", metavar="ID", type=int)
@click.option("--reason", default="", help="Why; it stands in the audit log.")
@JSON
def undo(import_id: int, *, reason: str, json_output: bool) -> None:
    """Take an import back: all that it made, until something of it is billed or read."""
    from cloud_service.sheets.undo_import import undo_import
    from cloud_service.store.scope import Scope
    from cloud_service.store.sheets.imports import kept_import

    with transaction() as session:
        sheet_import = kept_import(session, Scope(), import_id=import_id)
        counts = undo_import(session, sheet_import, author=author(), now=datetime.now(UTC), reason=reason)
    click.echo(
        as_json({"import": import_id, "deleted": counts})
        if json_output
        else f"import {import_id} is taken back: {_counted(counts)}"
    )


@sheets.command(name="list")
@click.option("--limit", default=50, show_default=True)
@JSON
def list_imports(*, limit: int, json_output: bool) -> None:
    """Imports so far, the newest first."""
    from cloud_service.store.scope import Scope
    from cloud_service.store.sheets.imports import kept_imports

    with transaction() as session:
        imports = kept_imports(session, Scope(), limit)
    rows: list[dict[str, Any]] = [
        {
            "id": row.id, "at": row.created_at, "file": row.name, "kind": row.kind, "entity": row.entity,
            "author": row.author, "new": row.new_rows, "same": row.same_rows, "refused": row.refused_rows,
            "undone": row.undone_at,
        }
        for row in imports
    ]  # fmt: skip
    if json_output:
        click.echo(as_json(rows))
    elif rows:
        printed_rows = [
            [str(value)[:16] if name in ("at", "undone") else str(value) for name, value in row.items()] for row in rows
        ]
        print_table(
            [name.upper() for name in rows[0]],
            [["" if cell == "None" else cell for cell in row] for row in printed_rows],
        )


def _kind_of(path: Path) -> str:
    return path.stem if path.stem in KINDS else "flats"


def _format_of(path: Path) -> str:
    form = path.suffix.removeprefix(".").lower()
    if form not in ("csv", "xlsx"):
        raise InputError("is neither .csv nor .xlsx", path=str(path))
    return form


def _write_report(path: Path, reports: list[Any]) -> None:
    from cloud_service.sheets.files.report_file import report_file

    if len(reports) > 1:
        raise InputError("a report is of one file", path="--report")
    path.write_bytes(report_file(reports[0], company_today(), form=_format_of(path)))


def _say(reports: list[tuple[Path, Any]], *, stored: bool, json_output: bool) -> None:
    if json_output:
        sheets_json = [{"file": path.name, **report.as_json()} for path, report in reports]
        if not stored:
            sheets_json = [sheet | {"import": None} for sheet in sheets_json]
        click.echo(as_json({"stored": stored, "sheets": sheets_json}))
        return
    for path, report in reports:
        said = report.as_json()
        click.echo(f"{path.name}: {said['new']} rows new, {said['same']} there already, {said['refused']} refused")
        if said["made"]:
            click.echo(f"  {'made' if stored else 'would make'}: {_counted(said['made'])}")
        for note in said["notes"]:
            click.echo(f"  {note}")
        for harm in said["warnings"][:FAULTS_SHOWN]:
            click.echo(
                f"  row {harm['row']}: {harm['column']} {harm['found']}, was it {harm['meant']}? zeros may be lost"
            )
        if said["left_out"]:
            click.echo(f"  columns that mean nothing here: {', '.join(said['left_out'])}")
        if stored and said["import"]:
            click.echo(f"  to take it back: energy-cloud import undo {said['import']}")
        faults = [
            [str(fault["row"]), fault["column"], fault["found"][:30], _why(fault)]
            for fault in said["faults"][:FAULTS_SHOWN]
        ]
        if faults:
            print_table(["ROW", "COLUMN", "FOUND", "WHY"], faults)
        if len(said["faults"]) > FAULTS_SHOWN:
            click.echo(f"… and {len(said['faults']) - FAULTS_SHOWN} more: --report FILE has them all")
    if not stored:
        click.echo("nothing was stored", err=True)


def _why(fault: dict[str, str]) -> str:
    meant = f"; did you mean {fault['proposal']}?" if fault["proposal"] else ""
    return fault["why"] + (f" ({fault['hint']})" if fault["hint"] else "") + meant


def _counted(counts: dict[str, int]) -> str:
    return ", ".join(f"{count} {table.replace('_', ' ')}" for table, count in counts.items())
