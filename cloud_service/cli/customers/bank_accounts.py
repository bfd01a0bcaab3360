"""`energy-cloud entity bank…`: where the money of a company goes, by IBAN or as its country writes accounts."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click

from cloud_service.cli.database import author, transaction
from cloud_service.cli.options import company_today, entity_of
from cloud_service.cli.output import as_json, print_table
from common.errors import InputError, NotFoundError

if TYPE_CHECKING:
    from cloud_service.store.customers.tables import BankAccount
    from cloud_service.store.database.session import Session

JSON = click.option("--json", "json_output", is_flag=True, help="Print the result as JSON.")
REASON = click.option("--reason", default="", help="Why; it stands in the audit log.")
WHICH = click.option("--entity", type=int, help="Legal entity; needed where there are several.")
DEFAULT = click.option("--default", is_flag=True, help="Bills in its currency print this one.")
BANK_CODES = {  # option -> the scheme that has it
    "routing": "us", "sort_code": "uk", "ifsc": "in", "bank_code": "ke", "paybill": "ke_paybill", "bsb": "au",
}  # fmt: skip
PART_OPTIONS = (
    click.option("--iban", help="International account number."),
    click.option("--routing", help="US: routing number (ABA), with --account."),
    click.option("--sort-code", help="UK: sort code, with --account."),
    click.option("--ifsc", help="India: IFSC, with --account."),
    click.option("--bank-code", help="Kenya: bank, with --branch-code and --account."),
    click.option("--branch-code", help="Kenya: branch of the bank."),
    click.option("--paybill", help="Kenya: M-PESA business number; --account, or payers type the bill's number."),
    click.option("--bsb", help="Australia: BSB, with --account."),
    click.option("--account", help="Number of the account."),
    click.option("--line", "free", multiple=True, help="As written on a cheque; once for each line."),
    click.option("--bank-name", help="Printed above the numbers."),
    click.option("--bic", help="For payers abroad."),
)


def _part_options(command: Any) -> Any:
    for option in reversed(PART_OPTIONS):
        command = option(command)
    return command


@click.command()
@click.argument("number", required=False)
@click.option("--holder", required=True)
@click.option("--currency", required=True, help="Bills in it name this account.")
@_part_options
@DEFAULT
@WHICH
@REASON
@JSON
def bank(
    number: str | None,
    *,
    holder: str,
    currency: str,
    default: bool,
    entity: int | None,
    reason: str,
    json_output: bool,
    **parts: Any,
) -> None:
    """Take up a bank account: NUMBER is its IBAN, or name the parts that its country has.

    The first account in a currency is printed on bills in it; another one with --default from then on.
    """
    from cloud_service.flow.customers import bank_account

    details = bank_account.BankDetails(holder, currency=currency, **_parts(parts | {"iban": number or parts["iban"]}))
    with transaction() as session:
        account = bank_account.add(
            session, entity_of(session, entity), details, default=default, author=author(), reason=reason
        )
    said = number or parts["iban"] or _numbers(parts)
    click.echo(
        as_json({"account": account}) if json_output else f"account {account}: money in {currency} goes to {said}"
    )


@click.command(name="bank-edit")
@click.argument("account_id", type=int)
@click.option("--holder")
@click.option("--currency")
@_part_options
@DEFAULT
@WHICH
@REASON
@JSON
def bank_edit(
    account_id: int, *, default: bool, entity: int | None, reason: str, json_output: bool, **changes: Any
) -> None:
    """Change an account (its id: `entity banks`); what is not named stays. Issued bills keep what they print."""
    from dataclasses import asdict

    from cloud_service.flow.customers import bank_account
    from cloud_service.store.customers import bank_accounts

    holder_and_currency = {name: value for name in ("holder", "currency") if (value := changes.pop(name)) is not None}
    with transaction() as session:
        account = _account(session, entity_of(session, entity), account_id)
        given = _given_parts(changes, account.scheme)
        details = bank_account.BankDetails(**asdict(bank_accounts.fields_of(account)) | holder_and_currency | given)
        changed = bank_account.edit(session, account, details, default=default, author=author(), reason=reason)
    click.echo(as_json({"changed": changed}) if json_output else f"changed: {', '.join(changed) or 'nothing'}")


@click.command(name="bank-retire")
@click.argument("account_id", type=int)
@WHICH
@REASON
@JSON
def bank_retire(account_id: int, *, entity: int | None, reason: str, json_output: bool) -> None:
    """Print an account no more; money that still arrives there is known as the company's."""
    from cloud_service.flow.customers import bank_account

    with transaction() as session:
        account = _account(session, entity_of(session, entity), account_id)
        bank_account.retire(session, account, company_today(), author=author(), reason=reason)
    click.echo(as_json({"retired": account_id}) if json_output else f"account {account_id} is printed no more")


@click.command()
@WHICH
@JSON
def banks(*, entity: int | None, json_output: bool) -> None:
    """All accounts of a company, with their ids."""
    from cloud_service.store.customers import bank_accounts

    with transaction() as session:
        accounts = [
            {"id": account.id, "currency": account.currency, "default": account.is_default, "scheme": account.scheme}
            | {"holder": account.holder, "account": _printed(account), "retired_on": account.retired_on}
            for account in bank_accounts.accounts_of(session, entity_of(session, entity))
        ]
    if json_output:
        click.echo(as_json(accounts))
    elif accounts:
        rows = [[str(value if value is not None else "-") for value in account.values()] for account in accounts]
        print_table([name.upper() for name in accounts[0]], rows)


COMMANDS: Sequence[click.Command] = (bank, banks, bank_edit, bank_retire)


def _account(session: "Session", entity_id: int, account_id: int) -> "BankAccount":
    from cloud_service.store.customers import bank_accounts

    for account in bank_accounts.accounts_of(session, entity_id):
        if account.id == account_id:
            return account
    raise NotFoundError(f"there is no bank account {account_id}", hint="`energy-cloud entity banks` lists them")


def _printed(account: "BankAccount") -> str:
    from cloud_service.domain.receivables.bank_schemes import printed_parts

    return " ".join(value for _, value in printed_parts(account))


def _parts(options: dict[str, Any]) -> dict[str, str]:
    """The typed options as the parts of the one scheme that they belong to."""
    given = {name: value for name, value in options.items() if value}
    schemes = [BANK_CODES[name] for name in given if name in BANK_CODES]
    schemes += ["free"] if "free" in given else []
    schemes += ["iban"] if "iban" in given else []
    if len(schemes) != 1:
        hint = "an IBAN, or one of --routing --sort-code --ifsc --bank-code --paybill --bsb --line"
        raise InputError("an account is written in one country's way", path="iban", hint=hint)
    return {"scheme": schemes[0]} | _fields(given)


def _given_parts(options: dict[str, Any], scheme: str) -> dict[str, str]:
    """What of an account is to change; an option of another scheme is refused."""
    given = {name: value for name, value in options.items() if value is not None and value != ()}
    for name in given:
        if BANK_CODES.get(name, scheme) != scheme:
            raise InputError(f"this account is of the kind {scheme!r}", path=name, hint="retire it and add a new one")
    return _fields(given)


def _fields(given: dict[str, Any]) -> dict[str, str]:
    fields: dict[str, str] = {
        name: given[name] for name in ("iban", "bic", "bank_name", "branch_code") if name in given
    }
    codes = [given[name] for name in BANK_CODES if name in given]
    fields |= {"bank_code": codes[0]} if codes else {}
    fields |= {"account_number": given["account"]} if "account" in given else {}
    return fields | ({"free_lines": "\n".join(given["free"])} if "free" in given else {})


def _numbers(parts: dict[str, Any]) -> str:
    return " ".join(str(parts[name]) for name in (*BANK_CODES, "branch_code", "account") if parts[name]) or " / ".join(
        parts["free"]
    )
