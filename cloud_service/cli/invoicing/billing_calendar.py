"""`energy-cloud bill calendar show|set`: when runs are planned by themselves, and who lets them issue."""

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import click

from cloud_service.cli.database import author, transaction
from cloud_service.cli.options import amount_of, day_of, entity_of
from cloud_service.cli.output import as_json

if TYPE_CHECKING:
    from cloud_service.store.invoicing.billing_calendar import BillingCalendar

APPROVALS, INCOMPLETE = ("person", "itself"), ("person", "estimate")


@click.group()
def calendar() -> None:
    """When billing runs are planned by themselves, how long they wait for readings, and who lets them issue."""


@calendar.command()
@click.option("--entity", type=int, help="Id of the legal entity; the only one unless given.")
@click.option("--json", "json_output", is_flag=True, help="Print the calendar as JSON.")
def show(*, entity: int | None, json_output: bool) -> None:
    """Show the billing calendar of a legal entity."""
    with transaction() as session:
        from cloud_service.store.invoicing.billing_calendar import calendar_of

        rules = calendar_of(session, entity_of(session, entity))
    _print(rules, json_output=json_output)


@calendar.command(name="set")
@click.option("--entity", type=int, help="Id of the legal entity; the only one unless given.")
@click.option("--automatic/--by-hand", default=None, help="Whether runs are planned by themselves.")
@click.option("--since", metavar="DAY", help="Cycles that end after this day; earlier ones are left to runs by hand.")
@click.option("--after-days", type=int, help="Days after a cycle's end; then what has all its readings is rated.")
@click.option("--last-days", help="Days after a cycle's end on which nobody waits for readings any more, or 'none'.")
@click.option("--incomplete", type=click.Choice(INCOMPLETE), help="On the last day: wait for a person, or estimate.")
@click.option("--confirm-estimates/--no-confirm-estimates", default=None,
              help="Whether a person confirms estimates before bills are issued.")  # fmt: skip
@click.option("--approval", type=click.Choice(APPROVALS), help="Who lets a run issue that is not far from before.")
@click.option("--outlier-times", help="So many times the usual amount a day, or its inverse, is far from before.")
@click.option("--outlier-small", help="A change of less than this a month is never worth a look.")
@click.option("--advances/--no-advances", default=None,
              help="Whether bills in advance are issued by themselves on their days.")  # fmt: skip
@click.option("--reason", default="", help="Kept in the audit log.")
@click.option("--json", "json_output", is_flag=True, help="Print the calendar as JSON.")
def set_calendar(*, entity: int | None, reason: str, json_output: bool, **given: Any) -> None:
    """Change the billing calendar of a legal entity; what is not given stays as it is."""
    from cloud_service.flow import billing_calendar as step

    with transaction() as session:
        from cloud_service.store.invoicing.billing_calendar import calendar_of

        entity_id = entity_of(session, entity)
        changed = _changed(calendar_of(session, entity_id), given)
        step.set_calendar(session, entity_id, changed, author=author(), reason=reason)
    _print(changed, json_output=json_output)


def _changed(before: "BillingCalendar", given: dict[str, Any]) -> "BillingCalendar":
    """The calendar with what was given."""
    names = ("automatic", "after_days", "incomplete", "confirm_estimates", "approval", "advances")
    fields = {name: given[name] for name in names if given[name] is not None}
    if given["since"]:
        fields["since"] = day_of(given["since"], "--since")
    if given["last_days"]:
        fields["last_days"] = _days(given["last_days"])
    limits = before.limits
    if given["outlier_times"]:
        limits = replace(limits, times=amount_of(given["outlier_times"], "--outlier-times"))
    if given["outlier_small"]:
        limits = replace(limits, small=amount_of(given["outlier_small"], "--outlier-small"))
    return replace(before, limits=limits, **fields)


def _days(text: str) -> int | None:
    if text == "none":
        return None
    if not text.isascii() or not text.isdecimal():
        from common.errors import InputError

        raise InputError(f"{text!r} is no number of days", path="--last-days", hint="for example 10, or none")
    return int(text)


def _print(rules: "BillingCalendar", *, json_output: bool) -> None:
    if json_output:
        click.echo(as_json(rules))
        return
    when = f", of cycles that end after {rules.since}, {rules.after_days} days after their end"
    click.echo(f"runs are planned {'by themselves' + when if rules.automatic else 'by hand'}")
    last = "no last day"
    if rules.last_days is not None:
        last = f"on day {rules.last_days} {_ON_LAST_DAY[rules.incomplete]}"
    confirmed = ", confirmed by a person" if rules.estimates and rules.confirm_estimates else ""
    click.echo(f"what lacks readings waits for them: {last}{confirmed}")
    approval = "by a person" if rules.approval == "person" else "by itself where nothing is odd"
    times, small = rules.limits.times.normalize(), rules.limits.small.normalize()
    click.echo(f"bills in advance are issued {'by themselves' if rules.advances else 'by hand'}")
    click.echo(f"a run is approved {approval}; odd is {times:f} times what is usual, and {small:f} a month")


_ON_LAST_DAY = {"person": "it is left to a person", "estimate": "it is estimated"}
