"""`energy-cloud entity`: who issues bills, and where the money goes."""

from dataclasses import asdict
from typing import Any

import click

from cloud_service.cli.customers.address_options import address_options, given_address, say_understood
from cloud_service.cli.customers.bank_accounts import COMMANDS as BANK_COMMANDS
from cloud_service.cli.customers.number_series import COMMANDS as NUMBER_COMMANDS
from cloud_service.cli.database import author, transaction
from cloud_service.cli.options import entity_of
from cloud_service.cli.output import as_json, print_table

JSON = click.option("--json", "json_output", is_flag=True, help="Print the result as JSON.")
REASON = click.option("--reason", default="", help="Why; it stands in the audit log.")
WHICH = click.option("--entity", type=int, help="Legal entity; needed where there are several.")
ENTITY_OPTIONS = (
    click.option("--vat-id", help="USt-IdNr., GSTIN, KRA PIN, ABN … as the country calls it."),
    click.option("--tax-number", help="Of the tax office, where it differs: Steuernummer, PAN, EIN …"),
    click.option("--company-number", help="Of the register of companies."),
    click.option("--electronic-address", help="At which it is known to Peppol: 9930:DE123456789."),
    click.option("--email"),
    click.option("--phone"),
    click.option("--website"),
    click.option("--locale", help="Language of bills to clients without their own."),
    click.option(
        "--mails-receipts/--no-receipts", default=None, help="Mail a receipt for each payment to who wants mails."
    ),
)


def _entity_options(command: Any) -> Any:
    for option in reversed(ENTITY_OPTIONS):
        command = option(command)
    return command


@click.group()
def entity() -> None:
    """Companies of the operator: each issues its own bills under its own numbers."""


for more_command in (*BANK_COMMANDS, *NUMBER_COMMANDS):
    entity.add_command(more_command)


@entity.command()
@click.argument("name")
@click.option("--currency", required=True, help="Local currency, three capitals of ISO 4217.")
@click.option("--timezone", required=True, help="IANA name, for example Africa/Nairobi.")
@_entity_options
@address_options
@REASON
@JSON
def add(name: str, *, currency: str, timezone: str, reason: str, json_output: bool, **facts: Any) -> None:
    """Set a company up: the first thing of an installation."""
    from cloud_service.flow.customers.legal_entity import LegalEntityDetails
    from cloud_service.flow.customers.legal_entity import add as step
    from cloud_service.store.customers.legal_entities import entity_fields

    given = given_address(facts)
    with transaction() as session:
        new_id = step(
            session,
            LegalEntityDetails(name, currency, timezone, **given),
            author=author(),
            reason=reason,
        )
        say_understood(entity_fields(session, new_id), given)
    click.echo(as_json({"entity": new_id, "name": name}) if json_output else f"legal entity {new_id}: {name}")


@entity.command()
@WHICH
@click.option("--name")
@click.option("--currency")
@click.option("--timezone")
@_entity_options
@address_options
@REASON
@JSON
def edit(*, entity: int | None, reason: str, json_output: bool, **facts: Any) -> None:
    """Change what is known of it; what is not named stays."""
    from cloud_service.flow.customers.legal_entity import LegalEntityDetails
    from cloud_service.flow.customers.legal_entity import edit as step
    from cloud_service.store.customers.legal_entities import entity_fields

    given = given_address(facts)
    with transaction() as session:
        entity_id = entity_of(session, entity)
        new_facts = LegalEntityDetails(**asdict(entity_fields(session, entity_id)) | given)
        changed = step(session, entity_id, new_facts, author=author(), reason=reason)
        say_understood(entity_fields(session, entity_id), given)
    click.echo(as_json({"changed": changed}) if json_output else f"changed: {', '.join(changed) or 'nothing'}")


@entity.command(name="list")
@JSON
def list_entities(*, json_output: bool) -> None:
    """All companies."""
    from cloud_service.store.customers.legal_entities import entity_fields, entity_names

    with transaction() as session:
        entities = [
            {"id": entity_id} | asdict(entity_fields(session, entity_id)) for entity_id in entity_names(session)
        ]
    if json_output:
        click.echo(as_json(entities))
    elif entities:
        columns = ("id", "name", "country", "currency", "timezone", "email")
        print_table([name.upper() for name in columns], [[str(row[name]) for name in columns] for row in entities])
