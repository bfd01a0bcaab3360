"""`energy-edge identify`: which profile fits a meter."""

import contextlib

import click

from common.errors import NotFoundError
from common.profile import load_all
from edge_agent.cli.found_meters import found_json, found_table
from edge_agent.cli.meter_access import PORT_HELP, as_json, run
from edge_agent.drivers.commissioning.found_meter import FoundMeter
from edge_agent.transports.port import Port


@click.command(epilog=PORT_HELP)
@click.argument("port")
@click.argument("address")
@click.option("--protocol", type=click.Choice(["modbus", "mbus"]), default="modbus", show_default=True)
@click.option("--framing", type=click.Choice(["tcp", "rtu", "ascii"]), help="Modbus over TCP converters: rtu.")
@click.option("--timeout", "timeout_s", default=1.0, show_default=True, help="Seconds to wait for an answer.")
@click.option("--json", "json_wanted", is_flag=True)
def identify(port: str, address: str, protocol: str, framing: str | None, timeout_s: float, json_wanted: bool) -> None:  # noqa: FBT001 - a click flag
    """Ask a meter for the marks of all profiles and say which fit."""
    line = Port.parse(port)
    meter = run(lambda: _identify(line, address, protocol, framing or "", timeout_s))
    if json_wanted:
        as_json(found_json(meter))
    elif not meter.profiles and not meter.possible:
        raise NotFoundError(
            f"a meter answers at {address}, but no profile fits",
            hint="firmware_configs/README.md: a new meter in ten minutes",
        )
    else:
        click.echo(found_table([meter]))
        if len(meter.possible) > 1 and not meter.profiles:
            click.echo("several maps are possible: compare voltage and energy with the display.", err=True)


async def _identify(port: Port, address: str, protocol: str, framing: str, timeout_s: float) -> FoundMeter:
    if protocol == "mbus":
        from edge_agent.drivers.commissioning.mbus_search import identified_meter
        from edge_agent.drivers.mbus import MBusDriver

        async with MBusDriver(port, timeout_s=timeout_s) as bus:
            (telegram,) = await bus.telegrams(address, limit=1)
            return identified_meter(telegram, address, load_all())
    from edge_agent.drivers.codecs.modbus_frames import ModbusRefused
    from edge_agent.drivers.commissioning import modbus_search
    from edge_agent.drivers.modbus import ModbusDriver

    async with ModbusDriver(port, framing=framing, timeout_s=timeout_s) as driver:
        with contextlib.suppress(ModbusRefused):  # an exception is an answer
            await driver.words(address, 3, 0, 1)
        return await modbus_search.identify(driver, address, load_all())
