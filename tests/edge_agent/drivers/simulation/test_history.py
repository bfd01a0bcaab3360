"""The past of simulated meters as a meter data file."""

import csv
import io
from datetime import UTC, datetime

from click.testing import CliRunner

from edge_agent.drivers.simulation.history import HEADER, history, rows
from edge_agent.drivers.simulation.house import INSTALLED_S, House

START = "2026-01-01"


def seconds(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp())


def test_readings_lie_on_the_grid_both_ends_included() -> None:
    start = seconds(START)
    readings = list(rows(["m1"], 1, start, start + 3600, 900))
    assert [f"2026-01-01T{clock}:00Z" for clock in ("00:00", "00:15", "00:30", "00:45", "01:00")] == [
        reading[2] for reading in readings
    ]


def test_values_are_those_the_meter_itself_would_show() -> None:
    start = seconds(START)
    ((name, register, _, value, unit, kind),) = rows(["m1"], 5, start, start, 900)
    assert ("m1", "energy_import_total", "kWh", "index") == (name, register, unit, kind)
    assert str(House(5, 1).register("energy_import", start)) == value


def test_only_houses_with_panels_have_a_register_of_what_they_fed_in() -> None:
    start = seconds(START)
    exporting = {row[0] for row in rows(["a", "b", "c"], 1, start, start, 900) if row[1] == "energy_export_total"}
    assert {"c"} == exporting


def test_nothing_was_shown_before_the_meter_was_installed() -> None:
    first = next(rows(["m1"], 1, 0, INSTALLED_S + 900, 900))
    assert "2025-01-01T00:00:00Z" == first[2]


def test_the_command_writes_a_file_that_can_be_imported() -> None:
    done = CliRunner().invoke(history, ["--meter", "m1", "--from", START, "--until", "2026-01-01T00:30Z"])
    table = list(csv.reader(io.StringIO(done.output)))
    assert (0, list(HEADER), 4) == (done.exit_code, table[0], len(table))
