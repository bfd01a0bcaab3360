"""`energy-cloud mail failed|again`: letters that were given up, and one of them sent once more."""

from dataclasses import asdict

import click

from cloud_service.cli.database import author, transaction
from cloud_service.cli.output import as_json, print_table

JSON = click.option("--json", "json_output", is_flag=True, help="Print the result as JSON.")
COLUMNS = ("id", "created_at", "kind", "recipient", "tenant", "bill", "state", "error")


@click.command()
@JSON
def failed(*, json_output: bool) -> None:
    """The newest letters that did not arrive, with why. Exit code 6 if there are any."""
    from cloud_service.store.lookups.support import failed_mails
    from cloud_service.store.scope import Scope

    with transaction() as session:
        mails = [asdict(mail) for mail in failed_mails(session, Scope())]
    if json_output:
        click.echo(as_json(mails))
    elif mails:
        rows = [[str(mail[column] or "-")[:60] for column in COLUMNS] for mail in mails]
        print_table([column.upper() for column in COLUMNS], rows)
    if mails:
        raise SystemExit(6)


@click.command()
@click.argument("letter", type=int)
@JSON
def again(letter: int, *, json_output: bool) -> None:
    """Send a LETTER that `mail failed` lists once more, to the address that its client has now."""
    from cloud_service.flow import send_letter_again
    from cloud_service.store.scope import Scope

    with transaction() as session:
        recipient = send_letter_again.send(session, letter, Scope(), author=author())
    click.echo(as_json({"letter": letter, "to": recipient}) if json_output else f"on its way to {recipient}")


COMMANDS = (failed, again)
