"""`energy-cloud account statements`: which accounts get statements by themselves, and which were sent."""

from dataclasses import asdict

import click

from cloud_service.cli.database import author, transaction
from cloud_service.cli.options import WHOSE, day_of
from cloud_service.cli.output import as_json, print_table


@click.command()
@click.argument("number", required=False)
@click.option("--every", type=click.Choice(["month", "quarter", "none"]), help="Send NUMBER one from now on, or stop.")
@click.option("--reason", default="", help="Why; it stands in the audit log.")
@click.option("--json", "json_output", is_flag=True, help="Print the result as JSON.")
@WHOSE
def statements(number: str | None, *, every: str | None, reason: str, json_output: bool) -> None:
    """Statements on their days: NUMBER --every month lets the worker send one; without options those that were sent."""
    from common.errors import InputError

    if every is None:
        _list(json_output=json_output)
        return
    if number is None:
        raise InputError("which account?", path="NUMBER")
    from cloud_service.cli.names import account_id
    from cloud_service.flow.account_statement import set_every

    with transaction() as session:
        account = account_id(session, number)
        changed = set_every(session, account, every, day_of(None, ""), author=author(), reason=reason)
    said = f"{number}: {'no statements' if every == 'none' else f'a statement each {every}'}"
    click.echo(as_json({"account": number, "every": every, "changed": changed}) if json_output else said)


def _list(*, json_output: bool) -> None:
    from cloud_service.store.delivery.timed_statements import sent_statements
    from cloud_service.store.scope import Scope

    with transaction() as session:
        rows = [asdict(row) for row in sent_statements(session, Scope(None, None))]
    columns = ("account", "client", "first_day", "last_day", "state", "recipient")
    if json_output:
        click.echo(as_json([{name: row[name] for name in columns} for row in rows]))
    else:
        heads = [name.replace("_", " ").upper() for name in columns]
        print_table(heads, [[str(row[name]) for name in columns] for row in rows])
