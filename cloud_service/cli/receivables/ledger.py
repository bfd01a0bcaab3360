"""`energy-cloud ledger`: what the books say, proofs, and lists for accounting."""

import csv
import sys
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any

import click

from cloud_service.cli.database import author, transaction
from cloud_service.cli.options import day_of
from cloud_service.cli.output import as_json, cell, figures, print_table

JSON = click.option("--json", "json_output", is_flag=True, help="Print the result as JSON.")
ON = click.option("--on", "on", help="As at this day; today unless given.")
FROM = click.option("--from", "start", required=True, help="First day.")
UNTIL = click.option("--until", "end", required=True, help="Last day.")
ENTITY = click.option("--entity", type=int, help="Only this legal entity.")


@click.group()
def ledger() -> None:
    """What the books say, at any day."""


@ledger.command()
@ON
@JSON
def check(*, on: str | None, json_output: bool) -> None:
    """Prove that ledger, invoices, ageing and statements agree and that no number is missing; exit code 6 if not."""
    from cloud_service.store.customers.legal_entities import entity_names
    from cloud_service.store.invoicing.numbers.number_series import gaps
    from cloud_service.store.receivables.reconciliation import reconcile

    with transaction() as session:
        proofs = reconcile(session, day_of(on, "--on"))
        missing_numbers = [number for entity in entity_names(session) for _, number in gaps(session, entity)]
    all_agree = all(proof.agrees for proof in proofs) and not missing_numbers
    if json_output:
        click.echo(as_json({"ok": all_agree, "currencies": proofs, "missing_numbers": missing_numbers}))
    else:
        for proof in proofs:
            sums = (
                f"outstanding {figures(proof.ledger, proof.currency)}, credit {figures(proof.credit, proof.currency)}"
            )
            click.echo(f"{'✔' if proof.agrees else '✖'} {proof.currency}: {sums}")
            if not proof.agrees:
                click.echo(f"    {as_json(proof)}")
        click.echo(f"✖ missing numbers: {', '.join(missing_numbers)}" if missing_numbers else "✔ no number is missing")
    raise SystemExit(0 if all_agree else 6)


@ledger.command()
@ON
@ENTITY
@JSON
def outstanding(*, on: str | None, entity: int | None, json_output: bool) -> None:
    """Outstanding, received and billed, in the local currency."""
    from cloud_service.store.receivables.totals_at_day import totals

    with transaction() as session:
        day_totals = totals(session, day_of(on, "--on"), entity)
    if json_output:
        click.echo(as_json(day_totals))
    else:
        click.echo(
            f"outstanding {figures(day_totals.outstanding, day_totals.currency)} {day_totals.currency}, "
            f"overdue {figures(day_totals.overdue, day_totals.currency)}"
        )
        click.echo(f"received    {figures(day_totals.received, day_totals.currency)} {day_totals.currency}")


@ledger.command()
@ON
@ENTITY
@JSON
def ageing(*, on: str | None, entity: int | None, json_output: bool) -> None:
    """Who owes what, by how long it is overdue."""
    from cloud_service.store.receivables.statements_and_ageing import ageing as report
    from cloud_service.store.scope import Scope

    scope = Scope(entities=None if entity is None else frozenset({entity}))
    with transaction() as session:
        rows = report(session, day_of(on, "--on"), scope)
    _print(rows, json_output=json_output, leave_out=("account_id", "public_id", "client_public_id"))


@ledger.command(name="cash-book")
@FROM
@UNTIL
@ENTITY
@JSON
def cash_book(*, start: str, end: str, entity: int | None, json_output: bool) -> None:
    """Money in and out, with the balance after each."""
    from cloud_service.store.receivables.journal import cash_book as report

    _report(report, (start, end), entity, json_output=json_output)


@ledger.command()
@FROM
@UNTIL
@ENTITY
@JSON
def revenue(*, start: str, end: str, entity: int | None, json_output: bool) -> None:
    """Net revenue and consumption by month and kind of price."""
    from cloud_service.store.receivables.journal import revenue as report

    _report(report, (start, end), entity, json_output=json_output)


@ledger.command()
@FROM
@UNTIL
@ENTITY
@JSON
def journal(*, start: str, end: str, entity: int | None, json_output: bool) -> None:
    """All bookings as CSV for accounting, on stdout."""
    from cloud_service.store.receivables.journal import JournalLine
    from cloud_service.store.receivables.journal import journal as report

    if json_output:
        _report(report, (start, end), entity, json_output=True)
        return
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow([field.name for field in fields(JournalLine)])
    with transaction() as session:
        for line in report(session, day_of(start, "--from"), day_of(end, "--until"), entity):
            writer.writerow(cell(value) for value in asdict(line).values())


@ledger.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--base", help="The local currency; that of the only legal entity unless given.")
@JSON
def rates(file: Path, *, base: str | None, json_output: bool) -> None:
    """Import a CSV FILE of currency rates: day,currency,rate (one unit in the local currency)."""
    from cloud_service.domain.receivables.currency_rates_file import read_rates
    from cloud_service.store.audit.log import note
    from cloud_service.store.customers.legal_entities import local_currency
    from cloud_service.store.invoicing.currency_rates import add
    from common.errors import InputError, NotFoundError

    try:
        with file.open(encoding="utf-8-sig", newline="") as stream:
            currency_rates = read_rates(stream, str(file))
    except FileNotFoundError:
        raise NotFoundError("there is no such file", path=str(file)) from None
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"cannot be read: {error}", path=str(file)) from error
    with transaction() as session:
        local = base or local_currency(session)
        count = add(session, local, currency_rates)
        note(
            session,
            author(),
            "rates.import",
            f"currency_rate:{local}",
            file=file.name,
            rates=len(currency_rates),
            new=count,
        )
    click.echo(
        as_json({"rates": len(currency_rates), "new": count})
        if json_output
        else f"{count} of {len(currency_rates)} rates were new"
    )


def _report(report: Any, days: tuple[str, str], entity: int | None, *, json_output: bool) -> None:
    """A report over days, both included."""
    with transaction() as session:
        rows = list(report(session, day_of(days[0], "--from"), day_of(days[1], "--until"), entity))
    _print(rows, json_output=json_output)


def _print(rows: list[Any], *, json_output: bool, leave_out: tuple[str, ...] = ()) -> None:
    dicts = [{key: value for key, value in asdict(row).items() if key not in leave_out} for row in rows]
    if json_output:
        click.echo(as_json(dicts))
    elif dicts:
        print_table(list(dicts[0]), [[cell(value) for value in record.values()] for record in dicts])
