"""`energy-cloud readings imports|undo`: the files that were taken in, and taking one back."""

from datetime import UTC, datetime

import click

from cloud_service.cli.database import author, transaction


@click.command()
@click.option("--limit", default=50, show_default=True, help="At most so many, the newest.")
@click.option("--json", "json_output", is_flag=True, help="Print the files as JSON.")
def imports(*, limit: int, json_output: bool) -> None:
    """List the files of readings that were taken in, newest first."""
    from cloud_service.cli.output import as_json, print_table

    with transaction() as session:
        from cloud_service.store.metering.imported_files import newest_files
        from cloud_service.store.scope import Scope

        files = newest_files(session, Scope(), limit)
    if json_output:
        click.echo(as_json({"imports": files}))
        return
    print_table(
        ["ID", "FILE", "FORMAT", "READINGS", "TAKEN IN", "BY", "UNDONE"],
        [
            [str(file.id), file.name, file.format, str(file.rows), f"{file.created_at:%Y-%m-%d %H:%M}", file.author,
             f"{file.undone_at:%Y-%m-%d %H:%M}" if file.undone_at else ""]
            for file in files
        ],
    )  # fmt: skip


@click.command()
@click.argument("file_id", metavar="ID", type=int)
@click.option("--reason", required=True, help="Why it is taken back.")
@click.option("--author", "by", default="", help="Who does it; the system's user unless given.")
@click.option("--json", "json_output", is_flag=True, help="Print the result as JSON.")
def undo(file_id: int, *, reason: str, by: str, json_output: bool) -> None:
    """Take back the file of readings with this ID, until something is billed by it.

    Its readings stay as evidence and do not count; what counted before counts again. `readings imports` shows the ids.
    """
    from cloud_service.cli.output import as_json

    with transaction() as session:
        from cloud_service.flow.metering.undo_import import undo as take_back
        from cloud_service.store.scope import Scope

        file = take_back(session, file_id, author=by or author(), reason=reason, now=datetime.now(UTC), scope=Scope())
    if json_output:
        click.echo(as_json({"undone": file.id, "name": file.name, "readings": file.rows}))
    else:
        click.echo(f"{file.name} does not count any more; its days are made again", err=True)
