"""`energy-cloud correct`: issued bills that were wrong."""

from dataclasses import asdict
from datetime import UTC, datetime
from decimal import Decimal

import click

from cloud_service.cli.database import author, transaction
from cloud_service.cli.options import WHOSE, day_of
from cloud_service.cli.output import as_json, print_table

JSON = click.option("--json", "json_output", is_flag=True, help="Print the result as JSON.")
REASON = click.option("--reason", required=True, help="Why; it stands on the paper and in the audit log.")


@click.group()
def correct() -> None:
    """Credit notes, new bills, differences: nothing that was issued is changed."""


@correct.command()
@JSON
def touched(*, json_output: bool) -> None:
    """Bills whose readings changed after they were issued; exit code 6 if there are any."""
    from cloud_service.store.invoicing.corrections import touched as report

    with transaction() as session:
        rows = report(session)
    if json_output:
        click.echo(as_json(rows))
    else:
        print_table(
            ["BILL NO", "TENANT NAME", "DAYS", "FROM", "TO", "CHANGE kWh"],
            [[r.number, r.tenant, str(r.days), str(r.first), str(r.last), f"{r.change / 1000:,.3f}"] for r in rows],
        )
    raise SystemExit(6 if rows else 0)


@correct.command()
@click.argument("number")
@REASON
@click.option("--rebill", is_flag=True, help="Bill the days anew at once.")
@click.option("--day", help="Date of the papers; today unless given.")
@click.option("--dry-run", is_flag=True, help="Only show what would be issued.")
@WHOSE
@JSON
def credit(number: str, *, reason: str, rebill: bool, day: str | None, dry_run: bool, json_output: bool) -> None:
    """Take a bill back by a credit note."""
    from cloud_service.cli.names import invoice_id
    from cloud_service.flow import correct_invoice as step
    from cloud_service.flow.issue import issue
    from cloud_service.flow.rate import rate_again
    from cloud_service.flow.validate import validate_contracts
    from cloud_service.store.invoicing.corrections import original

    when = day_of(day, "--day")
    with transaction() as session:
        old = invoice_id(session, number)
        if rebill:
            validate_contracts(session, original(session, old).contracts, datetime.now(UTC))
        rated = rate_again(session, old) if rebill else []
        note = step.credit(session, old, reason=reason, day=when, author=author(), clock=lambda: datetime.now(UTC))
        new_invoices = (
            issue(session, rated, bill_date=note.draft.bill_date, author=author(), instead_of=note) if rebill else []
        )
        new_total = sum((invoice.draft.total for invoice in new_invoices), Decimal(0))
        if dry_run:
            session.rollback()
    result = {
        "credit_note": note.number,
        "total": note.draft.total,
        "new": [invoice.number for invoice in new_invoices],
        "new_total": new_total,
        "issued": not dry_run,
    }
    click.echo(
        as_json(result)
        if json_output
        else ("would be: " if dry_run else "")
        + f"{note.number} over {note.draft.total:f}"
        + "".join(f", new bill {invoice.number} over {invoice.draft.total:f}" for invoice in new_invoices)
    )


@correct.command()
@click.argument("number")
@REASON
@click.option("--dry-run", is_flag=True, help="Only show what would change.")
@WHOSE
@JSON
def difference(number: str, *, reason: str, dry_run: bool, json_output: bool) -> None:
    """Rate a bill's days anew and put the difference on the next bill."""
    from cloud_service.cli.names import invoice_id
    from cloud_service.flow import correct_invoice as step
    from cloud_service.flow.rate import rate_again

    with transaction() as session:
        old = invoice_id(session, number)
        rated = rate_again(session, old)
        changed_lines = step.bill_difference(
            session, old, rated, reason=reason, author=author(), clock=lambda: datetime.now(UTC)
        )
        if dry_run:
            session.rollback()
    if json_output:
        click.echo(as_json([asdict(line) | {"amount": line.amount, "why": line.why} for line in changed_lines]))
    else:
        for line in changed_lines:
            click.echo(line.why)
