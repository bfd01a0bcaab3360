"""`energy-edge buffer`: every reading can be checked and got out, even of a damaged file; looking changes nothing."""

import csv
import io
import json
import shutil
from pathlib import Path

import pytest

from edge_agent.buffer import BufferGuard, BufferSample
from tests.edge_agent.cli.command import energy_edge

ROWS = 40


def fill(folder: Path) -> None:
    guard = BufferGuard(folder, boot_id="boot")
    guard.buffer.channel("meter-1", "energy_import_total", "kWh", "index", 0)
    guard.append(
        [BufferSample(0, n, 1_790_000_000_000 + n * 1000, n * 1500, 0, 0, grid=True) for n in range(1, ROWS + 1)]
    )
    guard.buffer.receive(guard.buffer.current, [(1, 10)])
    guard.close()


def exported(*arguments: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(energy_edge("buffer", "export", *arguments).stdout)))


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def damage(folder: Path) -> None:
    content = bytearray((folder / "buffer.db").read_bytes())
    content[100:140] = bytes(40)  # the schema's page
    content[-3] ^= 1  # and one row
    (folder / "buffer.db").write_bytes(content)


def test_a_good_buffer_verifies(tmp_path: Path) -> None:
    fill(tmp_path)
    done = energy_edge("buffer", "verify", str(tmp_path), "--json")
    verdict = json.loads(done.stdout)
    (stream,) = verdict["streams"]
    assert (0, "", 0) == (done.returncode, verdict["damage"], verdict["lost"])
    assert (ROWS, 10, 30, ROWS) == (stream["last"], stream["receipted"], stream["waiting"], stream["readable"])


def test_readings_come_out_exactly(tmp_path: Path) -> None:
    fill(tmp_path)
    rows = exported(str(tmp_path))
    assert ROWS == len(rows)
    assert ("1", "meter-1", "1.500", "kWh", "yes") == tuple(
        rows[0][name] for name in ("sequence", "meter", "value", "unit", "receipted")
    )
    assert "2026-09-21T14:13:21.000Z" == rows[0]["at"]
    assert "no" == rows[-1]["receipted"]


def test_readings_go_into_a_csv_file_as_they_go_to_standard_output(tmp_path: Path) -> None:
    fill(tmp_path / "data")
    target = tmp_path / "readings.csv"

    done = energy_edge("buffer", "export", str(tmp_path / "data"), str(target))

    assert (0, "") == (done.returncode, done.stdout)
    assert exported(str(tmp_path / "data")) == list(csv.DictReader(io.StringIO(target.read_text(encoding="utf-8"))))


def test_readings_go_into_a_json_file_with_exact_values(tmp_path: Path) -> None:
    fill(tmp_path / "data")
    target = tmp_path / "readings.json"
    energy_edge("buffer", "export", str(tmp_path / "data"), str(target))
    readings = json.loads(target.read_text(encoding="utf-8"))
    assert [(n, f"{n * 1500 / 1000:.3f}") for n in range(1, ROWS + 1)] == [
        (reading["sequence"], reading["value"]) for reading in readings
    ]


def test_a_file_of_another_kind_is_refused_before_anything_is_written(tmp_path: Path) -> None:
    fill(tmp_path / "data")
    done = energy_edge("buffer", "export", str(tmp_path / "data"), str(tmp_path / "readings.xlsx"))
    assert 1 == done.returncode
    assert "neither .csv nor .json" in done.stderr
    assert ["data"] == [path.name for path in tmp_path.iterdir()]


@pytest.mark.parametrize("command", [("inspect",), ("export",)])
def test_looking_into_a_buffer_changes_no_byte_of_it(tmp_path: Path, command: tuple[str, ...]) -> None:
    fill(tmp_path)
    before = contents(tmp_path)
    assert 0 == energy_edge("buffer", *command, str(tmp_path)).returncode
    assert before == contents(tmp_path)


def test_readings_that_are_only_in_the_log_are_seen_and_the_log_stays(tmp_path: Path) -> None:
    fill(tmp_path / "data")
    guard = BufferGuard(tmp_path / "data", boot_id="boot")
    guard.append([BufferSample(0, 99, 1_790_000_099_000, 99_000, 0, 0, grid=True)])
    shutil.copytree(tmp_path / "data", tmp_path / "copy")  # as a power cut would leave it
    guard.close()
    before = contents(tmp_path / "copy")

    rows = exported(str(tmp_path / "copy"))

    assert (str(ROWS + 1), "99.000") == (rows[-1]["sequence"], rows[-1]["value"])
    assert before == contents(tmp_path / "copy")


def test_inspection_shows_tables_streams_and_channels(tmp_path: Path) -> None:
    fill(tmp_path)
    summary = json.loads(energy_edge("buffer", "inspect", str(tmp_path), "--json").stdout)
    (stream,), (channel,) = summary["streams"], summary["channels"]
    assert {"note": 2, "reading": ROWS} == summary["tables"]
    assert (ROWS, 10, 30, ROWS) == (stream["last"], stream["receipted"], stream["waiting"], stream["stored"])
    assert ("meter-1", "kWh", ROWS, 1_790_000_040_000) == (
        channel["meter"], channel["unit"], channel["readings"], channel["last_at_ms"],
    )  # fmt: skip
    assert "2026-09-21T14:14:00.000Z" in energy_edge("buffer", "inspect", str(tmp_path)).stdout


def test_a_buffer_that_an_agent_has_open_is_left_alone(tmp_path: Path) -> None:
    fill(tmp_path)
    guard = BufferGuard(tmp_path, boot_id="boot")
    guard.buffer.save()
    done = energy_edge("buffer", "inspect", str(tmp_path), "--json")
    guard.close()
    assert (5, "in_use") == (done.returncode, json.loads(done.stdout)["error"]["code"])


def test_an_export_of_a_changed_reading_fails_and_leaves_no_file(tmp_path: Path) -> None:
    fill(tmp_path / "data")
    damage(tmp_path / "data")
    done = energy_edge("buffer", "export", str(tmp_path / "data"), str(tmp_path / "readings.csv"))
    assert 1 == done.returncode
    assert ["data"] == [path.name for path in tmp_path.iterdir()]


def test_a_damaged_file_is_a_finding_and_still_gives_its_readings(tmp_path: Path) -> None:
    fill(tmp_path)
    damage(tmp_path)
    assert 6 == energy_edge("buffer", "verify", str(tmp_path)).returncode

    rows = exported(str(tmp_path), "--raw")

    assert ROWS - 1 <= len({row["sequence"] for row in rows}) <= ROWS
    assert all(float(row["value"]) == int(row["sequence"]) * 1.5 for row in rows)


def test_a_folder_without_a_buffer_has_its_own_exit_code(tmp_path: Path) -> None:
    assert 3 == energy_edge("buffer", "verify", str(tmp_path)).returncode
