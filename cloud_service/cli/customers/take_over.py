"""`energy-cloud account take-over`: one open bill, balance or deposit of earlier books; sheets take many at once."""

from datetime import timedelta
from decimal import Decimal

import click

from cloud_service.cli.database import author, transaction
from cloud_service.cli.options import WHOSE, amount_of, company_today, day_of
from cloud_service.cli.output import as_json
from common.errors import ConflictError, InputError

JSON = click.option("--json", "json_output", is_flag=True, help="Print the result as JSON.")
REASON = click.option("--reason", default="", help="Why; it stands in the audit log.")


MINUS = {"ignore_unknown_options": True}  # an amount may begin with one


@click.command(name="take-over", context_settings=MINUS)
@click.argument("number")
@click.argument("amount")
@click.option("--bill", help="Number of the old bill; without it AMOUNT is the account's whole balance.")
@click.option("--date", "day", help="Of the bill; the day of --on unless given.")
@click.option("--due", help="When it was due; by the account's payment days unless given.")
@click.option("--paid", default="0", help="What came in of it before.")
@click.option("--text", default="", help="What it was for.")
@click.option("--on", help="The day from which these books have it; today unless given.")
@click.option("--deposit", is_flag=True, help="AMOUNT is a security that is held.")
@REASON
@WHOSE
@JSON
def take_over(
    number: str, amount: str, *, bill: str | None, day: str | None, due: str | None, paid: str, text: str,
    on: str | None, deposit: bool, reason: str, json_output: bool,
) -> None:  # fmt: skip
    """Take over what earlier books left open for account NUMBER; with a minus AMOUNT is credit of the client."""
    from cloud_service.cli.names import account_id
    from cloud_service.flow.collect import take_over as flow
    from cloud_service.flow.collect.take_over_deposit import take_over_deposit
    from cloud_service.store.customers.clients import account_terms

    if deposit and bill:
        raise InputError("a deposit has no bill", path="--deposit")
    today = company_today()
    money, since = amount_of(amount, "AMOUNT"), day_of(on, "--on")
    with transaction() as session:
        owner = account_id(session, number)
        if deposit:
            row_id = take_over_deposit(session, owner, money, on=since, today=today, author=author())
        elif bill is None:
            opening = flow.balance_of_day(number, money, since, text)
            row_id = flow.take_over(session, owner, opening, today=today, author=author(), reason=reason)
        else:
            bill_day = day_of(day, "--date") if day else since
            terms = timedelta(days=account_terms(session, owner).payment_terms_days)
            earlier = flow.EarlierBill(
                bill, money, bill_day, day_of(due, "--due") if due else bill_day + terms, since,
                paid=amount_of(paid, "--paid") if paid != "0" else Decimal(0), text=text,
            )  # fmt: skip
            row_id = flow.take_over(session, owner, earlier, today=today, author=author(), reason=reason)
    if row_id is None:
        raise ConflictError("this is taken over already", path="AMOUNT")
    stated = bill or ("deposit" if deposit else flow.balance_number(number))
    click.echo(as_json({"account": number, "taken_over": stated}) if json_output else f"{stated} is taken over")


@click.command(name="take-back")
@click.argument("bill")
@REASON
@WHOSE
@JSON
def take_back(bill: str, *, reason: str, json_output: bool) -> None:
    """BILL of earlier books is none of ours after all: until it is paid or reminded of."""
    from cloud_service.cli.names import invoice_id
    from cloud_service.flow.collect import take_over as flow

    with transaction() as session:
        day = company_today()
        flow.take_back(session, invoice_id(session, bill), day=day, author=author(), reason=reason)
    click.echo(as_json({"taken_back": bill}) if json_output else f"{bill} is taken back")
