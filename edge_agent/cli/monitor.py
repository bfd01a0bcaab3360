"""`energy-edge monitor`: one meter, live, with what it used since the last poll."""

import asyncio
import sys
import time
from collections.abc import Awaitable, Callable

import click

from common.errors import UnavailableError
from common.reading import as_decimal
from edge_agent.cli.meter_access import (
    OPTION_HELP,
    PORT_HELP,
    as_json,
    grouped,
    options_for,
    port_for,
    profile_of,
    run,
    unit_shown,
    value_json,
)
from edge_agent.drivers.interface import BadAnswer, RegisterValue


@click.command(epilog=PORT_HELP)
@click.argument("port")
@click.argument("address")
@click.option("--profile", "profile_id", required=True, help="Id of a profile, or a file.")
@click.option("--register", "registers", multiple=True, help="Only this register; may be given several times.")
@click.option("--framing", type=click.Choice(["tcp", "rtu", "ascii"]), help="Modbus over TCP converters: rtu.")
@click.option("--interval", "interval_s", default=2.0, show_default=True, help="Seconds between polls.")
@click.option("--count", default=0, help="Stop after this many polls.")
@click.option("--option", "given", multiple=True, help=OPTION_HELP)
@click.option("--timeout", "timeout_s", default=0.0, help="Seconds to wait for an answer (0: what the protocol needs).")
@click.option("--json", "json_wanted", is_flag=True, help="One JSON object per poll.")
def monitor(
    port: str,
    address: str,
    profile_id: str,
    registers: tuple[str, ...],
    framing: str | None,
    given: tuple[str, ...],
    interval_s: float,
    count: int,
    timeout_s: float,
    json_wanted: bool,  # noqa: FBT001 - a click flag
) -> None:
    """Watch one meter; Ctrl-C ends it."""
    profile = profile_of(profile_id)
    line = port_for(port, profile)
    options = options_for(profile.protocol, framing=framing or "", timeout_s=timeout_s, given=given)

    async def work() -> None:
        from edge_agent.drivers import open_driver

        async with open_driver(profile.protocol, line, **options) as driver:
            await _watch(
                lambda: driver.read(address, profile, registers),
                interval_s=interval_s,
                count=count,
                as_object=json_wanted,
            )

    run(work)


async def _watch(
    read: Callable[[], Awaitable[list[RegisterValue]]], *, interval_s: float, count: int, as_object: bool
) -> None:
    """Poll `count` times (0: for ever) and show each poll."""
    before: dict[str, int] = {}
    polls = 0
    while not count or polls < count:
        started = time.monotonic()
        polls += 1
        try:
            values = await read()
        except (UnavailableError, BadAnswer) as error:
            click.echo(f"poll {polls}: {error}", err=True)
        else:
            took_ms = (time.monotonic() - started) * 1000
            if as_object:
                as_json({"poll": polls, "took_ms": round(took_ms, 1), "values": [value_json(v) for v in values]})
            else:
                _show(values, before, polls, took_ms)
            before = {value.register: value.value for value in values}
        if not count or polls < count:
            await asyncio.sleep(max(0.0, interval_s - (time.monotonic() - started)))


def _show(values: list[RegisterValue], before: dict[str, int], polls: int, took_ms: float) -> None:
    """The whole table again, changes since the last poll marked."""
    from edge_agent.cli.table import table

    rows = []
    for value in values:
        change = value.value - before.get(value.register, value.value)
        growth = f"{as_decimal(change):+,.3f}" if change else ""
        rows.append((value.register, grouped(as_decimal(value.value)), unit_shown(value.unit), growth))
    if sys.stdout.isatty():
        click.clear()
    click.echo(f"poll {polls}, {took_ms:.0f} ms, {time.strftime('%H:%M:%S')}")
    click.echo(table(("register", "value", "unit", "change"), rows, right=(1, 3)))
