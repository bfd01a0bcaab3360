"""`energy-cloud account`: money of clients: statements, payments, refunds, deposits, write-offs, plans, disputes."""

from dataclasses import asdict
from typing import Any

import click

from cloud_service.cli.database import author, transaction
from cloud_service.cli.options import amount_of, day_of
from cloud_service.cli.output import as_json, print_listing, print_table

JSON = click.option("--json", "json_wanted", is_flag=True, help="Print the result as JSON.")
DAY = click.option("--day", help="Value date; today unless given.")

REASON = click.option("--reason", default="", help="Why; it stands in the audit log.")
TERM_OPTIONS = (
    click.option("--cycle", "billing_cycle", help="monthly, bimonthly, quarterly, half_yearly, yearly or once."),
    click.option("--cycle-day", "billing_day", type=int, help="Day of the month on which a cycle begins."),
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


@account.command()
@click.argument("number")
@click.option("--from", "start", default="1970-01-01", help="First day.")
@click.option("--until", "end", help="Last day; today unless given.")
@JSON
def statement(number: str, *, start: str, end: str | None, json_wanted: bool) -> None:
    """All movements of an account with the balance after each."""
    from cloud_service.store.lookups.ids_by_name import account_id
    from cloud_service.store.receivables.statements_and_ageing import statement as report

    with transaction() as session:
        found = report(session, account_id(session, number), day_of(start, "--from"), day_of(end, "--until"))
    if json_wanted:
        click.echo(as_json(asdict(found)))
        return
    rows = [[str(one.day), one.kind, one.text, f"{one.amount:,.2f}", f"{one.balance:,.2f}"] for one in found.movements]
    print_table(["DAY", "WHAT", "TEXT", found.currency, "BALANCE"], rows)
    click.echo(f"outstanding {found.outstanding:,.2f} {found.currency}, credit {found.credit:,.2f}")


@account.command(name="send-statement")
@click.argument("number")
@click.option("--from", "start", required=True, help="First day.")
@click.option("--until", "end", help="Last day; today unless given.")
@JSON
def send_statement(number: str, *, start: str, end: str | None, json_wanted: bool) -> None:
    """Mail the statement of account as PDF to the client; the worker sends it."""
    from cloud_service.flow.account_statement import send
    from cloud_service.store.lookups.ids_by_name import account_id

    with transaction() as session:
        to = send(
            session, account_id(session, number), day_of(start, "--from"), day_of(end, "--until"), author=author()
        )
    click.echo(as_json({"account": number, "to": to}) if json_wanted else f"on its way to {to}")


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
    from cloud_service.store.lookups.ids_by_name import account_id

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
    from cloud_service.store.lookups.ids_by_name import account_id

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


@account.command(name="open")
@click.argument("client_number")
@click.option("--currency", required=True, help="Three capitals of ISO 4217; it cannot be changed later.")
@click.option("--number", default="", help="The next free one unless given.")
@click.option("--mode", type=click.Choice(["postpaid", "prepaid"]), default="postpaid", show_default=True)
@TERMS
@DAY
@REASON
@JSON
def open_account(
    client_number: str, *, currency: str, number: str, mode: str, day: str | None, reason: str, json_wanted: bool,
    **terms: Any,
) -> None:  # fmt: skip
    """Give a client a money account."""
    from cloud_service.flow.client import AccountTerms, NewAccount
    from cloud_service.flow.client import open_account as step
    from cloud_service.store.lookups.ids_by_name import client_id

    with transaction() as session:
        wanted = NewAccount(currency, day_of(day, "--day"), number, mode, AccountTerms(**_given(terms, {})))
        made = step(session, client_id(session, client_number), wanted, author=author(), reason=reason)
        taken = _number_of(session, made)
    click.echo(as_json({"account": taken}) if json_wanted else f"account {taken} is open")


@account.command()
@click.argument("number")
@TERMS
@REASON
@JSON
def terms(number: str, *, reason: str, json_wanted: bool, **terms: Any) -> None:
    """Change how an account is billed and reached; what is not named stays."""
    from cloud_service.flow.client import AccountTerms, change_terms
    from cloud_service.store.customers.clients import account_terms
    from cloud_service.store.lookups.ids_by_name import account_id

    with transaction() as session:
        known = account_id(session, number)
        before = account_terms(session, known)
        wanted = AccountTerms(**before | _given(terms, before["settings"]))
        changed = change_terms(session, known, wanted, author=author(), reason=reason)
    click.echo(as_json({"changed": changed}) if json_wanted else f"changed: {', '.join(changed) or 'nothing'}")


@account.command(name="list")
@click.option("--search", default="", help="Part of the account's number or the tenant's name.")
@click.option("--limit", default=50, show_default=True)
@JSON
def list_accounts(*, search: str, limit: int, json_wanted: bool) -> None:
    """Accounts with what is open and what is credit."""
    from cloud_service.store.lists.paging import Wanted
    from cloud_service.store.lists.parties import accounts
    from cloud_service.store.scope import Scope

    asked = Wanted(text=search, size=limit)
    shown = ("number", "tenant", "mode", "currency", "outstanding", "credit", "billing_cycle", "delivery")
    print_listing(accounts(Scope(), asked, day_of(None, "")), asked, shown, json_wanted=json_wanted)


def _given(terms: dict[str, Any], settings: dict[str, Any]) -> dict[str, Any]:
    """The terms that were named; settings as NAME=VALUE, an empty value takes one out."""
    named = {name: value for name, value in terms.items() if value is not None and name != "setting"}
    prepaid, kept = dict(settings.get("prepaid", {})), dict(settings)
    for name, _, value in (one.partition("=") for one in terms["setting"]):
        group = kept if name in ("debt_share", "invoice_per") else prepaid
        group.pop(name, None)
        group |= {name: value} if value else {}
    kept.pop("prepaid", None)
    return named | {"settings": kept | ({"prepaid": prepaid} if prepaid else {})}


def _number_of(session: Any, account_id: int) -> str:
    from cloud_service.store.customers.clients import account_number

    return account_number(session, account_id)


def _tell(done: Any, *, json_wanted: bool) -> None:
    if json_wanted:
        click.echo(as_json(asdict(done)))
    else:
        click.echo(f"{done.outcome}" + (f": payment {done.payment_id}" if done.payment_id else ""))
