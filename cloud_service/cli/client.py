"""`energy-cloud client`: who owes the money: taken on, changed, listed; with their accounts."""

from typing import Any

import click

from cloud_service.cli.database import author, transaction
from cloud_service.cli.options import day_of
from cloud_service.cli.output import as_json, print_listing, print_table

JSON = click.option("--json", "json_wanted", is_flag=True, help="Print the result as JSON.")
REASON = click.option("--reason", default="", help="Why; it stands in the audit log.")
LIMIT = click.option("--limit", default=50, show_default=True)
FACTS = (
    click.option("--kind", type=click.Choice(["person", "company"])),
    click.option("--email"),
    click.option("--phone"),
    click.option("--address", help=r"As printed on bills; \n ends a line."),
    click.option("--country", help="Two capitals, for example DE."),
    click.option("--locale", help="Language of bills, for example de or en_KE."),
    click.option("--vat-id"),
    click.option("--buyer-reference", help="Printed on e-invoices."),
    click.option("--protected/--not-protected", default=None, help="Never disconnected."),
)


def _facts(command: Any) -> Any:
    for option in reversed(FACTS):
        command = option(command)
    return command


@click.group()
def client() -> None:
    """Who owes the money; `account open` gives them an account, `contract move-in` a connection."""


@client.command()
@click.argument("name")
@click.option("--number", default="", help="The next free one unless given.")
@click.option("--entity", type=int, help="Legal entity; needed where there are several.")
@_facts
@REASON
@JSON
def add(name: str, *, number: str, entity: int | None, reason: str, json_wanted: bool, **facts: Any) -> None:
    """Take a client on."""
    from cloud_service.cli.bill import the_entity
    from cloud_service.flow.client import ClientDetails, add_client

    with transaction() as session:
        wanted = ClientDetails(name, **_given(facts))
        made = add_client(session, the_entity(session, entity), wanted, author=author(), number=number, reason=reason)
        taken = _row(session, made)
    click.echo(as_json(taken) if json_wanted else f"client {taken['number']}: {taken['name']}")


@client.command()
@click.argument("number")
@click.option("--name")
@_facts
@REASON
@JSON
def edit(number: str, *, reason: str, json_wanted: bool, **facts: Any) -> None:
    """Change what is known of a client; what is not named stays."""
    from cloud_service.flow.client import ClientDetails, edit_client
    from cloud_service.store.customers.clients import client_fields
    from cloud_service.store.lookups.ids_by_name import client_id

    with transaction() as session:
        known = client_id(session, number)
        wanted = ClientDetails(**client_fields(session, known) | _given(facts))
        changed = edit_client(session, known, wanted, author=author(), reason=reason)
    click.echo(as_json({"changed": changed}) if json_wanted else f"changed: {', '.join(changed) or 'nothing'}")


@client.command()
@click.argument("number")
@JSON
def show(number: str, *, json_wanted: bool) -> None:
    """All that is known of a client."""
    from cloud_service.store.lookups.ids_by_name import client_id

    with transaction() as session:
        found = _row(session, client_id(session, number))
    if json_wanted:
        click.echo(as_json(found))
    else:
        print_table(["", ""], [[name, str(value)] for name, value in found.items() if value not in ("", None)])


@client.command(name="list")
@click.option("--search", default="", help="Part of name, number or e-mail address.")
@LIMIT
@JSON
def list_clients(*, search: str, limit: int, json_wanted: bool) -> None:
    """Clients by name."""
    from cloud_service.store.lists.paging import Wanted
    from cloud_service.store.lists.parties import clients
    from cloud_service.store.scope import Scope

    asked = Wanted(text=search, size=limit)
    shown = ("number", "name", "kind", "email", "accounts", "connections", "last_bill")
    print_listing(clients(Scope(), asked, day_of(None, "")), asked, shown, json_wanted=json_wanted)


def _given(facts: dict[str, Any]) -> dict[str, Any]:
    given = {name: value for name, value in facts.items() if value is not None}
    return given | ({"address": given["address"].replace("\\n", "\n")} if "address" in given else {})


def _row(session: Any, client_id: int) -> dict[str, Any]:
    from cloud_service.store.customers.clients import client_fields, numbers_of

    return numbers_of(session, client_id) | client_fields(session, client_id)
