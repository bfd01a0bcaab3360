"""`energy-edge read`: one meter, now."""

import click

from edge_agent.cli.meter_access import (
    OPTION_HELP,
    PORT_HELP,
    as_json,
    options_for,
    port_for,
    profile_of,
    run,
    value_json,
    values_table,
)


@click.command(epilog=PORT_HELP)
@click.argument("port")
@click.argument("address")
@click.option("--profile", "profile_id", required=True, help="Id of a profile (see `energy-edge profiles`), or a file.")
@click.option("--register", "registers", multiple=True, help="Only this register; may be given several times.")
@click.option("--framing", type=click.Choice(["tcp", "rtu", "ascii"]), help="Modbus over TCP converters: rtu.")
@click.option("--option", "given", multiple=True, help=OPTION_HELP)
@click.option("--timeout", "timeout_s", default=0.0, help="Seconds to wait for an answer (0: what the protocol needs).")
@click.option("--json", "json_wanted", is_flag=True, help="Exact values and raw bytes for machines.")
def read(
    port: str,
    address: str,
    profile_id: str,
    registers: tuple[str, ...],
    framing: str | None,
    given: tuple[str, ...],
    timeout_s: float,
    json_wanted: bool,  # noqa: FBT001 - a click flag
) -> None:
    """Read one meter and show every value with its unit."""
    profile = profile_of(profile_id)
    line = port_for(port, profile)
    options = options_for(profile.protocol, framing=framing or "", timeout_s=timeout_s, given=given)

    async def work() -> None:
        from edge_agent.drivers import open_driver

        async with open_driver(profile.protocol, line, **options) as driver:
            serial = await driver.identify(address, profile)
            values = await driver.read(address, profile, registers)
        if json_wanted:
            meter = {"address": address, "serial": serial, "profile": profile.id, "port": line.name}
            as_json({"meter": meter, "values": [value_json(value) for value in values]})
            return
        number = f", number {serial}" if serial else ""
        click.secho(f"{profile.maker} {profile.models[0]} at {line.name} {address}{number}", bold=True, err=True)
        click.echo(values_table(values))
        missing = [name for name in registers or profile.registers if name not in {value.register for value in values}]
        if missing:
            click.echo(f"not given by this meter: {', '.join(missing)}", err=True)

    run(work)
