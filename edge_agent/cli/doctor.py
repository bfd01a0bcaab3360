"""`energy-edge doctor`: is this gateway able to do its work, and if not, what to mend."""

import json
import shutil
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from common.cli import on_screen
from common.errors import EnergyError

if TYPE_CHECKING:
    from edge_agent.config import Bus, SiteFile, UplinkSettings
    from edge_agent.drivers.interface import Driver

FINDINGS_EXIT_CODE = 6
FREE_MIN_BYTES = 64 * 1024**2
CONNECT_TIMEOUT_S = 5.0
RUNNING = "in use by the running agent"


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at."""

    name: str
    ok: bool
    found: str
    hint: str = ""


@click.command()
@click.option("--config", "path", type=click.Path(path_type=Path), required=True, help="The site file.")
@click.option("--json", "as_json", is_flag=True, help="For machines.")
def doctor(path: Path, as_json: bool) -> None:  # noqa: FBT001 - a click flag
    """Check site file, disk, buffer, clock, broker and every meter. Exit code 6: there are findings."""
    checks = list(_checks(path))
    if as_json:
        click.echo(json.dumps({"ok": all(c.ok for c in checks), "checks": [asdict(c) for c in checks]}, indent=2))
    else:
        for check in checks:
            _show(check)
    if not all(check.ok for check in checks):
        raise SystemExit(FINDINGS_EXIT_CODE)


def _show(check: Check) -> None:
    """What was found, and what mends or betters it."""
    click.echo(on_screen(f"{'ok' if check.ok else 'FAIL':>4}  {check.name}: {check.found}", indent=6))
    if check.hint:
        click.echo(on_screen(f"      {check.hint}", indent=6))


def _checks(path: Path) -> Iterator[Check]:
    from edge_agent.config import load

    try:
        site = load(path)
    except EnergyError as error:
        yield Check("site file", ok=False, found=error.message, hint=error.hint)
        return
    meters = sum(1 for _ in site.meters())
    yield Check("site file", ok=True, found=f"{site.gateway.id}, {len(site.bus)} lines, {meters} meters")
    yield _check_disk(site.gateway.data)
    buffer = _check_buffer(site.gateway.data)
    yield buffer
    yield _check_clock()
    if buffer.found.startswith(RUNNING):
        yield Check("broker", ok=True, found="not tried: the running agent has the session; see its health report")
        yield Check("meters", ok=True, found="not tried: the running agent has the lines; see its health report")
        return

    import asyncio

    yield from asyncio.run(_check_broker_and_meters(site))


def _check_disk(folder: Path) -> Check:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        free = shutil.disk_usage(folder).free
        probe = folder / ".doctor"
        probe.write_bytes(b"x")
        probe.unlink()
    except OSError as error:
        hint = f"the agent must be able to write there: sudo chown $USER {folder}, or another gateway.data"
        return Check("disk", ok=False, found=str(error), hint=hint)
    room = f"{free // 1024**2} MiB free at {folder}"
    ok = free >= FREE_MIN_BYTES
    return Check("disk", ok=ok, found=room, hint="" if ok else f"readings wait there: du -xh {folder} | sort -h")


def _check_buffer(folder: Path) -> Check:
    from edge_agent.buffer import Buffer, InUse
    from edge_agent.clock import boot_id

    damaged = len(list(folder.glob("damaged-*")))
    aside = f", {damaged} damaged files set aside" if damaged else ""
    if not (folder / "buffer.db").exists():
        return Check("buffer", ok=True, found="none yet")
    try:
        buffer = Buffer(folder, boot_id=boot_id())
    except InUse:
        return Check("buffer", ok=True, found=f"{RUNNING}{aside}")
    except EnergyError as error:
        hint = "the agent sets it aside by itself when it starts, and salvages its readings"
        return Check("buffer", ok=False, found=error.message, hint=hint)
    waiting = sum(stream.pending for stream in buffer.streams.values())
    lost = buffer.lost
    buffer.close()
    return Check("buffer", ok=True, found=f"{waiting} readings wait for the cloud, {lost} lost to damage{aside}")


def _check_clock() -> Check:
    from edge_agent.clock import kernel_says_synchronised

    if kernel_says_synchronised():
        return Check("clock", ok=True, found="synchronised")
    state = "not synchronised by the system; the cloud's receipts will set the agent's time"
    return Check("clock", ok=True, found=state, hint="sudo timedatectl set-ntp true, if there is a time server")


async def _check_broker_and_meters(site: "SiteFile") -> list[Check]:
    """Broker and meters, each with a time limit."""
    import asyncio

    from edge_agent.uplink.link import connect

    checks = []
    try:
        async with asyncio.timeout(CONNECT_TIMEOUT_S), connect(site.uplink, site.gateway.id, None) as link:
            await link.listen(f"ebs/1/{site.gateway.id}/down/+")
        checks.append(Check("broker", ok=True, found=f"{site.uplink.broker} lets {site.gateway.id} in"))
    except (EnergyError, OSError, TimeoutError) as error:
        checks.append(_no_broker(error, site.uplink))
    for line in await asyncio.gather(*(_check_line(site, number) for number in range(len(site.bus)))):
        checks += line
    return checks


def _no_broker(error: Exception, uplink: "UplinkSettings") -> Check:
    """Why the broker cannot be used, and the command that shows more."""
    refusal = (
        error.message if isinstance(error, EnergyError) else str(error)
    ) or f"no answer in {CONNECT_TIMEOUT_S:g} s"
    where = f"{uplink.host} {uplink.port}"
    certificate = f"openssl s_client -connect {uplink.host}:{uplink.port} -showcerts </dev/null"
    hints = {
        # a part of what Python, OpenSSL or the broker say: what mends it
        "self-signed": f"the broker's own authority is unknown here: give its certificate as ca_file; {certificate}",
        "unable to get local issuer": f"give the certificate of the broker's authority as ca_file; {certificate}",
        "hostname mismatch": f"the certificate is for another name than {uplink.host}: {certificate}",
        "not yet valid": "the clock of this gateway is behind: timedatectl; sudo timedatectl set-ntp true",
        "has expired": f"the certificate, or this gateway's clock: date; {certificate}",
        "wrong version number": "nobody speaks TLS on this port: mqtts:// is usually 8883, mqtt:// 1883",
        "refused the connection": "user name, password or client certificate: ask the operator for new ones",
        "refused the subscription": f"the broker's rules do not let {uplink.username or 'this gateway'} in here",
        "Name or service not known": f"the name is wrong or there is no name server: getent hosts {uplink.host}",
        "name resolution": f"there is no name server: getent hosts {uplink.host}; resolvectl status",
        "Connection refused": f"no broker runs there, or the port is wrong: nc -vz {where}",
    }
    usual = f"a firewall, or the wrong address: ping {uplink.host}; nc -vz {where}"
    hint = next((text for phrase, text in hints.items() if phrase.lower() in refusal.lower()), usual)
    return Check("broker", ok=False, found=f"{uplink.broker}: {refusal}", hint=hint)


def _check_serial_port(text: str) -> list[Check]:
    """Device, rights, owner and adapter of a serial line."""
    from edge_agent.transports.port import Port
    from edge_agent.transports.port_check import check_port

    if not text:
        return []
    return [Check(finding.name, finding.ok, finding.found, finding.hint) for finding in check_port(Port.parse(text))]


async def _check_damage(driver: "Driver", bus: "Bus") -> list[Check]:
    """Share of damaged answers, double addresses, swapped wires on a Modbus line."""
    from edge_agent.drivers.commissioning.modbus_line_check import check_line
    from edge_agent.drivers.modbus import ModbusDriver

    if not isinstance(driver, ModbusDriver):
        return []
    findings = await check_line(driver, [meter.address for meter in bus.meter])
    return [Check(f"{bus.name} {finding.name}", finding.ok, finding.found, finding.hint) for finding in findings]


async def _check_line(site: "SiteFile", number: int) -> list[Check]:
    from edge_agent.config import registers_of
    from edge_agent.poller import open_line

    bus = site.bus[number]
    checks = _check_serial_port(bus.port)
    if not all(check.ok for check in checks):
        return checks
    try:
        async with open_line(bus) as driver:
            checks += await _check_damage(driver, bus)
            for meter in bus.meter:
                name = f"meter {meter.id}"
                profile, registers = registers_of(meter)
                try:
                    values = await driver.read(meter.address, profile, registers)
                    checks.append(Check(name, ok=True, found=f"{len(values)} registers read"))
                except EnergyError as error:
                    hint = error.hint or "energy-edge scan finds meters"
                    checks.append(Check(name, ok=False, found=error.message, hint=hint))
    except EnergyError as error:
        checks.append(Check(f"line {bus.name}", ok=False, found=f"{bus.port}: {error.message}", hint=error.hint))
    except OSError as error:
        checks.append(Check(f"line {bus.name}", ok=False, found=str(error), hint=f"is {bus.port} right and free?"))
    return checks
