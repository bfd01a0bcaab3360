"""`energy-cloud correct`: issued bills that were wrong."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import click

from cloud_service.cli.database import author, transaction
from cloud_service.cli.options import WHOSE, day_of
from cloud_service.cli.output import as_json, print_table
from cloud_service.domain.money import round_money

if TYPE_CHECKING:
    from cloud_service.domain.invoicing.invoice import Draft
    from cloud_service.domain.rating.rated_contract import RatedContract
    from cloud_service.flow.invoicing.rebilling import Rebilling, RebillSteps
    from cloud_service.store.database.session import Session
    from common.period import Span

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
@click.option("--following", is_flag=True, help="With --rebill: later bills that rest on what it leaves over, too.")
@click.option("--day", help="Date of the papers; today unless given.")
@click.option("--dry-run", is_flag=True, help="Only show what would be issued.")
@WHOSE
@JSON
def credit(
    number: str, *, reason: str, rebill: bool, following: bool, day: str | None, dry_run: bool, json_output: bool
) -> None:
    """Take a bill back by a credit note."""
    from cloud_service.cli.names import invoice_id
    from cloud_service.flow.invoicing.rebilling import rebill as step
    from cloud_service.store.invoicing.billing_chain import builds, resting_on

    when = day_of(day, "--day")
    with transaction() as session:
        old = invoice_id(session, number)
        resting = [] if rebill or not builds(session, old) else [bill.number for bill in resting_on(session, old)]
        steps = _steps(session, when, reason)
        first, *later = step(session, old, steps, following=following) if rebill else [_credited(session, old, steps)]
        if dry_run:
            session.rollback()
    result = _rebilling_json(first) | {"issued": not dry_run}
    result |= {"following": [{"number": each.before.number} | _rebilling_json(each) for each in later]} if later else {}
    result |= {"resting": resting} if resting else {}
    if json_output:
        click.echo(as_json(result))
        return
    for each in (first, *later):
        new_bills = "".join(f", new bill {bill.number} over {_total(bill.draft)}" for bill in each.bills)
        click.echo(("would be: " if dry_run else "") + f"{each.note.number} over {_total(each.note.draft)}" + new_bills)
    if resting:
        click.echo(f"{', '.join(resting)} rest on what {number} left over: bill its days anew, then these", err=True)


def _steps(session: "Session", day: date, reason: str) -> "RebillSteps":
    """Crediting, rating anew with what was read a moment ago, and issuing in place of the credited bill."""
    from cloud_service.flow import correct_invoice
    from cloud_service.flow.invoicing.rebilling import RebillSteps
    from cloud_service.flow.issue import issue
    from cloud_service.flow.rate import rate_all
    from cloud_service.flow.validate import validate_contracts

    def rate(contracts: "Sequence[int]", span: "Span") -> "list[RatedContract]":
        validate_contracts(session, contracts, datetime.now(UTC))
        return rate_all(session, contracts, span)

    return RebillSteps(
        lambda invoice: correct_invoice.credit(
            session, invoice, reason=reason, day=day, author=author(), clock=lambda: datetime.now(UTC)
        ),
        rate,
        lambda rated, note: issue(
            session, rated, bill_date=note.draft.bill_date, author=author(), instead_of=note
        ),
    )  # fmt: skip


def _credited(session: "Session", invoice_id: int, steps: "RebillSteps") -> "Rebilling":
    from cloud_service.flow.invoicing.rebilling import Rebilling
    from cloud_service.store.invoicing.corrections import original

    return Rebilling(original(session, invoice_id), steps.credit(invoice_id), ())


def _total(draft: "Draft") -> Decimal:
    return round_money(draft.total, draft.account.currency)


def _rebilling_json(rebilling: "Rebilling") -> dict[str, Any]:
    return {
        "credit_note": rebilling.note.number,
        "total": _total(rebilling.note.draft),
        "new": [bill.number for bill in rebilling.bills],
        "new_total": rebilling.total,
    }


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
