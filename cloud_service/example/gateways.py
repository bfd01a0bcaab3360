"""The example's gateways: their site files, and the processes that play meters and agents."""

import sys
from collections.abc import Mapping
from pathlib import Path

from cloud_service.example.operator import SITES, ExampleSite, meters_of

SITE_FILE = """\
# Made by `energy-cloud demo`; a real one is written by the installer.
[gateway]
id = "{gateway}"
data = "{data}"

[uplink]
broker = "mqtt://{broker}"
username = "{gateway}"
password_file = "{password_file}"

[polling]
interval_s = {interval_s}

[[bus]]
name = "rs485-1"
protocol = "modbus"
port = "tcp://127.0.0.1:{meter_port}"
{meters}"""

METER = """
[[bus.meter]]
id = "{name}"
profile = "eastron_sdm630"
address = "{unit}"
registers = ["energy_import_total", "energy_export_total", "power_total"]
"""


def write_site_file(
    site: ExampleSite, folder: Path, *, broker: str, password_file: Path, meter_port: int, interval_s: int = 60
) -> Path:
    """The site file of one gateway; its buffer lies beside it."""
    folder.mkdir(parents=True, exist_ok=True)
    meters = "".join(METER.format(name=name, unit=unit) for unit, name in enumerate(meters_of(site), start=1))
    path = folder / f"{site.gateway}.toml"
    path.write_text(
        SITE_FILE.format(
            gateway=site.gateway, data=folder / site.gateway, broker=broker, password_file=password_file,
            interval_s=interval_s, meter_port=meter_port, meters=meters,
        )
    )  # fmt: skip
    return path


def meters_command(site: ExampleSite, port: int) -> list[str]:
    """The process that plays the meters of a site."""
    module = [sys.executable, "-m", "edge_agent", "simulate"]
    return [*module, "--port", str(port), "--units", str(len(meters_of(site))), "--seed", str(site.seed)]


def agent_command(site_file: Path) -> list[str]:
    """The process that is the agent of a gateway."""
    return [sys.executable, "-m", "edge_agent", "run", "--config", str(site_file)]


def meter_ports(ports: Mapping[str, int]) -> dict[str, int]:
    """Gateway name -> port of its meters' line."""
    return {site.gateway: ports[f"meters_{number}"] for number, site in enumerate(SITES, start=1)}
