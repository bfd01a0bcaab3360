"""`energy-edge decode`: what a recorded frame says. Works without meter, network and configuration."""

import json
from typing import Any

import click

from common.cli import LazyGroup

COMMANDS = {
    "mbus": ("edge_agent.cli.decode:mbus", "A frame of wired M-Bus."),
    "wmbus": ("edge_agent.cli.decode:wmbus", "A telegram of wireless M-Bus, with its key."),
    "sml": ("edge_agent.cli.decode:sml", "A telegram of a German smart meter."),
    "p1": ("edge_agent.cli.decode:p1", "A DSMR P1 telegram or an IEC 62056-21 readout."),
    "modbus": ("edge_agent.cli.decode:modbus", "A Modbus answer, RTU or TCP."),
}

USUAL = ("Instantaneous value", "Actual value")
WIDTH_MAX = 24
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
    from edge_agent.drivers.codecs import mbus_telegram

    telegram = mbus_telegram.decode(frame_bytes(" ".join(frame)))
    show(telegram.as_json(), as_json=as_json)


@click.command()
@click.argument("frame", metavar="HEX", nargs=-1, required=True)
@click.option("--key", "key_text", help="The meter's AES key, 32 hexadecimal digits.")
@click.option("--json", "as_json", is_flag=True, help="Exact values for machines.")
def wmbus(frame: tuple[str, ...], key_text: str | None, as_json: bool) -> None:  # noqa: FBT001 - a click flag
    """Decode one telegram of wireless M-Bus, from its length byte on."""
    from common.errors import InputError
    from edge_agent.cli.frames import frame_bytes
    from edge_agent.drivers.codecs.aes128 import BLOCK
    from edge_agent.drivers.codecs.wmbus_telegram import decode_wireless

    key = frame_bytes(key_text) if key_text else None
    if key is not None and len(key) != BLOCK:
        raise InputError("a key has 32 hexadecimal digits", path="--key", hint="it comes with the meter's papers")
    show(decode_wireless(frame_bytes(" ".join(frame)), key).as_json(), as_json=as_json)


@click.command()
@click.argument("frame", metavar="HEX", nargs=-1, required=True)
@click.option("--json", "as_json", is_flag=True, help="Exact values for machines.")
def sml(frame: tuple[str, ...], as_json: bool) -> None:  # noqa: FBT001 - a click flag
    """Decode one SML telegram."""
    from edge_agent.cli.frames import frame_bytes
    from edge_agent.drivers.codecs.sml import decode_sml

    show(decode_sml(frame_bytes(" ".join(frame))).as_json(), as_json=as_json)


@click.command()
@click.argument("telegram", metavar="HEX|FILE|-")
@click.option("--no-crc", is_flag=True, help="A meter before DSMR 4, which sends no CRC.")
@click.option("--json", "as_json", is_flag=True, help="Exact values for machines.")
def p1(telegram: str, no_crc: bool, as_json: bool) -> None:  # noqa: FBT001 - click flags
    """Decode one P1 telegram (text or hexadecimal) or an IEC 62056-21 readout."""
    from edge_agent.cli.frames import telegram_bytes
    from edge_agent.drivers.codecs.iec62056_readout import decode_p1, decode_readout

    data = telegram_bytes(telegram)
    is_block = b"\x02" in data or b"\x82" in data
    show((decode_readout(data) if is_block else decode_p1(data, crc=not no_crc)).as_json(), as_json=as_json)


@click.command()
@click.argument("frame", metavar="HEX", nargs=-1, required=True)
@click.option("--profile", "profile_id", help="Name the registers of this profile.")
@click.option("--address", default=0, help="Address the request asked for (with --profile).")
@click.option("--json", "as_json", is_flag=True, help="Exact values for machines.")
def modbus(frame: tuple[str, ...], profile_id: str | None, address: int, as_json: bool) -> None:  # noqa: FBT001 - a click flag
    """Decode one Modbus answer to a read request, RTU or TCP."""
    from edge_agent.cli.frames import frame_bytes
    from edge_agent.drivers.commissioning.decode_recorded import decode_answer

    data = frame_bytes(" ".join(frame))
    profile = None
    if profile_id:
        from edge_agent.cli.meter_access import profile_of

        profile = profile_of(profile_id)
    show(decode_answer(data, profile, address), as_json=as_json)


def show(decoded: dict[str, Any], *, as_json: bool) -> None:
    """Print header and records, for machines or for people."""
    if as_json:
        click.echo(json.dumps(decoded, ensure_ascii=False, indent=2))
        return
    from edge_agent.cli.table import table

    for key, value in decoded["header"].items():
        if value not in (None, "", [], False):
            click.echo(f"{key.replace('_', ' '):>15}: {', '.join(value) if isinstance(value, list) else value}")
    click.echo()
    if decoded["records"] and "obis" in decoded["records"][0]:
        lines = [
            (str(record["obis"]), str(record["quantity"]), _value_text(record), str(record["unit"]))
            for record in decoded["records"]
        ]
        click.echo(table(("code", "quantity", "value", "unit"), lines, right=(2,)))
        return
    rows = [
        (
            str(number),
            str(record["quantity"]),
            _value_text(record),
            record["unit"].removeprefix("-"),
            _distinction(record),
        )
        for number, record in enumerate(decoded["records"])
    ]
    click.echo(table(("#", "quantity", "value", "unit", "which"), rows, right=(0, 2)))


def _distinction(record: dict[str, Any]) -> str:
    """What tells this value from the present one of the whole meter."""
    function = "" if record["function"] in USUAL else record["function"].removesuffix(" value").lower()
    places = [f"{name} {record[name]}" for name in ("storage", "tariff", "subunit") if record[name]]
    invalid = "" if record.get("valid", True) or record.get("time_point") else "not valid"
    return ", ".join(text for text in (function, *places, *record.get("qualifiers", ()), invalid) if text)


def _value_text(record: dict[str, Any]) -> str:
    text = str(record.get("time_point") or record["value"] or "")
    whole, point, decimals = text.partition(".")
    if len(decimals) > DECIMALS_SHOWN and decimals.isdecimal():
        text = whole + point + decimals[:DECIMALS_SHOWN] + "…"
    return text if len(text) <= WIDTH_MAX else text[: WIDTH_MAX - 1] + "…"
