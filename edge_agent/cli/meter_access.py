"""What the tools that talk to a meter have in common: port, protocol, profile, and how values are shown."""

import asyncio
import json
import re
import tomllib
from collections.abc import Callable, Coroutine, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any, TypeVar

import click

from common.errors import InputError
from common.profile import MeterProfile, find, load
from common.reading import Quality, as_decimal
from edge_agent.drivers.interface import RegisterValue
from edge_agent.transports.port import Port

T = TypeVar("T")
LITERAL = re.compile(r"0|[1-9]\d*|true|false|\{.*\}")
OPTION_HELP = "NAME=VALUE for the driver, as in the site file's options (client, password, keys, crc …)."
PORT_HELP = "PORT is tcp://HOST:PORT or serial:///dev/ttyUSB0?baud=9600&format=8N1."


def profile_of(text: str) -> MeterProfile:
    """A shipped profile by its id, or one from a file."""
    if text.endswith(".toml"):
        return load(Path(text))
    return find(text)


def port_for(text: str, profile: MeterProfile | None) -> Port:
    """The port; a serial one without settings gets those of the profile."""
    if profile and text.startswith("serial:") and "?" not in text:
        serial = profile.serial
        text += f"?baud={serial.baud}&format={serial.data_bits}{serial.parity}{serial.stop_bits}"
    return Port.parse(text)


def options_for(protocol: str, *, framing: str, timeout_s: float, given: Sequence[str] = ()) -> dict[str, Any]:
    """Options a driver takes, those of a site file among them; a timeout of 0 is what the protocol usually needs."""
    options: dict[str, Any] = dict(_option(text) for text in given)
    if timeout_s:
        options["timeout_s"] = timeout_s
    if framing:
        if protocol != "modbus":
            raise InputError(f"--framing is for Modbus, not for {protocol}", hint=f"--option framing={framing}")
        options["framing"] = framing
    return options


def _option(text: str) -> tuple[str, Any]:
    """`client=1`, `password=secret`, `keys={12345678 = "0102…"}`: what is no number, true, false or {…} is text."""
    name, equals, value = text.partition("=")
    if not equals or not name.isidentifier():
        raise InputError(f"{text!r} is no option", hint="NAME=VALUE, as in the site file; firmware_configs/README.md")
    try:
        return name, tomllib.loads(text)[name] if LITERAL.fullmatch(value) else value
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"{text!r} is no option: {error}", hint='tables as in TOML: {12345678 = "…"}') from error


def run(work: Callable[[], Coroutine[Any, Any, T]]) -> T:
    """Run one piece of asynchronous work; Ctrl-C ends it quietly."""
    try:
        return asyncio.run(work())
    except KeyboardInterrupt:
        raise SystemExit(130) from None


def value_json(value: RegisterValue) -> dict[str, Any]:
    """One value for machines."""
    return {
        "register": value.register,
        "value": str(as_decimal(value.value)),
        "unit": value.unit,
        "kind": value.kind,
        "quality": Quality(value.quality).name.lower(),
        "at_ms": value.at_ms,
        "raw": value.raw.hex(),
        "profile": value.profile_id,
        "profile_hash": value.profile_hash,
    }


def values_table(values: Sequence[RegisterValue]) -> str:
    """All values for people."""
    from edge_agent.cli.table import table

    rows = [(value.register, grouped(as_decimal(value.value)), unit_shown(value.unit), value.kind) for value in values]
    return table(("register", "value", "unit", "kind"), rows, right=(1,))


def unit_shown(unit: str) -> str:
    """Units as people write them."""
    return {"1": "", "m3": "m³", "m3/h": "m³/h", "C": "°C"}.get(unit, unit)


def grouped(value: Decimal) -> str:
    """Digits in groups of three."""
    return f"{value:,.3f}".replace(",", " ")


def as_json(document: object) -> None:
    """Data on standard output."""
    click.echo(json.dumps(document, ensure_ascii=False, indent=2))
