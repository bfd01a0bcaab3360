"""`energy-edge scan`: find meters on a line whose settings nobody remembers."""

import sys
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import click

from common.errors import InputError, NotFoundError
from common.profile import MeterProfile, load_all
from edge_agent.cli.found_meters import found_json, found_table
from edge_agent.cli.meter_access import PORT_HELP, as_json, run
from edge_agent.drivers.commissioning.found_meter import FoundMeter, Progress
from edge_agent.transports.port import Port

FIRST_UNITS = (1, 2, 3, 255, 0)
BAR_WIDTH = 30
UNIT_MAX = 255
Scanner = Callable[[Port, Progress], AsyncIterator[FoundMeter]]


@dataclass(frozen=True, slots=True)
class ScanOptions:
    """What the command was told; a timeout of 0 is what the line needs."""

    protocol: str = "modbus"
    framing: str | None = None
    units: str = "1-247"
    bauds: tuple[int, ...] = ()
    parities: tuple[str, ...] = ()
    secondary: bool = False
    last: int = 250
    timeout_s: float = 0.0


@click.command(epilog=PORT_HELP)
@click.argument("port")
@click.option("--protocol", type=click.Choice(["modbus", "mbus"]), default="modbus", show_default=True)
@click.option("--framing", type=click.Choice(["tcp", "rtu", "ascii"]), help="Modbus over TCP converters: rtu.")
@click.option("--units", default="1-247", show_default=True, help="Modbus addresses, as 1-32 or 1,5,17.")
@click.option("--baud", "bauds", multiple=True, type=int, help="Only this speed; may be given several times.")
@click.option("--parity", "parities", multiple=True, type=click.Choice(["N", "E", "O"]), help="Only this parity.")
@click.option("--secondary", is_flag=True, help="M-Bus: search by the digits on the labels.")
@click.option("--last", default=250, show_default=True, help="M-Bus: the last primary address.")
@click.option("--timeout", "timeout_s", default=0.0, help="Seconds to wait for an answer (0: what the line needs).")
@click.option("--all", "all_settings", is_flag=True, help="Go on with further line settings after meters were found.")
@click.option("--json", "json_wanted", is_flag=True)
def scan(port: str, json_wanted: bool, all_settings: bool, **given: Any) -> None:  # noqa: FBT001 - click flags
    """Find meters on a line and say which they are.

    On a serial line the settings most meters leave the factory with are tried first.
    """
    options = ScanOptions(**given)
    profiles = load_all()
    scanner = _mbus(profiles, options) if options.protocol == "mbus" else _modbus(profiles, options)
    to_try = settings(Port.parse(port), options, profiles)
    meters = run(lambda: _scan(to_try, scanner, stop_early=not all_settings))
    if json_wanted:
        as_json({"meters": [found_json(meter) for meter in meters]})
    elif meters:
        click.echo(found_table(meters))
        click.echo(_next_step(port, meters[0], options), err=True)
    else:
        raise NotFoundError(
            f"no meter answers on {to_try[0].name}",
            hint="are A and B swapped, is the bus terminated, are the meters powered? try --all, or --protocol mbus",
        )


def _next_step(port: str, meter: FoundMeter, options: ScanOptions) -> str:
    """The command that reads the first meter, its settings filled in."""
    if not meter.profiles:
        return f"`energy-edge identify {port} {meter.address}` says more about a meter"
    if meter.setting and "?" not in port:
        baud, _, form = meter.setting.partition(" ")
        port = f"'{port}?baud={baud}&format={form}'"
    framing = f" --framing {options.framing}" if options.framing else ""
    return f"now: energy-edge read {port} {meter.address} --profile {meter.profiles[0]}{framing}"


async def _scan(settings: Sequence[Port], scanner: Scanner, *, stop_early: bool) -> list[FoundMeter]:
    meters: list[FoundMeter] = []
    for number, port in enumerate(settings):
        label = _label(port)
        bar = ProgressBar(f"{label} ({number + 1}/{len(settings)})" if len(settings) > 1 else label)
        async for meter in scanner(port, bar):
            meters.append(replace(meter, setting=label if port.device else ""))
        bar.done()
        if meters and stop_early:
            break
    return meters


def _label(port: Port) -> str:
    return f"{port.baud} {port.data_bits}{port.parity}{port.stop_bits}" if port.device else port.name


def settings(port: Port, options: ScanOptions, profiles: Sequence[MeterProfile]) -> list[Port]:
    """Line settings to try, the most usual first; one for a network port."""
    if not port.device:
        return [port]
    same = [profile.serial for profile in profiles if profile.protocol == options.protocol]
    usual: list[tuple[int, str]] = [
        pair for pair, _ in Counter((profile.baud, profile.parity) for profile in same).most_common()
    ]
    usual += [
        pair for pair in ((19200, "E"), (9600, "E"), (19200, "N"), (38400, "N"), (2400, "N")) if pair not in usual
    ]
    if options.protocol == "mbus":
        usual = [(2400, "E"), (300, "E"), (9600, "E")]
    bauds, parities = options.bauds, options.parities
    if bauds or parities:
        usual = [(baud, parity) for baud in bauds or (9600, 19200) for parity in parities or ("N", "E")]
    return [replace(port, baud=baud, parity=parity) for baud, parity in usual]


def _modbus(profiles: Sequence[MeterProfile], options: ScanOptions) -> Scanner:
    units = parse_units(options.units)

    async def scanner(port: Port, progress: Progress) -> AsyncIterator[FoundMeter]:
        from edge_agent.drivers.commissioning.modbus_search import search
        from edge_agent.drivers.modbus import ModbusDriver

        wait_s = options.timeout_s or (0.1 if port.device else 0.3)
        line: dict[str, Any] = {
            "framing": options.framing or "",
            "timeout_s": wait_s,
            "retries": 0,
            "reopen_after": 0,
        }
        async with ModbusDriver(port, **line) as driver:
            async for meter in search(driver, units, profiles, progress):
                yield meter

    return scanner


def _mbus(profiles: Sequence[MeterProfile], options: ScanOptions) -> Scanner:
    async def scanner(port: Port, progress: Progress) -> AsyncIterator[FoundMeter]:
        from edge_agent.drivers.commissioning.mbus_search import search_primary, search_secondary
        from edge_agent.drivers.lines.mbus_line import MBusLine

        line = MBusLine(port, timeout_s=options.timeout_s or 0.5, retries=0)
        await line.open()
        try:
            if options.secondary:
                meters = search_secondary(line, profiles, progress)
            else:
                meters = search_primary(line, profiles, progress, last=options.last)
            async for meter in meters:
                yield meter
        finally:
            await line.close()

    return scanner


def parse_units(text: str) -> list[int]:
    """Units from text such as `1-32,100`; the likely ones first."""
    units: set[int] = set()
    for range_text in text.split(","):
        first, dash, last = range_text.strip().partition("-")
        if not first.isdecimal() or (dash and not last.isdecimal()):
            raise InputError(f"{text!r} names no units", hint="for example 1-32 or 1,5,17")
        units.update(range(int(first), int(last or first) + 1))
    if not units or max(units) > UNIT_MAX:
        raise InputError(f"{text!r} names no units", hint="units are 1 to 247; 255 and 0 for meters with an IP address")
    return [unit for unit in FIRST_UNITS if unit in units] + sorted(units - set(FIRST_UNITS))


class ProgressBar:
    """A progress bar with the time left, on standard error, for people only."""

    def __init__(self, label: str) -> None:
        self.label = label
        self.started = time.monotonic()
        self.shown = sys.stderr.isatty()

    def __call__(self, done: int, total: int) -> None:
        """Draw it."""
        if not self.shown or not total:
            return
        filled = BAR_WIDTH * done // total
        passed = time.monotonic() - self.started
        left = f"{passed / done * (total - done):4.0f} s left" if done else ""
        bar = "█" * filled + "·" * (BAR_WIDTH - filled)
        click.echo(f"\r{self.label:>18} {bar} {done}/{total} {left}\033[K", err=True, nl=False)

    def done(self) -> None:
        """Leave the line."""
        if self.shown:
            click.echo("\r\033[K", err=True, nl=False)
