"""`energy-cloud contract change-start`, `take-back`: what was entered of a contract was wrong."""

import click

from cloud_service.cli.database import author, transaction
from cloud_service.cli.options import WHOSE, day_of
from cloud_service.cli.output import as_json

JSON = click.option("--json", "json_output", is_flag=True, help="Print the result as JSON.")
WHY = click.option("--reason", required=True, help="Why; it stands in the audit log.")


@click.command(name="change-start")
@click.argument("number")
@click.option("--day", required=True, help="The first day; the owner's empty days before are moved along.")
@WHOSE
@WHY
@JSON
def change_start(number: str, *, day: str, reason: str, json_output: bool) -> None:
    """A move-in was on another day."""
    from cloud_service.cli.names import contract_id
    from cloud_service.flow.customers.contract import change_start as step

    start = day_of(day, "--day")
    with transaction() as session:
        step(session, contract_id(session, number), start, author=author(), reason=reason)
    click.echo(as_json({"contract": number, "start": start}) if json_output else f"contract {number} begins on {start}")


@click.command(name="take-back")
@click.argument("number")
@WHOSE
@WHY
@JSON
def take_back(number: str, *, reason: str, json_output: bool) -> None:
    """A contract never was: a tenant's, or the owner's for empty days. Its bills are credited first."""
    from cloud_service.cli.names import contract_id
    from cloud_service.flow.customers.contract import take_back_contract

    with transaction() as session:
        take_back_contract(session, contract_id(session, number), author=author(), reason=reason)
    click.echo(as_json({"contract": number}) if json_output else f"contract {number} is taken back")
