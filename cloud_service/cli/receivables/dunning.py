"""`energy-cloud dunning`: money that does not come."""

from functools import partial

import click

from cloud_service.cli.database import author, engine, transaction
from cloud_service.cli.options import WHOSE, amount_of, day_of
from cloud_service.cli.output import as_json, figures
from cloud_service.cli.receivables.dunning_rules import COMMANDS

JSON = click.option("--json", "json_output", is_flag=True, help="Print the result as JSON.")
DAY = click.option("--day", help="As on this day; today unless given.")
REASON = click.option("--reason", required=True, help="Why; it stands in the audit log.")


@click.group()
def dunning() -> None:
    """Reminders, interest, disputes, payment plans, write-offs."""


@dunning.command()
@DAY
@click.option("--dry-run", is_flag=True, help="Only show which letters would go out.")
@JSON
def remind(*, day: str | None, dry_run: bool, json_output: bool) -> None:
    """Take the steps that are due: one letter an account, by the rules of its country."""
    from cloud_service.flow.remind import remind as step
    from cloud_service.store.database.session import trial

    with engine() as database:
        begin = partial(trial, database) if dry_run else transaction
        reminders = step(begin, day_of(day, "--day"), author=author())
    if json_output:
        click.echo(as_json(reminders))
        return
    for reminder in reminders:
        fee = f", fee {reminder.fee}" if reminder.fee else ""
        sum_due = f"{figures(reminder.amount, reminder.currency)} {reminder.currency}"
        click.echo(f"{reminder.account}: {reminder.step}, {sum_due}, {', '.join(reminder.invoices)}{fee}")


@dunning.command()
@DAY
@JSON
def interest(*, day: str | None, json_output: bool) -> None:
    """Charge the statutory interest on overdue bills up to a day."""
    from cloud_service.flow.dunning.interest import charge_interest

    with engine():
        issued = charge_interest(transaction, day_of(day, "--day"), author=author())
    rows = [
        {"number": invoice.number, "total": invoice.draft.total, "label": invoice.draft.lines[0].label}
        for invoice in issued
    ]
    click.echo(as_json(rows) if json_output else "\n".join(f"{r['number']} {r['total']} {r['label']}" for r in rows))


@dunning.command(name="base-rate", context_settings={"ignore_unknown_options": True})  # a rate may be negative
@click.argument("country")
@click.argument("start", metavar="FROM")
@click.argument("percent")
def base_rate(country: str, start: str, percent: str) -> None:
    """Enter a base rate that was published since the country's rules were written down."""
    from cloud_service.flow.dunning.interest import enter_base_rate

    with transaction() as session:
        enter_base_rate(session, country, day_of(start, "FROM"), amount_of(percent, "PERCENT"), author=author())


for rules_command in COMMANDS:
    dunning.add_command(rules_command)


@dunning.command()
@click.argument("number")
@REASON
@DAY
@WHOSE
@JSON
def dispute(number: str, *, reason: str, day: str | None, json_output: bool) -> None:
    """The client contests a bill: it is left alone until the dispute is closed."""
    from cloud_service.cli.names import invoice_id
    from cloud_service.flow import arrangements

    with transaction() as session:
        bill = invoice_id(session, number)
        arrangements.dispute(session, bill, reason=reason, day=day_of(day, "--day"), author=author())
    _tell(number, "disputed", json_output=json_output)


@dunning.command(name="close-dispute")
@click.argument("number")
@click.option("--outcome", required=True, help="How it ended.")
@DAY
@WHOSE
@JSON
def close_dispute(number: str, *, outcome: str, day: str | None, json_output: bool) -> None:
    """The dispute is settled."""
    from cloud_service.cli.names import invoice_id
    from cloud_service.flow import arrangements

    with transaction() as session:
        bill = invoice_id(session, number)
        arrangements.close_dispute(session, bill, outcome=outcome, day=day_of(day, "--day"), author=author())
    _tell(number, "dispute closed", json_output=json_output)


@dunning.command()
@click.argument("numbers", nargs=-1, required=True)
@click.option("--parts", type=int, required=True, help="How many monthly instalments.")
@click.option("--first", required=True, help="Day of the first.")
@REASON
@WHOSE
@JSON
def plan(numbers: tuple[str, ...], *, parts: int, first: str, reason: str, json_output: bool) -> None:
    """Agree instalments for open bills of one account."""
    from cloud_service.cli.names import invoice_id
    from cloud_service.flow import arrangements

    with transaction() as session:
        bills = [invoice_id(session, number) for number in numbers]
        agreed = arrangements.agree_plan(
            session, bills, parts, day_of(first, "--first"), reason=reason, author=author()
        )
    if json_output:
        click.echo(as_json(agreed))
    else:
        for day, amount in agreed.instalments:
            click.echo(f"{day} {figures(amount, agreed.currency)}")


@dunning.command(name="write-off")
@click.argument("number")
@click.argument("amount")
@REASON
@DAY
@WHOSE
@JSON
def write_off(number: str, amount: str, *, reason: str, day: str | None, json_output: bool) -> None:
    """Give (a part of) a bill up as lost."""
    from cloud_service.cli.names import invoice_id
    from cloud_service.flow import arrangements

    with transaction() as session:
        arrangements.write_off(
            session, invoice_id(session, number), amount_of(amount, "AMOUNT"), reason=reason,
            day=day_of(day, "--day"), author=author(),
        )  # fmt: skip
    _tell(number, f"{amount} written off", json_output=json_output)


def _tell(number: str, state: str, *, json_output: bool) -> None:
    click.echo(as_json({"bill": number, "state": state}) if json_output else f"{number}: {state}")
