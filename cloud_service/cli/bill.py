"""`energy-cloud bill`: billing runs and invoices."""

import sys
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import click

from cloud_service.cli.database import author, engine, transaction
from cloud_service.cli.options import day_of
from cloud_service.cli.output import as_json, print_listing, print_table
from common.errors import InputError

if TYPE_CHECKING:
    from cloud_service.store.database.session import Engine
    from cloud_service.store.invoicing.billing_runs import Run
    from cloud_service.store.invoicing.run_progress import RunProgress
    from common.period import Span

SHARD = 500
HEADS = [
    "BILL NO", "TENANT NAME", "BILL DATE", "DUE DATE", "", "BILL AMOUNT", "RECEIVED", "OUTSTANDING", "ENERGY kWh",
    "STATE",
]  # fmt: skip


@click.group()
def bill() -> None:
    """Run billing, show invoices."""


@bill.command()
@click.option("--month", required=True, metavar="YYYY-MM", help="Bill the cycles that end within or with this month.")
@click.option("--entity", type=int, help="Legal entity; needed where there are several.")
@click.option("--contract", "contracts", type=int, multiple=True, help="Only these contracts (ids).")
@click.option("--bill-date", help="Date on the invoices; today unless given.")
@click.option("--dry-run", is_flag=True, help="Rate and compare only; issue nothing.")
@click.option("--queue", is_flag=True, help="Leave rating to the workers, then wait for `bill approve`.")
@click.option("--no-mail", is_flag=True, help="Issue without queueing messages to the clients.")
@click.option("--json", "json_wanted", is_flag=True, help="Print the result as JSON.")
def run(
    *,
    month: str,
    entity: int | None,
    contracts: tuple[int, ...],
    bill_date: str | None,
    dry_run: bool,
    queue: bool,
    no_mail: bool,
    json_wanted: bool,
) -> None:
    """Rate and issue the invoices of a month, all contracts of an entity.

    Exit codes: 0 all issued (or rated, in a dry run), 6 some are parked or look odd.
    """
    from cloud_service.flow import billing_run as step

    who = author()
    with transaction() as session:
        plan = step.Plan(
            the_entity(session, entity), _month(month), day_of(bill_date, "--bill-date"), who, dry_run,
            contracts or None,
        )  # fmt: skip
        planned = step.plan(session, plan)
        if queue:
            step.start(session, planned.id, "rate", shards=4, author=who)
    if queue:
        click.echo(as_json({"run": planned.id, "state": "rating"}) if json_wanted else f"run {planned.id} is queued")
        return
    with engine() as database:
        result = _work_through(database, planned, who, dry_run=dry_run, deliver=not no_mail)
    _print_result(result, json_wanted=json_wanted)
    raise SystemExit(6 if result["parked"] or (dry_run and result["outliers"]) else 0)


def _work_through(database: "Engine", planned: "Run", who: str, *, dry_run: bool, deliver: bool) -> dict[str, Any]:
    """Rate, compare and (unless dry) issue in this process; workers of the same run may help at any time."""
    from cloud_service.flow import billing_run as step
    from cloud_service.flow.issue import issue_shard
    from cloud_service.flow.rate import rate_shard
    from cloud_service.store.database.session import transaction as begin

    _shards(database, planned.id, "rated", lambda session: rate_shard(session, planned.id, SHARD))
    with begin(database) as session:
        odd = step.outliers(session, planned.id)
        if dry_run:
            counted = step.report(session, planned.id)
            result = _result(session, planned.id, counted, odd)
            step.cancel(session, planned.id, who, "dry run")
            return result
        step.approve(session, planned.id, who)
    _shards(
        database, planned.id, "issued",
        lambda session: issue_shard(session, planned.id, author=who, limit=SHARD, deliver=deliver),
    )  # fmt: skip
    with begin(database) as session:
        return _result(session, planned.id, step.report(session, planned.id), odd)


def _shards(database: "Engine", run_id: int, done: str, work: Callable[[Any], int]) -> None:
    """Shard by shard, a transaction each, with a progress line on a terminal."""
    from cloud_service.flow import billing_run as step
    from cloud_service.store.database.session import transaction as begin

    started, count = time.monotonic(), 0
    while True:
        with begin(database) as session:
            count += (worked := work(session))
        with begin(database) as session:
            counted = step.report(session, run_id)
        if sys.stderr.isatty():
            pace = count / max(time.monotonic() - started, 0.001)
            left = counted.waiting if done == "rated" else counted.rated
            click.echo(
                f"\r{done} {getattr(counted, done)} of {counted.total}, {counted.parked} parked, {pace:.0f}/s,"
                f" {left / pace if pace else 0:.0f} s left   ",
                nl=False, err=True,
            )  # fmt: skip
        if not worked:
            break
    if sys.stderr.isatty() and count:
        click.echo(err=True)


def _result(session: Any, run_id: int, counted: "RunProgress", odd: list[Any]) -> dict[str, Any]:
    from dataclasses import asdict

    from cloud_service.store.invoicing import billing_runs

    parked = billing_runs.items(session, run_id, "parked", 1000)
    return {
        "run": run_id,
        "state": billing_runs.run_of(session, run_id).state,
        "items": counted.total,
        "rated": counted.rated,
        "issued": counted.issued,
        "parked": [{"item": one.id, "contract": one.contract, "reason": one.reason} for one in parked],
        "amount": dict(counted.amount),
        "outliers": [asdict(one) for one in odd],
    }


def _print_result(result: dict[str, Any], *, json_wanted: bool) -> None:
    if json_wanted:
        click.echo(as_json(result))
        return
    sums = ", ".join(f"{amount:,.2f} {currency}" for currency, amount in result["amount"].items()) or "nothing"
    click.echo(
        f"run {result['run']}: {result['items']} due, {result['issued']} issued, {len(result['parked'])} parked; {sums}"
    )
    for one in result["parked"]:
        click.echo(f"  parked: contract {one['contract']}: {one['reason']}")
    for one in result["outliers"]:
        click.echo(f"  look at: contract {one['contract']}: {one['why']}")


@bill.command()
@click.argument("run_id", type=int)
@click.option("--json", "json_wanted", is_flag=True, help="Print the result as JSON.")
def approve(run_id: int, *, json_wanted: bool) -> None:
    """Approve a rated run and queue its issuing for the workers."""
    from cloud_service.flow import billing_run as step

    with transaction() as session:
        step.approve(session, run_id, author())
        step.start(session, run_id, "issue", shards=4, author=author())
    click.echo(as_json({"run": run_id, "state": "issuing"}) if json_wanted else f"run {run_id} is being issued")


@bill.command()
@click.argument("run_id", type=int)
@click.option("--reason", default="", help="Why; it stands in the audit log.")
@click.option("--json", "json_wanted", is_flag=True, help="Print the result as JSON.")
def cancel(run_id: int, reason: str, *, json_wanted: bool) -> None:
    """Give up what a run has not issued."""
    from cloud_service.flow import billing_run as step

    with transaction() as session:
        step.cancel(session, run_id, author(), reason)
    click.echo(as_json({"run": run_id, "state": "cancelled"}) if json_wanted else f"run {run_id} is cancelled")


@bill.command()
@click.argument("run_id", type=int)
@click.option("--item", "items", type=int, multiple=True, help="Only these items; all that are parked unless given.")
@click.option("--json", "json_wanted", is_flag=True, help="Print the result as JSON.")
def retry(run_id: int, *, items: tuple[int, ...], json_wanted: bool) -> None:
    """Rate parked items once more, after what was wrong has been mended; the workers do it."""
    from cloud_service.flow import billing_run as step

    with transaction() as session:
        count = step.retry_parked(session, run_id, author(), items or None)
        step.start(session, run_id, "rate", shards=4, author=author())
    click.echo(as_json({"run": run_id, "items": count}) if json_wanted else f"{count} items are rated again")


@bill.command()
@click.option("--state", default="", help="planned, rating, rated, issuing, done or cancelled.")
@click.option("--limit", default=20, show_default=True)
@click.option("--json", "json_wanted", is_flag=True, help="Print the runs as JSON.")
def runs(*, state: str, limit: int, json_wanted: bool) -> None:
    """Billing runs, the newest first."""
    from cloud_service.store.lists.office import runs as listing
    from cloud_service.store.lists.paging import Wanted
    from cloud_service.store.scope import Scope

    asked = Wanted(filters={"state": (state,)} if state else {}, sort="created_at", descending=True, size=limit)
    shown = (
        "id",
        "name",
        "state",
        "since",
        "until",
        "bill_date",
        "dry_run",
        "total",
        "rated",
        "issued",
        "parked",
        "created_by",
    )
    print_listing(listing(Scope(), asked), asked, shown, json_wanted=json_wanted)


@bill.command()
@click.argument("run_id", type=int)
@click.option("--json", "json_wanted", is_flag=True, help="Print the result as JSON.")
def status(run_id: int, *, json_wanted: bool) -> None:
    """How far a run is, what is parked and why, what looks odd."""
    from cloud_service.flow import billing_run as step
    from cloud_service.store.invoicing import run_progress

    with transaction() as session:
        counted = run_progress.progress_of(session, run_id)
        result = _result(session, run_id, counted, step.outliers(session, run_id))
        pace = run_progress.pace_of(session, run_id)
    if result["state"] in ("rating", "issuing"):
        result |= {"per_second": pace.per_second, "seconds_left": pace.seconds_left}
    _print_result(result, json_wanted=json_wanted)


@bill.command(name="list")
@click.option("--state", default="", help="open, part, overdue, paid, credited, written_off or credit_note.")
@click.option("--search", default="", help="Part of a number, of the tenant's name or of an account.")
@click.option("--limit", default=50, show_default=True)
@click.option("--on", "day", help="As at this day; today unless given.")
@click.option("--json", "json_wanted", is_flag=True, help="Print the bills as JSON.")
def list_bills(*, state: str, search: str, limit: int, day: str | None, json_wanted: bool) -> None:
    """Bills, the newest first."""
    from cloud_service.store.lists.bills import STATES, bills
    from cloud_service.store.lists.paging import Wanted, page_of
    from cloud_service.store.scope import Scope

    if state and state not in STATES:
        raise InputError(f"{state!r} is no state of a bill", path="--state", hint=", ".join(STATES))
    asked = Wanted(
        text=search, filters={"status": (state,)} if state else {}, sort="bill_date", descending=True, size=limit
    )
    with transaction() as session:
        rows = page_of(session, bills(Scope(), asked, day_of(day, "--on")), asked).rows
    if json_wanted:
        click.echo(as_json([row._asdict() for row in rows]))
        return
    print_table(
        HEADS,
        [
            [
                row.number, row.tenant, str(row.bill_date), str(row.due_date), row.currency, f"{row.total:,.2f}",
                f"{row.received:,.2f}", f"{row.outstanding:,.2f}", f"{row.energy / 1000:,.3f}", row.state,
            ]
            for row in rows
        ],
    )  # fmt: skip


@bill.command()
@click.argument("number")
@click.option("--json", "json_wanted", is_flag=True, help="Print the bill as JSON.")
def show(number: str, *, json_wanted: bool) -> None:
    """One bill with its lines, and why each of them is what it is."""
    from dataclasses import asdict

    from cloud_service.store.invoicing.issued_invoice import whole_bill
    from cloud_service.store.lists.bills import bill_of

    with transaction() as session:
        row = bill_of(session, number, day_of(None, ""))
        whole = whole_bill(session, row.id)
    if json_wanted:
        click.echo(as_json(row._asdict() | asdict(whole)))
        return
    click.echo(f"{row.number}  {row.tenant}  {row.bill_date}  due {row.due_date}  {row.state}")
    for line in whole.lines:
        click.echo(f"  {line.label}: {line.amount:,.2f} {row.currency}\n      {line.why}")
    for tax in whole.taxes:
        click.echo(f"  {tax['label']}: {tax['amount']} {row.currency}\n      {tax['why']}")
    click.echo(f"  total {row.total:,.2f} {row.currency}, outstanding {row.outstanding:,.2f}")
    for paid in whole.settled:
        click.echo(f"  {paid.day} {paid.amount:,.2f} by {paid.by}")


def _month(text: str) -> "Span":
    from datetime import date

    from common.period import Span, add_months

    year, _, month = text.partition("-")
    try:
        start = date(int(year), int(month), 1)
    except ValueError:
        raise InputError(f"{text!r} is no month", path="--month", hint="for example 2026-10") from None
    return Span(start, add_months(start, 1))


def the_entity(session: Any, wanted: int | None) -> int:
    """The legal entity that was named, or the only one."""
    from cloud_service.store.customers.legal_entities import entity_names

    known = entity_names(session)
    if wanted is not None and wanted in known:
        return wanted
    if wanted is None and len(known) == 1:
        return next(iter(known))
    names = ", ".join(f"{id_} {name}" for id_, name in known.items()) or "none"
    raise InputError("name the legal entity", path="--entity", hint=f"known: {names}")
