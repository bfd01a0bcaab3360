"""`energy-cloud client`: who owes the money: taken on, changed, listed; with their accounts."""

from dataclasses import asdict
from typing import Any

import click

from cloud_service.cli.customers.address_options import address_options, given_address, say_understood
from cloud_service.cli.database import author, transaction
from cloud_service.cli.options import WHOSE, day_of, entity_of
from cloud_service.cli.output import as_json, print_listing, print_table

JSON = click.option("--json", "json_output", is_flag=True, help="Print the result as JSON.")
REASON = click.option("--reason", default="", help="Why; it stands in the audit log.")
LIMIT = click.option("--limit", default=50, show_default=True)
CLIENT_OPTIONS = (
    click.option("--kind", type=click.Choice(["person", "company"])),
    click.option("--email"),
    click.option("--phone"),
    click.option("--locale", help="Language of bills, for example de or en_KE."),
    click.option("--vat-id"),
    click.option("--buyer-reference", help="Printed on e-invoices."),
    click.option("--einvoice", help="factur_x, einvoice_ubl, xrechnung_ubl, peppol_ubl …: sent with each bill."),
    click.option("--electronic-address", help="Where e-invoices are received: 0088:7300010000001."),
    click.option("--protected/--not-protected", default=None, help="Never disconnected."),
)


def _client_options(command: Any) -> Any:
    for option in reversed(CLIENT_OPTIONS):
        command = option(command)
    return command


@click.group()
def client() -> None:
    """Who owes the money; `account open` gives them an account, `contract move-in` a connection."""


@client.command()
@click.argument("name")
@click.option("--number", default="", help="The next free one unless given.")
@click.option("--entity", type=int, help="Legal entity; needed where there are several.")
@_client_options
@address_options
@REASON
@JSON
def add(name: str, *, number: str, entity: int | None, reason: str, json_output: bool, **facts: Any) -> None:
    """Take a client on."""
    from cloud_service.flow.customers.client import ClientDetails, add_client
    from cloud_service.store.customers.clients import client_fields

    given = given_address(facts)
    with transaction() as session:
        new_client = ClientDetails(name, **given)
        new_id = add_client(
            session, entity_of(session, entity), new_client, author=author(), number=number, reason=reason
        )
        row = _row(session, new_id)
        say_understood(client_fields(session, new_id), given)
    click.echo(as_json(row) if json_output else f"client {row['number']}: {row['name']}")


@client.command()
@click.argument("number")
@click.option("--name")
@_client_options
@address_options
@REASON
@WHOSE
@JSON
def edit(number: str, *, reason: str, json_output: bool, **facts: Any) -> None:
    """Change what is known of a client; what is not named stays."""
    from cloud_service.cli.names import client_id
    from cloud_service.flow.customers.client import ClientDetails, edit_client
    from cloud_service.store.customers.clients import client_fields

    given = given_address(facts)
    with transaction() as session:
        client = client_id(session, number)
        new_facts = ClientDetails(**asdict(client_fields(session, client)) | given)
        changed = edit_client(session, client, new_facts, author=author(), reason=reason)
        say_understood(client_fields(session, client), given)
    click.echo(as_json({"changed": changed}) if json_output else f"changed: {', '.join(changed) or 'nothing'}")


@client.command()
@click.argument("number")
@WHOSE
@JSON
def show(number: str, *, json_output: bool) -> None:
    """All that is known of a client."""
    from cloud_service.cli.names import client_id

    with transaction() as session:
        row = _row(session, client_id(session, number))
    if json_output:
        click.echo(as_json(row))
    else:
        print_table(["", ""], [[name, str(value)] for name, value in row.items() if value not in ("", None)])


@client.command(name="list")
@click.option("--search", default="", help="Part of name, number or e-mail address.")
@click.option("--address", type=click.Choice(["read", "checked", "as_written", "none"]), help="By its check.")
@LIMIT
@JSON
def list_clients(*, search: str, address: str | None, limit: int, json_output: bool) -> None:
    """Clients by name."""
    from cloud_service.store.lists.customers import clients
    from cloud_service.store.lists.paging import ListQuery
    from cloud_service.store.scope import Scope

    query = ListQuery(text=search, filters={"address": (address,)} if address else {}, size=limit)
    columns = ("number", "name", "kind", "email", "accounts", "connections", "last_bill")
    print_listing(clients(Scope(), query, day_of(None, "")), query, columns, json_output=json_output)


def _row(session: Any, client_id: int) -> dict[str, Any]:
    from cloud_service.store.customers.clients import client_fields, numbers_of

    return asdict(numbers_of(session, client_id)) | asdict(client_fields(session, client_id))
