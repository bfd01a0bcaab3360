"""`energy-cloud prepaid`: balances, and what was decided on them."""

from dataclasses import asdict
from datetime import UTC, datetime

import click

from cloud_service.cli.database import author, transaction
from cloud_service.cli.output import as_json, print_table

JSON = click.option("--json", "json_wanted", is_flag=True, help="Print the result as JSON.")


@click.group()
def prepaid() -> None:
    """Prepaid accounts; `account pay --kind top_up` tops one up."""


@prepaid.command(name="list")
@click.option("--limit", default=100, show_default=True)
@JSON
def list_accounts(*, limit: int, json_wanted: bool) -> None:
    """Balances, the lowest first."""
    from cloud_service.store.receivables.prepaid import rows

    with transaction() as session:
        found = rows(session, limit=limit)
    if json_wanted:
        click.echo(as_json([asdict(row) for row in found]))
        return
    print_table(
        ["ACCOUNT", "TENANT NAME", "", "BALANCE", "DAYS LEFT", "STATE", "WAITS FOR"],
        [
            [r.account, r.client, r.currency, f"{r.balance:,.2f}", str(r.days_left or "–"), r.state, r.protected_reason]
            for r in found
        ],
    )


@prepaid.command()
@JSON
def tend(*, json_wanted: bool) -> None:
    """Work out all balances now; warn, disconnect and reconnect by the rules (the worker does this each minute)."""
    from cloud_service.flow.prepaid import tend_page
    from cloud_service.flow.rate import rate_so_far

    done, after = [], -1
    while after:
        with transaction() as session:
            after, page = tend_page(session, max(after, 0), datetime.now(UTC), rate_so_far, author=author())
            done += page
    if json_wanted:
        click.echo(as_json([asdict(one) for one in done]))
    else:
        for one in done:
            waits = f" (waits: {one.waits})" if one.waits else ""
            click.echo(f"{one.account}: {one.state} {one.command} at {one.balance:,.2f}{waits}")


@prepaid.command()
@click.option("--state", default="", help="waiting, sent, done, failed or cancelled.")
@JSON
def commands(*, state: str, json_wanted: bool) -> None:
    """Orders for gateways: disconnect and reconnect."""
    from cloud_service.store.receivables.prepaid import commands as report

    with transaction() as session:
        found = report(session, state)
    if json_wanted:
        click.echo(as_json(found))
        return
    for one in found:
        click.echo(f"{one['created_at']:%Y-%m-%d %H:%M} {one['kind']} {one['meter']} {one['state']}: {one['reason']}")
