"""`energy-cloud report`: reports that are mailed on their days."""

import click

from cloud_service.cli.database import author, transaction
from cloud_service.cli.options import day_of, entity_of
from cloud_service.cli.output import as_json, print_table

JSON = click.option("--json", "json_output", is_flag=True, help="Print the result as JSON.")
WHICH = click.option("--entity", type=int, help="Legal entity; needed where there are several.")
KIND = click.argument("kind", type=click.Choice(["open_items", "payments", "bills"]))
SPAN = click.option("--every", type=click.Choice(["month", "week"]), default="month", show_default=True)
REASON = click.option("--reason", default="", help="Why; it stands in the audit log.")


@click.group()
def report() -> None:
    """Open items, payments and bills as spreadsheets, mailed to your office each month or week."""


@report.command(name="list")
@WHICH
@JSON
def list_reports(*, entity: int | None, json_output: bool) -> None:
    """What is mailed, to whom and when next."""
    from cloud_service.flow.reports.timed_report import next_day
    from cloud_service.store.delivery.timed_reports import reports

    today = day_of(None, "")
    with transaction() as session:
        rows = [
            {"kind": row.kind, "every": row.every, "day": row.day, "working_day": row.working_day,
             "recipients": row.recipients, "next": next_day(session, row, today)}
            for row in reports(session, entity_of(session, entity))
        ]  # fmt: skip
    if json_output:
        click.echo(as_json(rows))
        return
    heads = ("kind", "every", "day", "next")
    print_table(
        [*(head.upper() for head in heads), "TO"],
        [[*(str(row[head]) for head in heads), " ".join(map(str, row["recipients"]))] for row in rows],  # type: ignore[call-overload]
    )


@report.command(name="set")
@KIND
@SPAN
@click.option("--day", type=int, default=1, show_default=True, help="Of the month, or of the week (Monday is 1).")
@click.option("--working-day", is_flag=True, help="Else on the first working day after.")
@click.option("--to", "recipients", multiple=True, required=True, help="E-mail address; again for more.")
@WHICH
@REASON
@JSON
def set_(
    kind: str, *, every: str, day: int, working_day: bool, recipients: tuple[str, ...], entity: int | None,
    reason: str, json_output: bool,
) -> None:  # fmt: skip
    """Have KIND mailed from now on; the one of that kind and span is changed."""
    from cloud_service.domain.receivables.report_days import ReportDays
    from cloud_service.flow.reports.timed_report import ReportPlan, set_report

    plan = ReportPlan(kind, ReportDays(every, day, working_day), recipients)
    with transaction() as session:
        entity_id = entity_of(session, entity)
        changed = set_report(session, entity_id, plan, day_of(None, ""), author=author(), reason=reason)
    said = f"{kind}: each {every} on day {day}, to {', '.join(recipients)}"
    click.echo(as_json({"kind": kind, "every": every, "changed": changed}) if json_output else said)


@report.command()
@KIND
@SPAN
@WHICH
@REASON
@JSON
def remove(kind: str, *, every: str, entity: int | None, reason: str, json_output: bool) -> None:
    """Mail KIND no more."""
    from cloud_service.flow.reports.timed_report import remove_report

    with transaction() as session:
        remove_report(session, entity_of(session, entity), kind, every, author=author(), reason=reason)
    click.echo(as_json({"kind": kind, "every": every, "removed": True}) if json_output else f"{kind}: no more")


@report.command()
@KIND
@SPAN
@WHICH
@JSON
def send(kind: str, *, every: str, entity: int | None, json_output: bool) -> None:
    """Mail KIND now, whatever its day."""
    from cloud_service.flow.reports.timed_report import send_now

    with transaction() as session:
        letters = send_now(session, entity_of(session, entity), kind, every, day_of(None, ""), author=author())
    click.echo(as_json({"kind": kind, "letters": letters}) if json_output else f"{kind}: {letters} letters queued")
