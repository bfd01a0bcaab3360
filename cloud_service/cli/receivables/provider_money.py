"""`energy-cloud payments odd` and `settle`: what the payment company told and could not be booked."""

from datetime import UTC, datetime
from typing import Any

import click

from cloud_service.cli.database import author, transaction
from cloud_service.cli.options import WHOSE, day_of
from cloud_service.cli.output import as_json, print_table
from common.errors import InputError

COLUMNS = ("id", "occurred_at", "provider", "kind", "outcome", "payment_ref", "currency", "amount", "account", "client")


@click.command()
@WHOSE
@click.option("--json", "json_output", is_flag=True, help="Print the list as JSON.")
def odd(*, json_output: bool) -> None:
    """Failed refunds, won disputes, money of nobody known: not booked, waiting for you. Exit code 6 if any."""
    from cloud_service.cli.names import named_scope
    from cloud_service.store.receivables.odd_events import odd_events

    with transaction() as session:
        events = odd_events(session, named_scope(session))
    rows: list[dict[str, Any]] = [{column: getattr(event, column) for column in COLUMNS} for event in events]
    if json_output:
        click.echo(as_json(rows))
    else:
        heads = [column.upper() for column in COLUMNS]
        print_table(heads, [["" if cell is None else str(cell) for cell in row.values()] for row in rows])
    if rows:
        raise SystemExit(6)


@click.command()
@click.argument("event", type=int)
@click.option("--account", default="", help="Book its money to this account.")
@click.option("--reason", default="", help="Why there is nothing to book.")
@click.option("--day", help="Value date; today unless given.")
@WHOSE
@click.option("--json", "json_output", is_flag=True, help="Print the result as JSON.")
def settle(event: int, *, account: str, reason: str, day: str | None, json_output: bool) -> None:
    """Say what becomes of an EVENT that `payments odd` lists: its money is booked, or nothing is."""
    from cloud_service.cli.names import account_id, named_scope
    from cloud_service.flow import collect

    if bool(account) == bool(reason):
        raise InputError("give either --account or --reason", path="--account")
    at = datetime.now(UTC)
    with transaction() as session:
        scope = named_scope(session)
        if reason:
            collect.set_odd_event_aside(session, event, reason, author=author(), at=at, scope=scope)
            result: dict[str, Any] = {"event": event, "settled_as": reason}
        else:
            booking = collect.book_odd_event(
                session, event, account_id(session, account), day=day_of(day, "--day"), author=author(), at=at,
                scope=scope,
            )  # fmt: skip
            result = {"event": event, "settled_as": "booked", "payment": booking.payment_id}
    click.echo(as_json(result) if json_output else f"event {event} is settled")


COMMANDS = (odd, settle)
