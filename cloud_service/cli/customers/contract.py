"""`energy-cloud contract`: who is supplied where, from when until when, by which tariff and meter."""

from typing import TYPE_CHECKING

import click

from cloud_service.cli.customers.contract_corrections import change_start, take_back
from cloud_service.cli.customers.shared_costs import share, shares, unshare
from cloud_service.cli.database import author, transaction
from cloud_service.cli.options import WHEN, WHOSE, amount_of, day_of, indexes_of, moment_of, time_of
from cloud_service.cli.output import as_json, print_listing

if TYPE_CHECKING:
    from cloud_service.store.customers.contract_changes import AgreedChange

JSON = click.option("--json", "json_output", is_flag=True, help="Print the result as JSON.")
DAY = click.option("--day", required=True, help="First day of the change.")
REASON = click.option("--reason", default="", help="Why; it stands in the audit log.")


@click.group()
def contract() -> None:
    """Moving in and out, owners, meters, tariffs, cycles, modes, shared costs."""


for more_command in (change_start, take_back, share, shares, unshare):
    contract.add_command(more_command)


@contract.command(name="move-in")
@click.argument("number")
@click.option("--point", required=True, help="Name or grid id of the service point.")
@click.option("--account", "account_number", required=True)
@click.option("--tariff", required=True, help="Code or name of the tariff.")
@DAY
@REASON
@WHOSE
@JSON
def move_in(
    number: str, *, point: str, account_number: str, tariff: str, day: str, reason: str, json_output: bool
) -> None:
    """A tenant takes a service point over: a contract with that NUMBER."""
    from cloud_service.cli.names import account_id, connection_scope, point_id, tariff_id
    from cloud_service.flow.customers.contract import MoveIn
    from cloud_service.flow.customers.contract import move_in as step

    with transaction() as session:
        scope = connection_scope(session, point, account_number, tariff)
        moving = MoveIn(
            number, point_id(session, point, scope), account_id(session, account_number, scope),
            tariff_id(session, tariff, scope), day_of(day, "--day"),
        )  # fmt: skip
        new_contract = step(session, moving, author=author(), reason=reason)
    click.echo(as_json({"contract": new_contract}) if json_output else f"contract {number} begins")


@contract.command(name="list")
@click.option("--search", default="", help="Part of number, tenant, place, grid id or meter.")
@click.option("--state", type=click.Choice(["active", "future", "ended"]))
@click.option("--limit", default=50, show_default=True)
@JSON
def list_contracts(*, search: str, state: str | None, limit: int, json_output: bool) -> None:
    """Connections: who is supplied where, by which meter and tariff."""
    from cloud_service.store.lists.customers import connections
    from cloud_service.store.lists.paging import ListQuery
    from cloud_service.store.scope import Scope

    query = ListQuery(text=search, filters={"state": (state,)} if state else {}, size=limit)
    columns = (
        "number", "tenant", "account", "site", "point", "utility", "grid_id", "meter", "tariff", "since", "until",
        "mode", "state",
    )  # fmt: skip
    print_listing(connections(Scope(), query, day_of(None, "")), query, columns, json_output=json_output)


@contract.command(name="move-out")
@click.argument("number")
@DAY
@REASON
@WHOSE
@JSON
def move_out(number: str, *, day: str, reason: str, json_output: bool) -> None:
    """The contract ends; the next billing run makes the final bill."""
    from cloud_service.cli.names import contract_id
    from cloud_service.flow.customers.contract import move_out as step

    with transaction() as session:
        vacant = step(session, contract_id(session, number), day_of(day, "--day"), author=author(), reason=reason)
    click.echo(as_json({"vacancy": vacant}) if json_output else f"contract {number} ends on {day}")


@contract.command(name="change-end")
@click.argument("number")
@click.option("--day", help="First day without it; the owner's empty days are moved along.")
@click.option("--stays", is_flag=True, help="Nobody moves out: the contract goes on.")
@REASON
@WHOSE
@JSON
def change_end(number: str, *, day: str | None, stays: bool, reason: str, json_output: bool) -> None:
    """A move-out was on another day, or is taken back."""
    from cloud_service.cli.names import contract_id
    from cloud_service.flow.customers.contract import change_end as step

    if stays == bool(day):
        raise click.UsageError("give either --day or --stays")
    end = None if stays else day_of(day, "--day")
    with transaction() as session:
        step(session, contract_id(session, number), end, author=author(), reason=reason)
    said = f"contract {number} goes on" if end is None else f"contract {number} ends on {end}"
    click.echo(as_json({"contract": number, "end": end}) if json_output else said)


@contract.command()
@click.argument("number")
@click.option("--account", "account_number", required=True, help="Who pays from then on.")
@DAY
@click.option("--reason", required=True)
@WHOSE
@JSON
def owner(number: str, *, account_number: str, day: str, reason: str, json_output: bool) -> None:
    """Another account pays from a day on."""
    from cloud_service.cli.names import account_id, contract_id
    from cloud_service.flow.customers.contract import change_owner

    with transaction() as session:
        new = change_owner(
            session, contract_id(session, number), account_id(session, account_number), day_of(day, "--day"),
            author=author(), reason=reason,
        )  # fmt: skip
    click.echo(as_json({"contract": new}) if json_output else f"contract {number} has a successor")


@contract.command()
@click.argument("number")
@click.option("--tariff", "code", required=True, help="Code or name of the tariff.")
@DAY
@click.option("--reason", required=True)
@WHOSE
@JSON
def tariff(number: str, *, code: str, day: str, reason: str, json_output: bool) -> None:
    """Another tariff from a day on."""
    from cloud_service.cli.names import contract_id, tariff_id
    from cloud_service.flow.customers.contract import change_tariff

    with transaction() as session:
        agreed = change_tariff(
            session, contract_id(session, number), tariff_id(session, code), day_of(day, "--day"), author=author(),
            reason=reason,
        )  # fmt: skip
    printed = {"contract": number, "tariff": code, "from": day}
    click.echo(as_json(printed | _until(agreed)) if json_output else f"{code} from {day} on{_then(agreed)}")


@contract.command(name="exchange-meter")
@click.option("--point", required=True, help="Name or grid id of the service point.")
@click.option("--meter", required=True, help="Name or serial of the new meter.")
@click.option("--at", required=True, help=WHEN)
@click.option("--closing", multiple=True, metavar="REGISTER=INDEX", help="Final index of the old meter, in its unit.")
@click.option("--opening", multiple=True, metavar="REGISTER=INDEX", help="First index of the new meter, in its unit.")
@click.option("--multiplier", default="1", show_default=True, help="CT × VT of the new mount.")
@REASON
@WHOSE
@JSON
def exchange_meter(
    *,
    point: str,
    meter: str,
    at: str,
    closing: tuple[str, ...],
    opening: tuple[str, ...],
    multiplier: str,
    reason: str,
    json_output: bool,
) -> None:
    """A meter goes, another comes."""
    from cloud_service.cli.names import meter_id, point_id
    from cloud_service.flow.customers.contract import MeterExchange
    from cloud_service.flow.customers.contract import exchange_meter as step
    from cloud_service.store.lookups.site_zones import point_zone

    with transaction() as session:
        place = point_id(session, point)
        exchange = MeterExchange(
            place, meter_id(session, meter), moment_of(time_of(at, "--at"), point_zone(session, place), "--at"),
            indexes_of(closing, "--closing"), indexes_of(opening, "--opening"), amount_of(multiplier, "--multiplier"),
        )  # fmt: skip
        step(session, exchange, author=author(), reason=reason)
    click.echo(as_json({"point": point, "meter": meter}) if json_output else f"meter {meter} hangs at {point}")


@contract.command()
@click.argument("account_number")
@click.argument("cycle", type=click.Choice(["monthly", "bimonthly", "quarterly", "half_yearly", "yearly", "once"]))
@click.option("--on", "day", type=int, default=1, show_default=True, help="Day of the month a cycle begins.")
@WHOSE
@JSON
def cycle(account_number: str, cycle: str, *, day: int, json_output: bool) -> None:
    """How often an account is billed."""
    from cloud_service.cli.names import account_id
    from cloud_service.flow.customers.contract import change_cycle

    with transaction() as session:
        change_cycle(session, account_id(session, account_number), cycle, day, author=author())
    click.echo(as_json({"account": account_number, "cycle": cycle, "day": day}) if json_output else f"billed {cycle}")


@contract.command()
@click.argument("account_number")
@click.argument("mode", type=click.Choice(["prepaid", "postpaid"]))
@DAY
@REASON
@WHOSE
@JSON
def mode(account_number: str, mode: str, *, day: str, reason: str, json_output: bool) -> None:
    """Prepaid or postpaid from a day on."""
    from cloud_service.cli.names import account_id
    from cloud_service.flow.customers.contract import change_mode

    with transaction() as session:
        agreed = change_mode(
            session, account_id(session, account_number), mode, day_of(day, "--day"), author=author(), reason=reason
        )
    printed = {"account": account_number, "mode": mode, "from": day}
    click.echo(as_json(printed | _until(agreed)) if json_output else f"{mode} from {day}{_then(agreed)}")


def _until(agreed: "AgreedChange | None") -> dict[str, str]:
    return {"until": agreed.start.isoformat(), "then": agreed.name} if agreed else {}


def _then(agreed: "AgreedChange | None") -> str:
    return f" until {agreed.start}, then {agreed.name} as agreed before" if agreed else ""


@contract.command()
@click.argument("point")
@click.option("--account", "account_number", required=True, help="The owner's account.")
@click.option("--tariff", required=True, help="Code of the tariff for empty days.")
@click.option("--since", help="It is empty now: the owner pays from this day on.")
@REASON
@WHOSE
@JSON
def vacancy(point: str, *, account_number: str, tariff: str, since: str | None, reason: str, json_output: bool) -> None:
    """Who pays for a service point while nobody lives there."""
    from cloud_service.cli.names import account_id, connection_scope, point_id, tariff_id
    from cloud_service.flow.customers.contract import set_vacancy

    with transaction() as session:
        scope = connection_scope(session, point, account_number, tariff)
        set_vacancy(
            session, point_id(session, point, scope), account_id(session, account_number, scope),
            tariff_id(session, tariff, scope), author=author(), reason=reason,
            since=day_of(since, "--since") if since else None,
        )  # fmt: skip
    click.echo(as_json({"point": point, "account": account_number}) if json_output else f"{account_number} pays")
