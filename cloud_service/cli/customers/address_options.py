"""The options of a postal address: its fields, or one text that is read; and what was understood of it."""

from collections.abc import Callable
from typing import Any

import click

from cloud_service.domain.customers.postal_address import AS_WRITTEN, CHECKED, PARTS, READ, Addressed

OPTIONS = (
    click.option("--street", help=r"House and street, P.O. box; \n ends a line, at most three."),
    click.option("--postcode", help="Checked by the rules of the country."),
    click.option("--city"),
    click.option("--region", help="State or province, where letters of the country have it."),
    click.option("--country", help="Two capitals, for example DE."),
    click.option("--address-as-written", is_flag=True, help="Keep the fields although they do not fit the country."),
    click.option("--address-checked", is_flag=True, help="The fields that were read from a text are right."),
    click.option("--address", help=r"Instead of fields: one text, which is read; \n ends a line."),
)


def address_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the options of an address."""
    for option in reversed(OPTIONS):
        command = option(command)
    return command


def given_address(options: dict[str, Any]) -> dict[str, Any]:
    """What a command was told, by the names of columns; what was not given is left out."""
    as_written, checked = options.pop("address_as_written"), options.pop("address_checked")
    given = {name: value for name, value in options.items() if value is not None}
    for name in ("street", "address"):
        if name in given:
            given[name] = given[name].replace("\\n", "\n")
    fields = [name for name in PARTS if name in given]
    if fields and "address" in given:
        raise click.UsageError(f"--{fields[0]} and --address say the same: give the fields or the text")
    if as_written and checked:
        raise click.UsageError("--address-as-written and --address-checked: one of them")
    if fields or as_written or checked:
        given["address_state"] = AS_WRITTEN if as_written else CHECKED
    return given


def say_understood(party: Addressed, given: dict[str, Any]) -> None:
    """After an address that was given as a text: what its fields are now."""
    if "address" in given and party.address_state == READ and party.address:
        parts = [f"{field} {getattr(party, field)!r}" for field in PARTS if getattr(party, field)]
        hint = "--address-checked if that is right"
        click.echo(f"address read as {', '.join(parts)}; {hint}", err=True)
