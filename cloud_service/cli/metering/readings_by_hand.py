"""`energy-cloud readings enter|correct|withdraw`: one reading by hand, with its reason and what rests on it."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, TypeVar

import click

from cloud_service.cli.database import author, transaction
from cloud_service.cli.options import WHOSE, amount_of, moment_of, time_of
from common.errors import ConflictError, InputError

if TYPE_CHECKING:
    from cloud_service.flow.metering.enter_reading import ManualReading, ReadingCheck

Command = TypeVar("Command", bound=Callable[..., Any])
DOUBTS = {
    "below_last": "it is lower than the reading before",
    "above_next": "it is higher than the reading after",
    "far_above_usual": "it is more than twice of what is usual for this time",
}


def _common(command: Command) -> Command:
    for option in (
        click.argument("at", metavar="TIME"),
        click.argument("register"),
        click.argument("meter"),
        click.option("--reason", required=True, help="Why it is entered by hand."),
        WHOSE,
        click.option("--author", "by", default="", help="Who enters it; the system's user unless given."),
        click.option("--confirm", is_flag=True, help="It is right although it looks odd or bills rest on its days."),
        click.option("--json", "json_output", is_flag=True, help="Print the result as JSON."),
    ):
        command = option(command)
    return command


@click.command()
@_common
@click.argument("value", required=False)
@click.option("--estimated", is_flag=True, help="It is an estimate: it counts until an actual reading contradicts it.")
@click.option("--withdraw", "withdrawn", is_flag=True, help="Take back what was read at this time, without a value.")
def enter(meter: str, register: str, at: str, value: str | None, *, withdrawn: bool, **given: Any) -> None:
    """Enter the reading of a REGISTER of a METER at a TIME (by the clock of its site) by hand.

    It counts before whatever else is stored for that time; nothing is overwritten. One that is lower than the reading
    before, far above what is usual, or in days that are billed is refused without --confirm.
    """
    if (value is None) != withdrawn:
        raise InputError("give a value, or --withdraw", path="value")
    _enter(meter, register, at, value, must_be_there=False, **given)


@click.command()
@_common
@click.argument("value")
def correct(meter: str, register: str, at: str, value: str, **given: Any) -> None:
    """Correct the reading that counts for a REGISTER of a METER at a TIME."""
    _enter(meter, register, at, value, must_be_there=True, **given)


@click.command()
@_common
def withdraw(meter: str, register: str, at: str, **given: Any) -> None:
    """Take back the reading that counts for a REGISTER of a METER at a TIME: nothing was read then."""
    _enter(meter, register, at, None, must_be_there=True, **given)


def _enter(
    meter: str, register: str, at: str, value: str | None, *, must_be_there: bool, confirm: bool, json_output: bool,
    **given: Any,
) -> None:  # fmt: skip
    time, index = time_of(at, "TIME"), None if value is None else amount_of(value, "VALUE")
    from cloud_service.cli.names import meter_id
    from cloud_service.cli.output import as_json
    from cloud_service.flow.metering import enter_reading
    from cloud_service.flow.metering.enter_reading import ManualReading
    from cloud_service.store.lookups.site_zones import meter_zone

    now = datetime.now(UTC)
    with transaction() as session:
        zone_name = "" if time.tzinfo else meter_zone(session, meter_id(session, meter))
        moment = moment_of(time, zone_name, "TIME")
        entry = ManualReading(
            meter, register, moment, index, given["by"] or author(), given["reason"], given.get("estimated", False)
        )
        if must_be_there:
            enter_reading.must_be_there(session, entry, now)
        check = enter_reading.check(session, entry, now)
        if not confirm:
            _refuse_odd(entry, check)
        note = enter_reading.store(session, entry, now)
    bills = [bill.number for bill in check.bills]
    touched = f"; bills that rest on its days: {', '.join(bills)}" if bills else ""
    result = {"note": note, "doubts": list(check.doubts), "bills": bills}
    click.echo(as_json(result) if json_output else f"stored as note {note}{touched}", err=not json_output)


def _refuse_odd(entry: "ManualReading", check: "ReadingCheck") -> None:
    """Say what is odd, and what rests on it, before anything is stored."""
    said = [DOUBTS[doubt] for doubt in check.doubts]
    if check.bills:
        said.append(f"bills rest on its days: {', '.join(bill.number for bill in check.bills)}")
    if said:
        raise ConflictError(
            f"{entry.meter} {entry.register}: {'; '.join(said)}", code="doubtful", hint="if it is right, add --confirm"
        )
