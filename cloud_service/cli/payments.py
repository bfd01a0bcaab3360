"""`energy-cloud payments`: money that came in by the bank."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import click

from cloud_service.cli.connection import as_json, author, print_table, transaction
from common.errors import EnergyError


@click.group()
def payments() -> None:
    """Bank statements."""


@payments.command(name="import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Say what would be booked, book nothing.")
@click.option("--json", "json_wanted", is_flag=True, help="Print the result as JSON.")
def import_(file: Path, *, dry_run: bool, json_wanted: bool) -> None:
    """Book a bank statement (camt.053, camt.054); what is not certain is listed for a person. Safe to repeat.

    Exit code 6 where lines are left for a person.
    """
    from cloud_service.flow import bank
    from cloud_service.payments.bank_statement import read_statement

    lines = read_statement(file)
    with transaction() as session:
        reads = list(bank.matched(session, lines))
    rows = [_told(read, dry_run=dry_run) for read in reads]
    left = [row for row in rows if row["outcome"] == "left"]
    if json_wanted:
        click.echo(as_json({"lines": rows, "left": len(left)}))
    else:
        columns = ("day", "amount", "currency", "payer", "text", "outcome", "detail")
        print_table(
            [column.upper() for column in columns], [[str(row[column])[:48] for column in columns] for row in rows]
        )
        click.echo(f"{len(rows)} lines, {len(left)} left for a person", err=True)
    if left:
        raise SystemExit(6)


def _told(read: Any, *, dry_run: bool) -> dict[str, Any]:
    """Book one line in a transaction of its own and say what became of it."""
    line = read.line
    facts = {
        "day": line.booked_on.isoformat(), "amount": format(line.amount, "f"), "currency": line.currency,
        "payer": line.payer, "text": line.remittance, "reference": line.reference,
    }  # fmt: skip
    if read.match is None:
        done = {"booked before", "money that went out"}
        return facts | {"outcome": "passed" if read.reason in done else "left", "detail": read.reason}
    parts = {number: format(amount, "f") for number, amount in read.match.parts.items()}
    detail = f"{read.match.rule}: {', '.join(parts) or 'credit'}"
    if dry_run:
        return facts | {"outcome": "would be booked", "detail": detail, "parts": parts}
    try:
        outcome = _book(line, read.match.account_id, read.match.parts)
    except EnergyError as error:
        return facts | {"outcome": "left", "detail": str(error)}
    return facts | {"outcome": outcome, "detail": detail, "parts": parts}


def _book(line: Any, account_id: int, parts: dict[str, Decimal]) -> str:
    from cloud_service.flow import collect

    with transaction() as session:
        done = collect.pay(
            session, account_id, line.amount, provider="bank", reference=line.reference, day=line.booked_on,
            author=author(), to=parts,
        )  # fmt: skip
    return str(done.outcome)
