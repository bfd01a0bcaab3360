"""What simulated meters would have shown in the past, as a meter data file for the cloud's CSV import.

`python -m edge_agent.drivers.simulation.history --units 6 --from 2025-11-01 --until 2026-11-01T00:15Z > history.csv`
"""

import csv
import sys
from collections.abc import Iterator
from datetime import UTC, datetime

import click

from edge_agent.drivers.simulation.house import INSTALLED_S, House

HEADER = ("meter", "register", "time", "value", "unit", "kind")
REGISTERS = {"energy_import_total": "energy_import", "energy_export_total": "energy_export"}


def rows(names: list[str], seed: int, start_s: int, end_s: int, step_s: int) -> Iterator[tuple[str, ...]]:
    """Index readings of each register of each meter on the grid from `start_s` to `end_s`, both included."""
    first = max(start_s, INSTALLED_S)
    for unit, name in enumerate(names, start=1):
        house = House(seed, unit)
        for register, quantity in REGISTERS.items():
            if quantity == "energy_export" and not house.solar:
                continue
            for at in range(first - first % step_s, end_s + 1, step_s):
                when = datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
                yield name, register, when, str(house.register(quantity, at)), "kWh", "index"


def _seconds(text: str) -> int:
    moment = datetime.fromisoformat(text)
    return int((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp())


@click.command()
@click.option("--meter", "names", multiple=True, required=True, help="Name of unit 1, 2, … in this order.")
@click.option("--seed", default=1, show_default=True)
@click.option("--from", "start", required=True, help="First instant, ISO 8601.")
@click.option("--until", "end", required=True, help="Last instant, ISO 8601.")
@click.option("--step", "step_s", default=900, show_default=True, help="Seconds between readings.")
def history(names: tuple[str, ...], seed: int, start: str, end: str, step_s: int) -> None:
    """Write the past of simulated meters to standard output."""
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(HEADER)
    writer.writerows(rows(list(names), seed, _seconds(start), _seconds(end), step_s))


if __name__ == "__main__":
    history()
