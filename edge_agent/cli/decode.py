"""`energy-edge decode`: what a recorded frame says. Works without meter, network and configuration."""

import json
from typing import Any

import click

from common.cli import LazyGroup

COMMANDS = {
    "mbus": ("edge_agent.cli.decode:mbus", "A frame of wired M-Bus."),
}

WIDTH_MAX = 40
DECIMALS_SHOWN = 6


@click.group(cls=LazyGroup, commands_at=COMMANDS)
def decode() -> None:
    """Decode a recorded frame.

    HEX is hexadecimal text with or without blanks, @FILE or a path, or - for standard input.
    """


@click.command()
@click.argument("frame", metavar="HEX", nargs=-1, required=True)
@click.option("--json", "as_json", is_flag=True, help="Exact values for machines.")
def mbus(frame: tuple[str, ...], as_json: bool) -> None:  # noqa: FBT001 - a click flag
    """Decode one frame of wired M-Bus (EN 13757)."""
    from edge_agent.cli.frames import frame_bytes
    from edge_agent.drivers import mbus_decode

    telegram = mbus_decode.decode(frame_bytes(" ".join(frame)))
    show(telegram.as_json(), as_json=as_json)


def show(found: dict[str, Any], *, as_json: bool) -> None:
    """Print header and records, for machines or for people."""
    if as_json:
        click.echo(json.dumps(found, ensure_ascii=False, indent=2))
        return
    from edge_agent.cli.table import table

    for key, value in found["header"].items():
        if value not in (None, "", [], False):
            click.echo(f"{key.replace('_', ' '):>15}: {', '.join(value) if isinstance(value, list) else value}")
    click.echo()
    head = ("#", "quantity", "value", "unit", "function", "storage", "tariff", "subunit", "")
    rows = [
        (
            str(number),
            _quantity(record),
            _shown(record),
            record["unit"] if record["unit"] != "-" else "",
            record.get("function", ""),
            str(record.get("storage", "")),
            str(record.get("tariff", "")),
            str(record.get("subunit", "")),
            "" if record.get("valid", True) else "not valid",
        )
        for number, record in enumerate(found["records"])
    ]
    click.echo(table(head, rows, right=(0, 2, 5, 6, 7)))


def _quantity(record: dict[str, Any]) -> str:
    qualifiers = record.get("qualifiers")
    return str(record["quantity"]) + (f" ({', '.join(qualifiers)})" if qualifiers else "")


def _shown(record: dict[str, Any]) -> str:
    text = str(record.get("time_point") or record["value"] or "")
    whole, point, decimals = text.partition(".")
    if len(decimals) > DECIMALS_SHOWN and decimals.isdecimal():
        text = whole + point + decimals[:DECIMALS_SHOWN] + "…"
    return text if len(text) <= WIDTH_MAX else text[: WIDTH_MAX - 1] + "…"
