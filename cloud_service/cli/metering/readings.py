"""`energy-cloud readings`: take meter data files in."""

import getpass
import json
import time
from collections.abc import Callable
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from cloud_service.cli.database import transaction
from cloud_service.cli.metering import energy, estimates, put_aside, reading_imports, readings_by_hand
from cloud_service.cli.metering.readings_file import readings_file
from cloud_service.cli.options import WHOSE, day_of, pairs_of
from common.errors import InputError
from common.period import Span, zone

FORMATS = ("nem12", "csv", "green_button", "mscons")  # of domain/meterdata, which is not imported before it is needed
COLUMNS = "meter, register, time, value, unit, kind, step, quality or direction"
PROGRESS_BYTES_MIN = 4_000_000  # below that a file is done before anyone looks


@click.group()
def readings() -> None:
    """Readings from files and by hand, and what became of them."""


for command in (
    readings_by_hand.enter, readings_by_hand.correct, readings_by_hand.withdraw, reading_imports.imports,
    reading_imports.undo, estimates.estimate, estimates.estimates, estimates.withdraw_estimate,
    energy.energy, put_aside.put_aside,
    estimates.confirm_estimate,
):  # fmt: skip
    readings.add_command(command)


@readings.command(name="import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--format", "format_name", type=click.Choice(FORMATS), help="What the file is; found unless given.")
@click.option("--dry-run", is_flag=True, help="Read and check only; needs no database.")
@click.option("--reason", default="", help="Why values that differ from stored ones are right: allows corrections.")
@click.option("--author", default="", help="Who imports; the system's user unless given.")
@click.option("--create-meters", "site", default="", metavar="SITE", help="Make unknown meters at this site.")
@click.option("--unit", "units", multiple=True, metavar="REGISTER=UNIT", help="Unit of a register without one.")
@click.option("--map", "columns", multiple=True, metavar="OURS=THEIRS", help=f"csv: which column is {COLUMNS}.")
@click.option("--set", "constants", multiple=True, metavar="OURS=VALUE", help="csv: one value for all lines.")
@click.option("--zone", default="", help="csv: IANA zone of times without an offset; the company's unless given.")
@click.option("--delimiter", default="", help="csv: found in the header unless given.")
@click.option("--decimal", default="", help="csv: the decimal sign; found in the first rows unless given.")
@click.option("--time-format", default="", help="csv: strptime format of the time; found unless given.")
@click.option(
    "--interval-time", type=click.Choice(["start", "end"]), help="csv: what a time means; start unless found."
)
@WHOSE
@click.option("--json", "json_output", is_flag=True, help="Print the result as JSON.")
def import_file(file: Path, format_name: str | None, *, dry_run: bool, json_output: bool, **given: Any) -> None:
    """Import a meter data FILE, all of it or nothing.

    Of a CSV file the columns meter, time and value are found by what they are usually called (serial no., date, index,
    Zählernummer, Ablesedatum, Stand …), as are its numbers and times; --dry-run shows how it is read.

    The same file twice, or the same values in another file, change nothing. Values that differ from stored ones are
    refused without --reason. Sums are exact; digits finer than thousandths are carried on to the next interval.

    Exit codes: 0 done, 6 done with problems worth a look, 1 refused, 3 no such file, meter or site, 5 no database.
    """
    from cloud_service.domain.metering.meterdata import BadFileError, inspect

    table = {
        name: given.pop(name)
        for name in ("columns", "constants", "zone", "delimiter", "decimal", "time_format", "interval_time")
    }
    source = readings_file(file, format_name, (lambda: "UTC") if dry_run else _zone_of_sites, **table)
    progress = _progress(file)
    try:
        outcome = inspect(source, progress).as_json() if dry_run else _store(source, given, progress)
    except BadFileError as error:
        raise error.in_file(str(file)) from None
    result = {"file": str(file), "dry_run": dry_run, **outcome}
    if json_output:
        click.echo(json.dumps(result, ensure_ascii=False))
    else:
        _print(result)
    raise SystemExit(6 if result["problems"] else 0)


def _store(source: Any, given: dict[str, Any], progress: Callable[[int], None]) -> dict[str, Any]:
    from cloud_service.settings import database_url

    url = database_url()  # before the database's library is imported
    from cloud_service.cli.names import named_scope
    from cloud_service.flow.metering import import_meter_data
    from cloud_service.store.database.session import connect

    with transaction() as session:
        scope = named_scope(session)
    request = import_meter_data.ImportRequest(
        author=given["author"] or f"{getpass.getuser()} (command line)",
        reason=given["reason"],
        create_at_site=given["site"],
        scope=scope,
        units=pairs_of(given["units"], "--unit", "OURS=THEIRS"),
    )
    engine = connect(url)
    try:
        return import_meter_data.import_file(engine, source, request, progress).as_json()
    finally:
        engine.dispose()


def _zone_of_sites() -> str:
    """By whose clock a file tells time that does not say it."""
    with transaction() as session:
        from cloud_service.store.lookups.site_zones import site_zones

        zones = site_zones(session)
    if len(zones) != 1:
        raise InputError(
            "name the zone of its times", path="--zone", hint=f"one of {', '.join(zones)}" if zones else ""
        )
    return zones[0]


@readings.command()
@click.option("--limit", default=100_000, show_default=True, help="At most so many registers.")
@click.option("--json", "json_output", is_flag=True, help="Print the report as JSON.")
def validate(limit: int, *, json_output: bool) -> None:
    """Make the days whose readings have changed; exit code 6 if some could not be made."""
    from cloud_service.flow.validate import validate_dirty
    from cloud_service.settings import database_url
    from cloud_service.store.database.session import connect

    engine = connect(database_url())
    report = validate_dirty(engine, limit=limit)
    engine.dispose()
    if json_output:
        click.echo(json.dumps(asdict(report)))
    else:
        click.echo(
            f"{report.registers:,} registers, {report.days:,} days ({report.changed:,} changed), "
            f"{report.intervals:,} intervals, {report.missing:,} missing, {report.estimated:,} estimated, "
            f"{report.rejected:,} refused in {report.seconds:.1f} s"
        )
        for problem in report.problems:
            click.echo(problem, err=True)
    raise SystemExit(6 if report.problems else 0)


@readings.command()
@click.option("--from", "start", required=True, metavar="DATE", help="First day.")
@click.option("--to", "end", required=True, metavar="DATE", help="First day after.")
@click.option("--meter", "meters", multiple=True, help="Only this meter; may be given more than once.")
@click.option("--json", "json_output", is_flag=True, help="Print the figures as JSON.")
def completeness(start: str, end: str, meters: tuple[str, ...], *, json_output: bool) -> None:
    """Show what is missing of each billed register, and why; exit code 6 if anything is."""
    from cloud_service.settings import database_url
    from cloud_service.store.database.session import connect, transaction
    from cloud_service.store.metering.completeness import completeness as measured

    engine = connect(database_url())
    with transaction(engine) as session:
        registers = measured(
            session, Span(day_of(start, "--from"), day_of(end, "--to")), datetime.now(UTC), meters or None
        )
    engine.dispose()
    if json_output:
        click.echo(json.dumps({"registers": [register.as_json() for register in registers]}, ensure_ascii=False))
    for register in () if json_output else registers:
        share = 100 * (register.expected - register.missing) / register.expected if register.expected else 100
        name = f"{register.state.meter} {register.state.register}"
        click.echo(
            f"{name}: {share:.2f} % of {register.expected:,} steps, {register.estimated:,} estimated,"
            f" {register.missing:,} missing"
        )
        for gap in register.gaps:
            gap_fields = gap.as_json()
            start, end = (_by_clock(gap_fields[name], register.state.zone) for name in ("from", "to"))
            click.echo(f"    {start} to {end} ({register.state.zone}): {gap_fields['means']}")
    raise SystemExit(6 if any(register.missing for register in registers) else 0)


def _by_clock(instant: str, zone_name: str) -> str:
    return f"{datetime.fromisoformat(instant).astimezone(zone(zone_name)):%Y-%m-%d %H:%M}"


def _progress(file: Path) -> Callable[[int], None]:
    """Says on stderr how far a large file is, once a second."""
    size = file.stat().st_size if file.exists() else 0
    last = [time.monotonic()]

    def say(done: int) -> None:
        if size >= PROGRESS_BYTES_MIN and time.monotonic() - last[0] > 1:
            last[0] = time.monotonic()
            click.echo(f"{file.name}: {100 * done // size} %", err=True)

    return say


def _print(result: dict[str, Any]) -> None:
    """A table for people."""
    rows = [("METER", "REGISTER", "INTERVALS", "INDEX", "SUM", "UNIT", "FIRST", "LAST")]
    rows += [
        (
            row["meter"], row["register"], f"{row['intervals']:,}", row["index"] or "–",
            row["sum"] if row["intervals"] else "–", row["unit"], row["first"], row["last"],
        )
        for row in result["registers"]
    ]  # fmt: skip
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    for row in rows:
        cells = [
            text.rjust(width) if column in (2, 3, 4) else text.ljust(width)
            for column, (text, width) in enumerate(zip(row, widths, strict=True))
        ]
        click.echo("  ".join(cells).rstrip())
    for problem in result["problems"]:
        click.echo(f"line {problem['line']}: {problem['message']}", err=True)
    if result["dry_run"]:
        click.echo("dry run: nothing was stored", err=True)
    elif result["already_imported"]:
        click.echo("this very file was imported before: nothing was changed", err=True)
    else:
        click.echo(
            f"{result['stored']:,} values stored, {result['unchanged']:,} were there, "
            f"{result['corrected']:,} corrected",
            err=True,
        )
