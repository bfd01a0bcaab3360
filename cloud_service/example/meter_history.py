"""What the example's meters showed in the past, as files of readings from the meters' own simulation."""

import csv
import subprocess
import sys
from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path

from cloud_service.example.operator import SITES, STEP_S, ExampleSite, meters_of
from common.errors import InputError
from common.period import day_start

SIMULATION = "edge_agent.drivers.simulation.history"


def readings_file(site: ExampleSite) -> str:
    """The name of a site's file of readings."""
    return f"readings-{site.gateway.removeprefix('gw-')}.csv"


def write_readings(folder: Path, start: date, now: datetime) -> None:
    """A file a site with half-hour indexes from the first instant of `start` there up to now."""
    running = [(path, _begin(path, site, start, now)) for site in SITES for path in [folder / readings_file(site)]]
    codes = {path: process.wait() for path, process in running}
    for path, code in codes.items():
        if code:
            raise InputError(f"the past of the meters could not be written, code {code}", path=str(path))


def _begin(path: Path, site: ExampleSite, start: date, now: datetime) -> "subprocess.Popen[bytes]":
    names = [argument for meter in meters_of(site) for argument in ("--meter", meter)]
    since = day_start(start, site.timezone).astimezone(UTC)
    days = ["--from", since.isoformat(), "--until", now.isoformat(), "--step", str(STEP_S)]
    command = [sys.executable, "-m", SIMULATION, *names, *days, "--seed", str(site.seed)]
    with path.open("wb") as file:
        return subprocess.Popen(command, stdout=file)  # noqa: S603 - our own module


def opening_indexes(paths: Sequence[Path]) -> dict[str, str]:
    """Meter -> the index that each of its registers showed first, as a sheet has them: joined by +."""
    firsts: dict[str, dict[str, str]] = {}
    for path in paths:
        with path.open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                firsts.setdefault(row["meter"], {}).setdefault(row["register"], row["value"])
    return {meter: " + ".join(indexes.values()) for meter, indexes in firsts.items()}
