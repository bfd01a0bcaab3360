"""`energy-edge buffer`: every reading can be checked and got out, even of a damaged file."""

import csv
import io
import json
from pathlib import Path

from edge_agent.buffer import BufferGuard, BufferSample
from tests.edge_agent.cli.test_doctor import edge

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
    return list(csv.DictReader(io.StringIO(edge("buffer", "export", *arguments).stdout)))


def damage(folder: Path) -> None:
    content = bytearray((folder / "buffer.db").read_bytes())
    content[100:140] = bytes(40)  # the schema's page
    content[-3] ^= 1  # and one row
    (folder / "buffer.db").write_bytes(content)


def test_a_good_buffer_verifies(tmp_path: Path) -> None:
    fill(tmp_path)
    done = edge("buffer", "verify", str(tmp_path), "--json")
    found = json.loads(done.stdout)
    (stream,) = found["streams"]
    assert (0, "", 0) == (done.returncode, found["damage"], found["lost"])
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


def test_a_damaged_file_is_a_finding_and_still_gives_its_readings(tmp_path: Path) -> None:
    fill(tmp_path)
    damage(tmp_path)
    assert 6 == edge("buffer", "verify", str(tmp_path)).returncode

    rows = exported(str(tmp_path), "--raw")

    assert ROWS - 1 <= len({row["sequence"] for row in rows}) <= ROWS
    assert all(float(row["value"]) == int(row["sequence"]) * 1.5 for row in rows)


def test_a_folder_without_a_buffer_has_its_own_exit_code(tmp_path: Path) -> None:
    assert 3 == edge("buffer", "verify", str(tmp_path)).returncode
