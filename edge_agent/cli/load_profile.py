"""`energy-edge load-profile`: what a DLMS meter has stored, row by row, with its own times and status."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import click

from edge_agent.cli.meter_access import OPTION_HELP, PORT_HELP, as_json, options_for, run
from edge_agent.transports.port import Port

if TYPE_CHECKING:
    from edge_agent.drivers.codecs.dlms_load_profile import LoadProfileRow

TIMES = ["%Y-%m-%d", "%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"]


@click.command(epilog=PORT_HELP)
@click.argument("port")
@click.argument("address")
@click.option("--obis", default="1-0:99.1.0*255", show_default=True, help="The load profile's logical name.")
@click.option("--since", type=click.DateTime(TIMES), help="First instant, in UTC; one day before the last by default.")
@click.option("--until", type=click.DateTime(TIMES), help="Last instant, in UTC; now by default.")
@click.option("--option", "given", multiple=True, help=OPTION_HELP)
@click.option("--timeout", "timeout_s", default=0.0, help="Seconds to wait for an answer (0: what the protocol needs).")
@click.option("--json", "json_wanted", is_flag=True, help="Raw numbers and status for machines.")
def load_profile(
    port: str,
    address: str,
    obis: str,
    since: datetime | None,
    until: datetime | None,
    given: tuple[str, ...],
    timeout_s: float,
    json_wanted: bool,  # noqa: FBT001 - a click flag
) -> None:
    """Read the load profile of a DLMS meter. Numbers are as the meter stores them, without scaler."""
    last = until.replace(tzinfo=UTC) if until else datetime.now(UTC)
    first = since.replace(tzinfo=UTC) if since else last - timedelta(days=1)
    options = options_for("dlms", framing="", timeout_s=timeout_s, given=given)

    async def work() -> "list[LoadProfileRow]":
        from edge_agent.drivers import open_driver
        from edge_agent.drivers.dlms import DlmsDriver

        async with open_driver("dlms", Port.parse(port), **options) as driver:
            assert isinstance(driver, DlmsDriver)  # noqa: S101 - what open_driver gives for "dlms"
            return await driver.load_profile(address, obis, first, last)

    rows = run(work)
    if json_wanted:
        as_json({"load_profile": obis, "address": address, "rows": [_row_json(row) for row in rows]})
    else:
        click.echo(_table(rows))
        click.echo(f"{len(rows)} rows from {first:%Y-%m-%d %H:%M} to {last:%Y-%m-%d %H:%M} UTC", err=True)


def _row_json(row: "LoadProfileRow") -> dict[str, Any]:
    at = row.at.isoformat().replace("+00:00", "Z") if row.at else None
    return {"at": at, "status": row.status, "values": {code: _plain(value) for code, value in row.values.items()}}


def _table(rows: "Sequence[LoadProfileRow]") -> str:
    from edge_agent.cli.table import table

    codes = list(dict.fromkeys(code for row in rows for code in row.values))
    lines = [
        (
            f"{row.at:%Y-%m-%d %H:%M:%S}" if row.at else "not given",
            "" if row.status is None else f"{row.status:02X}",
            *(str(_plain(row.values.get(code, ""))) for code in codes),
        )
        for row in rows
    ]
    return table(("time (UTC)", "status", *codes), lines, right=tuple(range(2, 2 + len(codes))))


def _plain(value: Any) -> Any:
    """Exact numbers as they are, decimals and bytes as text."""
    if isinstance(value, bytes):
        return value.hex()
    return str(value) if isinstance(value, Decimal) else value
