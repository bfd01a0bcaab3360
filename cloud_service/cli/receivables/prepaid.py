"""`energy-cloud prepaid`: balances, and what was decided on them."""

from datetime import UTC, datetime

import click

from cloud_service.cli.database import author, transaction
from cloud_service.cli.output import as_json, figures, print_table

JSON = click.option("--json", "json_output", is_flag=True, help="Print the result as JSON.")


@click.group()
def prepaid() -> None:
    """Prepaid accounts; `account pay --kind top_up` tops one up."""


@prepaid.command(name="list")
@click.option("--limit", default=100, show_default=True)
@JSON
def list_accounts(*, limit: int, json_output: bool) -> None:
    """Balances, the lowest first."""
    from cloud_service.store.receivables.prepaid import prepaid_list

    with transaction() as session:
        balances = prepaid_list(session, limit=limit)
    if json_output:
        click.echo(as_json(balances))
        return
    print_table(
        ["ACCOUNT", "TENANT NAME", "", "BALANCE", "DAYS LEFT", "STATE", "WAITS FOR"],
        [
            [
                balance.account,
                balance.client,
                balance.currency,
                figures(balance.balance, balance.currency),
                str(balance.days_left or "–"),
                balance.state,
                balance.protected_reason,
            ]
            for balance in balances
        ],
    )


@prepaid.command()
@JSON
def tend(*, json_output: bool) -> None:
    """Work out all balances now; warn, disconnect and reconnect by the rules (the worker does this each minute)."""
    from cloud_service.flow.prepaid import review_page
    from cloud_service.flow.rate import rate_so_far

    decisions, after = [], -1
    while after:
        with transaction() as session:
            after, page = review_page(session, max(after, 0), datetime.now(UTC), rate_so_far, author=author())
            decisions += page
    if json_output:
        click.echo(as_json(decisions))
    else:
        for decision in decisions:
            balance = figures(decision.balance, decision.currency)
            waits = f" (waits: {decision.waits})" if decision.waits else ""
            click.echo(f"{decision.account}: {decision.state} {decision.command} at {balance}{waits}")


@prepaid.command()
@click.option("--state", default="", help="waiting, sent, done, failed or cancelled.")
@JSON
def commands(*, state: str, json_output: bool) -> None:
    """Orders for gateways: disconnect and reconnect."""
    from cloud_service.store.receivables.gateway_commands import gateway_orders

    with transaction() as session:
        orders = gateway_orders(session, state)
    if json_output:
        click.echo(as_json(orders))
        return
    for order in orders:
        click.echo(
            f"{order.id} {order.created_at:%Y-%m-%d %H:%M} {order.kind} {order.meter} at {order.point} {order.state}:"
            f" {order.reason}"
        )


@prepaid.command()
@click.argument("order", type=int)
@click.option("--failed", is_flag=True, help="It could not be carried out.")
@click.option("--reason", default="", help="Why; it stands in the audit log.")
@JSON
def done(order: int, *, failed: bool, reason: str, json_output: bool) -> None:
    """An ORDER to connect or disconnect (its number in `prepaid commands`) was carried out."""
    from cloud_service.flow.prepaid import finish_order
    from cloud_service.store.scope import Scope

    with transaction() as session:
        kind = finish_order(
            session, Scope(), order, failed=failed, now=datetime.now(UTC), author=author(), reason=reason
        )
    state = "failed" if failed else "done"
    click.echo(as_json({"order": order, "kind": kind, "state": state}) if json_output else f"{kind}: {state}")
