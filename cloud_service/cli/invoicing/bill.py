"""`energy-cloud bill`: invoices; the commands of its billing runs lie in `billing_runs` and `run_decisions`."""

from typing import TYPE_CHECKING, Any

import click

from cloud_service.cli.database import transaction
from cloud_service.cli.invoicing import billing_calendar, billing_runs, run_decisions, unbilled
from cloud_service.cli.options import WHOSE, day_of
from cloud_service.cli.output import as_json, figures, print_table
from common.errors import InputError

if TYPE_CHECKING:
    from cloud_service.domain.invoicing.billed_line import BilledLine
    from cloud_service.store.invoicing.issued_invoice import InvoiceWithProof

HEADS = [
    "BILL NO", "TENANT NAME", "BILL DATE", "DUE DATE", "", "BILL AMOUNT", "RECEIVED", "OUTSTANDING", "ENERGY kWh",
    "VOLUME m³", "STATE",
]  # fmt: skip


@click.group()
def bill() -> None:
    """Run billing, show invoices."""


for command in (*billing_runs.COMMANDS, *run_decisions.COMMANDS, *unbilled.COMMANDS):
    bill.add_command(command)
bill.add_command(billing_calendar.calendar)


@bill.command(name="list")
@click.option("--state", default="", help="open, part, overdue, paid, credited, written_off or credit_note.")
@click.option("--search", default="", help="Part of a number, of the tenant's name or of an account.")
@click.option("--limit", default=50, show_default=True)
@click.option("--on", "day", help="As at this day; today unless given.")
@click.option("--json", "json_output", is_flag=True, help="Print the bills as JSON.")
def list_bills(*, state: str, search: str, limit: int, day: str | None, json_output: bool) -> None:
    """Bills, the newest first."""
    from cloud_service.store.lists.invoices import STATES, invoices
    from cloud_service.store.lists.paging import ListQuery, page_of
    from cloud_service.store.scope import Scope
    from common.reading import as_decimal

    if state and state not in STATES:
        raise InputError(f"{state!r} is no state of a bill", path="--state", hint=", ".join(STATES))
    query = ListQuery(
        text=search, filters={"status": (state,)} if state else {}, sort="bill_date", descending=True, size=limit
    )
    with transaction() as session:
        rows = page_of(session, invoices(Scope(), query, day_of(day, "--on")), query).rows
    if json_output:
        click.echo(as_json([row._asdict() for row in rows]))
        return
    print_table(
        HEADS,
        [
            [
                row.number, row.tenant, str(row.bill_date), str(row.due_date), row.currency,
                *(figures(amount, row.currency) for amount in (row.total, row.received, row.outstanding)),
                f"{as_decimal(row.energy):,.3f}", f"{as_decimal(row.volume):,.3f}", row.state,
            ]
            for row in rows
        ],
    )  # fmt: skip


@bill.command()
@click.argument("number")
@WHOSE
@click.option("--json", "json_output", is_flag=True, help="Print the bill as JSON.")
def show(number: str, *, json_output: bool) -> None:
    """One bill with its lines, and why each of them is what it is."""
    from cloud_service.cli.names import invoice_id
    from cloud_service.store.invoicing.issued_invoice import invoice_with_proof
    from cloud_service.store.lists.invoices import invoice_row

    with transaction() as session:
        row = invoice_row(session, invoice_id(session, number), day_of(None, ""))
        proof = invoice_with_proof(session, row.id)
    if json_output:
        click.echo(as_json(row._asdict() | _proof_json(proof)))
        return
    click.echo(f"{row.number}  {row.tenant}  {row.bill_date}  due {row.due_date}  {row.state}")
    for line in proof.invoice.lines:
        label = f"{line.label} (estimated)" if line.explanation.estimated else line.label
        click.echo(f"  {label}: {figures(line.amount, row.currency)} {row.currency}\n      {line.explanation.why}")
    for tax in proof.invoice.basis.taxes:
        click.echo(f"  {tax.label}: {figures(tax.amount, row.currency)} {row.currency}\n      {tax.why}")
    total, outstanding = (figures(amount, row.currency) for amount in (row.total, row.outstanding))
    click.echo(f"  total {total} {row.currency}, outstanding {outstanding}")
    for paid in proof.settlements:
        click.echo(f"  {paid.day} {figures(paid.amount, row.currency)} by {paid.by}")


def _proof_json(proof: "InvoiceWithProof") -> dict[str, Any]:
    """All of an invoice beyond its row in the list."""
    from dataclasses import asdict

    from cloud_service.domain.pricing.record_json import to_json

    invoice = proof.invoice
    basis = to_json(invoice.basis)
    return {
        "start": invoice.during.start,
        "end": invoice.during.end,
        "net": invoice.net,
        "tax": invoice.tax,
        "reason": invoice.reason,
        "corrects": invoice.corrects or None,
        "corrected_by": proof.corrected_by,
        "seller": to_json(invoice.seller),
        "buyer": to_json(invoice.buyer),
        "basis": basis,
        "hash": proof.hash,
        "unchanged": proof.unchanged,
        "issued_by": invoice.issued_by,
        "lines": [_line_json(position, line) for position, line in enumerate(invoice.lines, start=1)],
        "taxes": basis["taxes"],
        "settled": [asdict(settlement) for settlement in proof.settlements],
    }


def _line_json(position: int, line: "BilledLine") -> dict[str, Any]:
    """The columns of a line; numbers as `as_json` writes them."""
    from msgspec.structs import asdict

    from cloud_service.domain.pricing.record_json import to_json

    columns = asdict(line)
    del columns["during"], columns["explanation"]
    days = {"start": line.during and line.during.start, "end": line.during and line.during.end}
    return {"position": position, **columns, **days, "explanation": to_json(line.explanation)}
