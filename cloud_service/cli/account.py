"""`energy-cloud account`: money of clients: statements, payments, refunds, deposits, write-offs, plans, disputes."""

from dataclasses import asdict
from typing import Any

import click

from cloud_service.cli.connection import amount_of, as_json, author, day_of, print_table, transaction

JSON = click.option("--json", "json_wanted", is_flag=True, help="Print the result as JSON.")
DAY = click.option("--day", help="Value date; today unless given.")


@click.group()
def account() -> None:
    """Money of clients, by account number."""


@account.command()
@click.argument("number")
@click.option("--from", "start", default="1970-01-01", help="First day.")
@click.option("--until", "end", help="Last day; today unless given.")
@JSON
def statement(number: str, *, start: str, end: str | None, json_wanted: bool) -> None:
    """All movements of an account with the balance after each."""
    from cloud_service.store.handling import account_id
    from cloud_service.store.reports import statement as report

    with transaction() as session:
        found = report(session, account_id(session, number), day_of(start, "--from"), day_of(end, "--until"))
    if json_wanted:
        click.echo(as_json(asdict(found)))
        return
    rows = [[str(one.day), one.kind, one.text, f"{one.amount:,.2f}", f"{one.balance:,.2f}"] for one in found.movements]
    print_table(["DAY", "WHAT", "TEXT", found.currency, "BALANCE"], rows)
    click.echo(f"outstanding {found.outstanding:,.2f} {found.currency}, credit {found.credit:,.2f}")


@account.command()
@click.argument("number")
@click.argument("amount")
@click.option("--by", "provider", default="cash", show_default=True, help="cash, bank ...")
@click.option("--reference", required=True, help="Unique among payments of that way; the same twice is booked once.")
@click.option("--for", "wanted", multiple=True, metavar="NUMBER=AMOUNT", help="What the payer says it is for.")
@click.option("--kind", type=click.Choice(["payment", "top_up", "deposit"]), default="payment", show_default=True)
@DAY
@JSON
def pay(
    number: str, amount: str, *, provider: str, reference: str, wanted: tuple[str, ...], kind: str, day: str | None,
    json_wanted: bool,
) -> None:  # fmt: skip
    """Book money received by hand."""
    from cloud_service.flow import collect
    from cloud_service.store.handling import account_id

    to = {name: amount_of(text, name) for name, _, text in (one.partition("=") for one in wanted)}
    with transaction() as session:
        done = collect.pay(
            session, account_id(session, number), amount_of(amount, "AMOUNT"), provider=provider, reference=reference,
            day=day_of(day, "--day"), author=author(), kind=kind, to=to or None,
        )  # fmt: skip
    _tell(done, json_wanted=json_wanted)


@account.command()
@click.argument("payment", type=int)
@click.argument("amount")
@click.option("--reference", required=True, help="Unique; the same twice is booked once.")
@click.option("--chargeback", is_flag=True, help="The bank took it back.")
@DAY
@JSON
def refund(payment: int, amount: str, *, reference: str, chargeback: bool, day: str | None, json_wanted: bool) -> None:
    """Give (a part of) a PAYMENT back; the invoices it settled are open again."""
    from cloud_service.flow import collect

    with transaction() as session:
        done = collect.give_back(
            session, payment, amount_of(amount, "AMOUNT"), reference=reference, day=day_of(day, "--day"),
            author=author(), kind="chargeback" if chargeback else "refund",
        )  # fmt: skip
    _tell(done, json_wanted=json_wanted)


@account.command()
@click.argument("number")
@click.argument("amount")
@click.option("--reference", required=True, help="Unique; the same twice is booked once.")
@DAY
@JSON
def payout(number: str, amount: str, *, reference: str, day: str | None, json_wanted: bool) -> None:
    """Pay credit of a client back."""
    from cloud_service.flow import collect
    from cloud_service.store.handling import account_id

    with transaction() as session:
        done = collect.pay_out(
            session, account_id(session, number), amount_of(amount, "AMOUNT"), reference=reference,
            day=day_of(day, "--day"), author=author(),
        )  # fmt: skip
    click.echo(as_json([asdict(one) for one in done]) if json_wanted else f"booked {len(done)} refunds")


@account.command(name="release-deposit")
@click.argument("payment", type=int)
@click.argument("amount")
@DAY
@JSON
def release_deposit(payment: int, amount: str, *, day: str | None, json_wanted: bool) -> None:
    """Turn a deposit into credit of the client."""
    from cloud_service.flow import collect

    with transaction() as session:
        done = collect.release_deposit(
            session, payment, amount_of(amount, "AMOUNT"), day=day_of(day, "--day"), author=author()
        )
    _tell(done, json_wanted=json_wanted)


def _tell(done: Any, *, json_wanted: bool) -> None:
    if json_wanted:
        click.echo(as_json(asdict(done)))
    else:
        click.echo(f"{done.outcome}" + (f": payment {done.payment_id}" if done.payment_id else ""))
