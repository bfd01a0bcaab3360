"""`energy-cloud payments`: money that came in by the bank."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cloud_service.cli.database import author, engine, transaction
from cloud_service.cli.options import WHOSE
from cloud_service.cli.output import as_json, print_table
from cloud_service.cli.receivables.provider_money import COMMANDS
from common.errors import InputError

if TYPE_CHECKING:
    from cloud_service.flow.match_transfers import MatchedLine
    from cloud_service.store.database.session import Session


@click.group()
def payments() -> None:
    """Bank statements; money at the payment company."""


for command in COMMANDS:
    payments.add_command(command)


@payments.command(name="import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--line", "by_hand", multiple=True, metavar="LINE=ACCOUNT", help="For which account a left line is.")
@click.option("--returned", multiple=True, metavar="LINE=PAYMENT", help="Which payment a left line takes back.")
@click.option("--dry-run", is_flag=True, help="Say what would be booked, book nothing.")
@WHOSE
@click.option("--json", "json_output", is_flag=True, help="Print the result as JSON.")
def import_(
    file: Path, *, by_hand: tuple[str, ...], returned: tuple[str, ...], dry_run: bool, json_output: bool
) -> None:
    """Book a bank statement (camt, MT940, CSV); what is not certain is listed for a person. Safe to repeat.

    Exit code 6 where lines are left for a person (import the file again with the accounts of those), or where the
    sums of a statement are off.
    """
    from cloud_service.cli.names import named_scope
    from cloud_service.cli.receivables.bank_lines import booked_row, booking_of, chargeback_of, chosen_payments
    from cloud_service.domain.receivables.statement_sums import statement_gaps
    from cloud_service.flow import match_transfers
    from cloud_service.payments.bank_statement import read_statement

    lines = read_statement(file)
    with engine():  # one for all lines, each of which is a transaction of its own
        with transaction() as session:
            meanwhile = match_transfers.BookedMeanwhile(session)
        with transaction() as session:
            reads = list(match_transfers.match_lines(session, lines, named_scope(session)))
            accounts = _accounts_by_hand(session, by_hand, reads)
        takings = [booking_of(read, accounts.get(number)) for number, read in enumerate(reads, start=1)]
        for number, payment in chosen_payments(returned, reads).items():
            takings[number - 1] = chargeback_of(reads[number - 1], payment)
        rows = [
            {"line": number} | booked_row(read, taking, meanwhile, dry_run=dry_run)
            for number, (read, taking) in enumerate(zip(reads, takings, strict=True), start=1)
        ]
    left = [row for row in rows if row["outcome"] == "left"]
    gaps = statement_gaps(lines)
    if json_output:
        click.echo(as_json({"lines": rows, "left": len(left), "sums_off": gaps}))
    else:
        columns = ("line", "day", "amount", "currency", "payer", "text", "outcome", "detail")
        print_table(
            [column.upper() for column in columns],
            [[str(row[column])[: 120 if column == "detail" else 48] for column in columns] for row in rows],
        )
        click.echo(f"{len(rows)} lines, {len(left)} left for a person", err=True)
        for gap in gaps:
            click.echo(
                f"statement {gap.name}: its bookings do not make its closing balance of {gap.closing:f} {gap.currency},"
                f" {gap.missing:f} is missing: ask the bank for all of it", err=True,
            )  # fmt: skip
    if left or gaps:
        raise SystemExit(6)


def _accounts_by_hand(session: "Session", texts: tuple[str, ...], reads: list["MatchedLine"]) -> dict[int, int]:
    """The account of each line that a person names, by the line's place from 1; one that needs nobody is refused."""
    from cloud_service.cli.names import account_id

    accounts = {}
    for text in texts:
        place, _, number = text.partition("=")
        if not place.isdecimal() or not 1 <= int(place) <= len(reads):
            raise InputError(f"{text!r} names no line", path="--line", hint=f"1 to {len(reads)}, for example 2=A-1001")
        read = reads[int(place) - 1]
        if read.by_hand:
            accounts[int(place)] = account_id(session, number.strip())
        elif read.outcome != "passed":
            raise InputError(f"line {place} is not left for a person", path="--line")
    return accounts


@payments.command()
@click.argument("payment", type=int)
@click.argument("amount")
@click.option("--key", required=True, help="Your name for this refund; the same name again is the same refund.")
@click.option("--json", "json_output", is_flag=True, help="Print the result as JSON.")
def refund(payment: int, amount: str, *, key: str, json_output: bool) -> None:
    """Give money back through the provider it came by; it is booked when the provider tells of it."""
    from cloud_service.cli.options import amount_of
    from cloud_service.flow.refund import refund as ask

    with transaction() as session:
        provider_refund = ask(session, payment, amount_of(amount, "AMOUNT"), _provider(), author=author(), key=key)
    requested = {"ref": provider_refund.ref, "amount": provider_refund.amount, "currency": provider_refund.currency}
    click.echo(
        as_json(requested)
        if json_output
        else f"{provider_refund.ref}: {provider_refund.amount} {provider_refund.currency} on its way"
    )


@payments.command()
@click.option("--since", required=True, help="First day.")
@click.option("--json", "json_output", is_flag=True, help="Print the result as JSON.")
def settlements(since: str, *, json_output: bool) -> None:
    """What the provider paid out to the bank, with payments, refunds and fees in it."""
    from cloud_service.cli.options import day_of

    payouts = _provider().settlements(day_of(since, "--since"))
    if json_output:
        click.echo(as_json(payouts))
        return
    rows = [
        [
            str(payout.day),
            payout.ref,
            payout.currency,
            f"{payout.net:f}",
            f"{sum(line.fee for line in payout.lines):f}",
            str(len(payout.lines)),
        ]
        for payout in payouts
    ]
    print_table(["DAY", "TRANSFER", "CURRENCY", "NET", "FEES", "LINES"], rows)


def _provider() -> Any:
    """The provider of this deployment."""
    from cloud_service.payments import provider
    from cloud_service.settings import read_settings
    from common.errors import ConflictError

    configured = provider(read_settings())
    if configured is None:
        raise ConflictError("no payment provider is set up", hint="PAYMENT_PROVIDER")
    return configured
