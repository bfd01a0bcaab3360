"""`energy-cloud batch`: one action on many rows, as the console's lists have it, each row done or refused by itself."""

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cloud_service.cli.database import author, transaction
from cloud_service.cli.options import WHOSE
from cloud_service.cli.output import as_json, print_table

if TYPE_CHECKING:
    from cloud_service.batches.action import BatchAction, BatchOrder
    from cloud_service.store.database.session import Session

VALUES = {
    # action: (of what, what it is told by --set)
    "contract_tariff": ("contract", "tariff, day"),
    "contract_close": ("contract", "day (first without supply)"),
    "account_terms": ("account", "payment_terms_days, delivery, billing_cycle, billing_day"),
    "account_rest": ("account", "rest_until (none: reminders go on)"),
    "account_statement": ("account", "from, until"),
    "client_address": ("client", "nothing: fields that were read from a text are right"),
    "client_language": ("client", "locale"),
    "invoice_send": ("bill", "nothing"),
    "meter_register": ("meter", "register, billed (yes, no)"),
    "meter_validate": ("meter", "from, until"),
}
AT_ONCE = 25
COLUMNS = ("number", "state", "before", "after", "reason", "hint")
HELP = "\n".join(f"  {action}: {noun} numbers; {told}" for action, (noun, told) in VALUES.items())


@click.command(epilog=f"\b\nActions, what their numbers are of, and what --set tells them:\n{HELP}")
@click.argument("action", type=click.Choice(list(VALUES)))
@click.argument("numbers", nargs=-1)
@WHOSE
@click.option("--file", type=click.Path(path_type=Path, exists=True, dir_okay=False), help="A number a line.")
@click.option("--set", "settings", multiple=True, metavar="NAME=VALUE", help="What the action needs to know.")
@click.option("--reason", default="", help="Why; it stands in the audit log.")
@click.option("--dry-run", is_flag=True, help="Check each row and change nothing.")
@click.option("--json", "json_output", is_flag=True, help="Print the result as JSON.")
def batch(
    action: str, numbers: tuple[str, ...], *, file: Path | None, settings: tuple[str, ...], reason: str, dry_run: bool,
    json_output: bool,
) -> None:  # fmt: skip
    """Do ACTION with each of NUMBERS; exit code 6 where one was refused."""
    rows = list(dict.fromkeys([*numbers, *_lines(file)]))
    if not rows:
        raise click.UsageError("name at least one number, or a --file with one a line")
    values = {**_typed(settings), "reason": reason}
    outcomes = list(_outcomes(action, rows, values, trial=dry_run))
    if json_output:
        click.echo(as_json(outcomes))
    else:
        print_table([name.upper() for name in COLUMNS], [[str(row[name]) for name in COLUMNS] for row in outcomes])
    raise SystemExit(6 if any(row["state"] == "refused" for row in outcomes) else 0)


def _lines(file: Path | None) -> Iterator[str]:
    """The numbers of a file; empty lines are none."""
    if file is not None:
        yield from (line.strip() for line in file.read_text(encoding="utf-8-sig").splitlines() if line.strip())


def _typed(settings: Sequence[str]) -> dict[str, str]:
    values = {}
    for setting in settings:
        name, equals, value = setting.partition("=")
        if not equals:
            raise click.BadParameter(f"{setting!r} is not NAME=VALUE", param_hint="--set")
        values[name.strip()] = value.strip()
    return values


def _outcomes(action: str, rows: Sequence[str], values: dict[str, str], *, trial: bool) -> Iterator[dict[str, Any]]:
    """What became of each row; some are one transaction, so that the audit log is not locked for long."""
    now = datetime.now(UTC)
    remaining = iter(rows)
    while portion := list(islice(remaining, AT_ONCE)):
        with transaction() as session:
            from cloud_service.batches.action import BatchOrder
            from cloud_service.batches.actions import ACTIONS
            from cloud_service.store.customers.legal_entities import today_of

            order = BatchOrder(values, author(), today_of(session, now), now)
            for number in portion:
                yield {"number": number, **_outcome(session, ACTIONS[action], number, order, trial=trial)}


def _outcome(
    session: "Session", action: "BatchAction", number: str, order: "BatchOrder", *, trial: bool
) -> dict[str, str]:
    from dataclasses import asdict

    from cloud_service.batches.work import RowOutcome, tried
    from common.errors import InputError, NotFoundError

    try:
        row_id = _finder(action.key)(session, number)
    except (NotFoundError, InputError) as error:
        return asdict(RowOutcome("refused", reason=error.message, hint=error.hint))
    return asdict(tried(session, action, row_id, order, trial=trial))


def _finder(action: str) -> "Callable[[Session, str], int]":
    from cloud_service.cli import names

    finders: dict[str, Callable[[Session, str], int]] = {
        "contract": names.contract_id, "account": names.account_id, "client": names.client_id,
        "bill": names.invoice_id, "meter": names.meter_id,
    }  # fmt: skip
    return finders[VALUES[action][0]]
