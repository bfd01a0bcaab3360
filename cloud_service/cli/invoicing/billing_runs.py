"""Billing runs of `energy-cloud bill`: rate and issue a month, list the runs, watch one."""

import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import click

from cloud_service.cli.database import author, engine, transaction
from cloud_service.cli.options import day_of, entity_of, month_of
from cloud_service.cli.output import as_json, cell, figures, print_listing, print_table
from common.errors import InputError

if TYPE_CHECKING:
    from cloud_service.domain.invoicing.outliers import Outlier
    from cloud_service.store.database.session import Engine, Session
    from cloud_service.store.invoicing.billing_runs import StoredRun
    from cloud_service.store.invoicing.run_progress import RunProgress
    from common.period import Span

SHARD = 500
PAUSES_S = (0.5, 2, 5, 0)
ITEMS_MAX = 10_000


@dataclass(frozen=True, slots=True)
class ParkedItem:
    """A contract that could not be rated: the item's id, the contract's number, why."""

    item: int
    contract: str
    reason: str


@dataclass(frozen=True, slots=True)
class RunReport:
    """How far a run is, as `--json` prints it; `items` counts contracts, `amount` is the sum of bills by currency."""

    run: int
    state: str
    items: int
    rated: int
    issued: int
    parked: list[ParkedItem]
    amount: dict[str, Decimal]
    outliers: "list[Outlier]"


@click.command()
@click.option("--month", metavar="YYYY-MM", help="Bill the cycles that end within or with this month.")
@click.option("--since", metavar="DAY", help="Instead of a month: the cycles that ended since this day, left behind.")
@click.option("--entity", type=int, help="Legal entity; needed where there are several.")
@click.option("--contract", "contracts", multiple=True, metavar="NUMBER", help="Only this connection; may be repeated.")
@click.option("--bill-date", help="Date on the invoices; today unless given.")
@click.option("--dry-run", is_flag=True, help="Rate and compare only; issue nothing.")
@click.option("--queue", is_flag=True, help="Leave rating to the workers, then wait for `bill approve`.")
@click.option("--no-mail", is_flag=True, help="Issue without queueing messages to the clients.")
@click.option("--json", "json_output", is_flag=True, help="Print the result as JSON.")
def run(
    *,
    month: str | None,
    since: str | None,
    entity: int | None,
    contracts: tuple[str, ...],
    bill_date: str | None,
    dry_run: bool,
    queue: bool,
    no_mail: bool,
    json_output: bool,
) -> None:
    """Rate and issue the invoices of a month, all contracts of an entity.

    Exit codes: 0 all issued (or rated, in a dry run), 6 some are parked, look odd or are not issued yet.
    """
    from cloud_service.cli.names import contract_id
    from cloud_service.domain.calendar.billing_cycle import days_over
    from cloud_service.flow import billing_run as step

    who, month_days = author(), _days(month, since)
    days = days_over(month_days, day_of(None, ""))
    if days != month_days:
        click.echo(f"{month} is not over until {month_days.end}: what ends by {days.end} is billed", err=True)
    with transaction() as session:
        plan = step.RunPlan(
            entity_of(session, entity), days, day_of(bill_date, "--bill-date"), who, dry_run,
            tuple(contract_id(session, number) for number in contracts) or None,
        )  # fmt: skip
        planned = step.plan(session, plan)
        if queue:
            step.start(session, planned.id, "rate", shards=4, author=who)
    if queue:
        click.echo(as_json({"run": planned.id, "state": "rating"}) if json_output else f"run {planned.id} is queued")
        return
    with engine() as database:
        report = _work_through(database, planned, who, dry_run=dry_run, deliver=not no_mail)
    if json_output:
        click.echo(as_json(report))
    else:
        _print_report(report)
    if report.rated and not dry_run:
        click.echo(
            f"{report.rated} connections are rated and not issued: others are at work on their accounts. The worker"
            f" issues them; look with `bill status {report.run}`",
            err=True,
        )
    raise SystemExit(6 if report.parked or (report.outliers if dry_run else report.rated) else 0)


def _days(month: str | None, since: str | None) -> "Span":
    """The days that a run is over: a month, or all up to today."""
    from common.period import Span

    if bool(month) == bool(since):
        raise InputError("name the month, or since when", path="--month", hint="--month 2026-10 or --since 2026-07-01")
    if month:
        return month_of(month, "--month")
    start, today = day_of(since, "--since"), day_of(None, "")
    if start >= today:
        raise InputError(f"{start} is not over", path="--since")
    return Span(start, today)


def _work_through(database: "Engine", planned: "StoredRun", who: str, *, dry_run: bool, deliver: bool) -> RunReport:
    """Rate, compare and (unless dry) issue in this process; workers of the same run may help at any time."""
    from cloud_service.flow import billing_run as step
    from cloud_service.flow.invoicing.outliers import outliers as outliers_of
    from cloud_service.flow.issue import issue_shard
    from cloud_service.flow.rate import rate_shard
    from cloud_service.flow.validate import validate_dirty
    from cloud_service.store.database.session import transaction as begin

    validate_dirty(database)  # what was read a moment ago counts as it will when the worker has seen it
    _shards(database, planned.id, "rated", lambda session: rate_shard(session, planned.id, SHARD))
    with begin(database) as session:
        outliers = outliers_of(session, planned.id)
        if dry_run:
            report = _report(session, planned.id, step.report(session, planned.id), outliers)
            step.cancel(session, planned.id, who, "dry run")
            return report
        step.approve(session, planned.id, who)
    for pause_s in PAUSES_S:  # accounts that others work on are passed by
        _shards(
            database, planned.id, "issued",
            lambda session: issue_shard(session, planned.id, author=who, limit=SHARD, deliver=deliver),
        )  # fmt: skip
        with begin(database) as session:
            report = _report(session, planned.id, step.report(session, planned.id), outliers)
        if not report.rated:
            break
        time.sleep(pause_s)
    return report


def _shards(database: "Engine", run_id: int, done: str, work: Callable[[Any], int]) -> None:
    """Shard by shard, a transaction each, with a progress line on a terminal."""
    from cloud_service.flow import billing_run as step
    from cloud_service.store.database.session import transaction as begin

    started, count = time.monotonic(), 0
    while True:
        with begin(database) as session:
            count += (worked := work(session))
        with begin(database) as session:
            progress = step.report(session, run_id)
        if sys.stderr.isatty():
            pace = count / max(time.monotonic() - started, 0.001)
            left = progress.waiting if done == "rated" else progress.rated
            click.echo(
                f"\r{done} {getattr(progress, done)} of {progress.total}, {progress.parked} parked, {pace:.0f}/s,"
                f" {left / pace if pace else 0:.0f} s left   ",
                nl=False, err=True,
            )  # fmt: skip
        if not worked:
            break
    if sys.stderr.isatty() and count:
        click.echo(err=True)


def _report(session: Any, run_id: int, progress: "RunProgress", outliers: "list[Outlier]") -> RunReport:
    from cloud_service.store.invoicing import billing_run_items, billing_runs

    parked = billing_run_items.items(session, run_id, "parked", 1000)
    return RunReport(
        run=run_id,
        state=billing_runs.run_of(session, run_id).state,
        items=progress.total,
        rated=progress.rated,
        issued=progress.issued,
        parked=[ParkedItem(item.id, item.contract, item.reason) for item in parked],
        amount=dict(progress.amount),
        outliers=outliers,
    )


def _print_report(report: RunReport) -> None:
    sums = (
        ", ".join(f"{figures(amount, currency)} {currency}" for currency, amount in report.amount.items()) or "nothing"
    )
    click.echo(f"run {report.run}: {report.items} due, {report.issued} issued, {len(report.parked)} parked; {sums}")
    for item in report.parked:
        click.echo(f"  parked: contract {item.contract}: {item.reason}")
    for outlier in report.outliers:
        click.echo(f"  look at: contract {outlier.contract}: {outlier.why}")


@click.command()
@click.option("--state", default="", help="planned, rating, rated, issuing, done or cancelled.")
@click.option("--limit", default=20, show_default=True)
@click.option("--json", "json_output", is_flag=True, help="Print the runs as JSON.")
def runs(*, state: str, limit: int, json_output: bool) -> None:
    """Billing runs, the newest first."""
    from cloud_service.store.lists.billing_runs import runs as listing
    from cloud_service.store.lists.paging import ListQuery
    from cloud_service.store.scope import Scope

    query = ListQuery(filters={"state": (state,)} if state else {}, sort="created_at", descending=True, size=limit)
    columns = (
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
    print_listing(listing(Scope(), query), query, columns, json_output=json_output)


@click.command()
@click.argument("run_id", type=int)
@click.option("--items", "with_items", is_flag=True, help=f"Each connection with its amount; at most {ITEMS_MAX:,}.")
@click.option("--json", "json_output", is_flag=True, help="Print the result as JSON.")
def status(run_id: int, *, with_items: bool, json_output: bool) -> None:
    """How far a run is, what is parked and why, what looks odd."""
    from cloud_service.flow.invoicing.outliers import outliers as outliers_of
    from cloud_service.store.invoicing import run_progress

    with transaction() as session:
        progress = run_progress.progress_of(session, run_id)
        report = _report(session, run_id, progress, outliers_of(session, run_id))
        pace = run_progress.pace_of(session, run_id)
        connections = _connections(session, run_id) if with_items else []
    if not json_output:
        _print_report(report)
        if connections:
            rows = [[cell(value) for value in connection.values()] for connection in connections]
            print_table([name.upper() for name in connections[0]], rows)
        return
    under_way = report.state in ("rating", "issuing")
    speed = {"per_second": pace.per_second, "seconds_left": pace.seconds_left} if under_way else {}
    click.echo(as_json(asdict(report) | speed | ({"connections": connections} if with_items else {})))


def _connections(session: "Session", run_id: int) -> list[dict[str, Any]]:
    """What the run bills each connection, or would."""
    from cloud_service.store.lookups.billing_runs import run_items

    return [
        {
            "connection": item.contract, "tenant": item.tenant, "state": item.state,
            "amount": item.total if item.rated_total is None else item.rated_total,
            "currency": item.rated_currency or item.currency, "bill": item.bill,
        }
        for item in run_items(session, run_id, rows=ITEMS_MAX)
    ]  # fmt: skip


COMMANDS = (run, runs, status)
