"""`energy-cloud account`: money of clients: statements, payments, refunds, deposits, write-offs, plans, disputes."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import click

from cloud_service.cli.customers.take_over import take_back, take_over
from cloud_service.cli.customers.timed_statements import statements
from cloud_service.cli.database import author, transaction
from cloud_service.cli.options import WHOSE, amount_of, day_of
from cloud_service.cli.output import as_json, figures, print_listing, print_table
from common.errors import ConflictError

JSON = click.option("--json", "json_output", is_flag=True, help="Print the result as JSON.")
DAY = click.option("--day", help="Value date; today unless given.")

REASON = click.option("--reason", default="", help="Why; it stands in the audit log.")
TERM_OPTIONS = (
    click.option(
        "--cycle",
        "billing_cycle",
        help="monthly, bimonthly, quarterly, half_yearly, yearly, 4_months to 24_months, or once.",
    ),
    click.option("--cycle-day", "billing_day", type=int, help="Day of the month on which a cycle begins."),
    click.option("--cycle-month", "billing_month", type=int, help="1 to 12: in which cycles of several months begin."),
    click.option(
        "--cycle-year",
        "billing_year",
        type=int,
        help="In which one begins in that month, where a cycle does not divide a year (5_months, 24_months).",
    ),
    click.option("--due-after", "payment_terms_days", type=int, help="Days to pay."),
    click.option("--delivery", type=click.Choice(["email", "post", "none"]), help="How bills go out."),
    click.option(
        "--set", "setting", multiple=True, metavar="NAME=VALUE", help="low_days, emergency_credit, debt_share …"
    ),
)


def TERMS(command: Any) -> Any:  # noqa: N802 - used like the options above
    """The options of an account's terms."""
    for option in reversed(TERM_OPTIONS):
        command = option(command)
    return command


@click.group()
def account() -> None:
    """Money accounts of clients, by their number."""


account.add_command(take_over)
account.add_command(take_back)


@account.command()
@click.argument("number")
@click.option("--from", "start", default="1970-01-01", help="First day.")
@click.option("--until", "end", help="Last day; today unless given.")
@WHOSE
@JSON
def statement(number: str, *, start: str, end: str | None, json_output: bool) -> None:
    """All movements of an account with the balance after each."""
    from cloud_service.cli.names import account_id
    from cloud_service.store.receivables.statements_and_ageing import statement as statement_of

    with transaction() as session:
        report = statement_of(session, account_id(session, number), day_of(start, "--from"), day_of(end, "--until"))
    if json_output:
        click.echo(as_json(report))
        return
    rows = [
        [
            str(movement.day),
            movement.kind,
            movement.text,
            figures(movement.amount, report.currency),
            figures(movement.balance, report.currency),
        ]
        for movement in report.movements
    ]
    print_table(["DAY", "WHAT", "TEXT", report.currency, "BALANCE"], rows)
    click.echo(
        f"outstanding {figures(report.outstanding, report.currency)} {report.currency}, "
        f"credit {figures(report.credit, report.currency)}"
    )


account.add_command(statements)


@account.command(name="send-statement")
@click.argument("number")
@click.option("--from", "start", required=True, help="First day.")
@click.option("--until", "end", help="Last day; today unless given.")
@WHOSE
@JSON
def send_statement(number: str, *, start: str, end: str | None, json_output: bool) -> None:
    """Mail the statement of account as PDF to the client; the worker sends it."""
    from cloud_service.cli.names import account_id
    from cloud_service.flow.account_statement import send

    with transaction() as session:
        to = send(
            session, account_id(session, number), day_of(start, "--from"), day_of(end, "--until"), author=author()
        )
    click.echo(as_json({"account": number, "to": to}) if json_output else f"on its way to {to}")


@account.command()
@click.argument("number")
@click.argument("amount")
@click.option("--by", "provider", default="cash", show_default=True, help="cash, bank ...")
@click.option("--reference", required=True, help="Unique among payments of that way; the same twice is booked once.")
@click.option("--for", "purposes", multiple=True, metavar="NUMBER=AMOUNT", help="What the payer says it is for.")
@click.option("--kind", type=click.Choice(["payment", "top_up", "deposit"]), default="payment", show_default=True)
@DAY
@WHOSE
@JSON
def pay(
    number: str, amount: str, *, provider: str, reference: str, purposes: tuple[str, ...], kind: str, day: str | None,
    json_output: bool,
) -> None:  # fmt: skip
    """Book money received by hand."""
    from cloud_service.cli.names import account_id
    from cloud_service.flow import collect

    to = {name: amount_of(text, name) for name, _, text in (purpose.partition("=") for purpose in purposes)}
    with transaction() as session:
        booking = collect.pay(
            session, account_id(session, number), amount_of(amount, "AMOUNT"), provider=provider, reference=reference,
            day=day_of(day, "--day"), author=author(), kind=kind, to=to or None,
        )  # fmt: skip
    _print_booking(booking, json_output=json_output)


@account.command()
@click.argument("payment", type=int)
@click.argument("amount")
@click.option("--reference", required=True, help="Unique; the same twice is booked once.")
@click.option("--chargeback", is_flag=True, help="The bank took it back.")
@DAY
@JSON
def refund(payment: int, amount: str, *, reference: str, chargeback: bool, day: str | None, json_output: bool) -> None:
    """Give (a part of) a PAYMENT back; the invoices it settled are open again."""
    from cloud_service.flow import collect

    with transaction() as session:
        if not chargeback:
            _refuse_provider_payment(session, payment)
        booking = collect.give_back(
            session, payment, amount_of(amount, "AMOUNT"), reference=reference, day=day_of(day, "--day"),
            author=author(), kind="chargeback" if chargeback else "refund",
        )  # fmt: skip
    _print_booking(booking, json_output=json_output)


@account.command()
@click.argument("number")
@click.argument("amount")
@click.option("--reference", required=True, help="Unique; the same twice is booked once.")
@DAY
@WHOSE
@JSON
def payout(number: str, amount: str, *, reference: str, day: str | None, json_output: bool) -> None:
    """Pay credit of a client back."""
    from cloud_service.cli.names import account_id
    from cloud_service.flow import collect

    with transaction() as session:
        bookings = collect.pay_out(
            session, account_id(session, number), amount_of(amount, "AMOUNT"), reference=reference,
            day=day_of(day, "--day"), author=author(),
        )  # fmt: skip
    said = "booked before" if any(booking.outcome != "booked" for booking in bookings) else "booked"
    click.echo(as_json(bookings) if json_output else f"{said}: {len(bookings)} refunds")


@account.command(name="release-deposit")
@click.argument("payment", type=int)
@click.argument("amount")
@click.option("--reference", default="", help="Your name for it: the same twice is released once.")
@DAY
@JSON
def release_deposit(payment: int, amount: str, *, reference: str, day: str | None, json_output: bool) -> None:
    """Turn a deposit into credit of the client."""
    from cloud_service.flow import collect

    with transaction() as session:
        booking = collect.release_deposit(
            session, payment, amount_of(amount, "AMOUNT"), day=day_of(day, "--day"), author=author(),
            reference=reference,
        )  # fmt: skip
    _print_booking(booking, json_output=json_output)


@account.command(name="open")
@click.argument("client_number")
@click.option("--currency", required=True, help="Three capitals of ISO 4217; it cannot be changed later.")
@click.option("--number", default="", help="The next free one unless given.")
@click.option("--mode", type=click.Choice(["postpaid", "prepaid"]), default="postpaid", show_default=True)
@TERMS
@DAY
@REASON
@WHOSE
@JSON
def open_account(
    client_number: str, *, currency: str, number: str, mode: str, day: str | None, reason: str, json_output: bool,
    **terms: Any,
) -> None:  # fmt: skip
    """Give a client a money account."""
    from cloud_service.cli.names import client_id
    from cloud_service.flow.customers.client import AccountTerms, NewAccount
    from cloud_service.flow.customers.client import open_account as step

    with transaction() as session:
        new_account = NewAccount(
            currency, day_of(day, "--day"), number, mode, AccountTerms(**_terms_with_settings(terms, {}))
        )
        new_id = step(session, client_id(session, client_number), new_account, author=author(), reason=reason)
        account_number = _number_of(session, new_id)
    click.echo(as_json({"account": account_number}) if json_output else f"account {account_number} is open")


@account.command()
@click.argument("number")
@TERMS
@REASON
@WHOSE
@JSON
def terms(number: str, *, reason: str, json_output: bool, **terms: Any) -> None:
    """Change how an account is billed and reached; what is not named stays."""
    from cloud_service.cli.names import account_id
    from cloud_service.flow.customers.client import AccountTerms, change_terms
    from cloud_service.store.customers.clients import account_terms

    with transaction() as session:
        account = account_id(session, number)
        before = account_terms(session, account)
        new_terms = AccountTerms(**asdict(before) | _terms_with_settings(terms, before.settings))
        changed = change_terms(session, account, new_terms, author=author(), reason=reason)
    click.echo(as_json({"changed": changed}) if json_output else f"changed: {', '.join(changed) or 'nothing'}")


@account.command(name="list")
@click.option("--search", default="", help="Part of the account's number or the tenant's name.")
@click.option("--limit", default=50, show_default=True)
@JSON
def list_accounts(*, search: str, limit: int, json_output: bool) -> None:
    """Accounts with what is open and what is credit."""
    from cloud_service.store.lists.customers import accounts
    from cloud_service.store.lists.paging import ListQuery
    from cloud_service.store.scope import Scope

    query = ListQuery(text=search, size=limit)
    columns = ("number", "tenant", "mode", "currency", "outstanding", "credit", "billing_cycle", "delivery")
    print_listing(accounts(Scope(), query, day_of(None, "")), query, columns, json_output=json_output)


def _terms_with_settings(terms: dict[str, Any], settings: Mapping[str, Any]) -> dict[str, Any]:
    """The terms that were named; settings as NAME=VALUE, an empty value takes one out."""
    given = {name: value for name, value in terms.items() if value is not None and name != "setting"}
    prepaid, other_settings = dict(settings.get("prepaid", {})), dict(settings)
    for name, _, value in (setting.partition("=") for setting in terms["setting"]):
        group = other_settings if name in ("debt_share", "invoice_per") else prepaid
        group.pop(name, None)
        group |= {name: value} if value else {}
    other_settings.pop("prepaid", None)
    return given | {"settings": other_settings | ({"prepaid": prepaid} if prepaid else {})}


def _refuse_provider_payment(session: Any, payment: int) -> None:
    """Money goes back by the company that took it: booked here without it, nobody would get any."""
    from cloud_service.payments import PROVIDERS
    from cloud_service.store.receivables.payments import payment as stored_payment

    stored = stored_payment(session, payment)
    if stored is not None and stored.provider in PROVIDERS:
        raise ConflictError(
            f"the payment came by {stored.provider}, which gives it back",
            hint=f"energy-cloud payments refund {payment} AMOUNT --key NAME",
        )


def _number_of(session: Any, account_id: int) -> str:
    from cloud_service.store.customers.clients import account_number

    return account_number(session, account_id)


def _print_booking(booking: Any, *, json_output: bool) -> None:
    if json_output:
        click.echo(as_json(booking))
    else:
        click.echo(f"{booking.outcome}" + (f": payment {booking.payment_id}" if booking.payment_id else ""))
