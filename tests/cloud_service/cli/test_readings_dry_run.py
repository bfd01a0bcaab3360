"""`energy-cloud readings import --dry-run` as a person runs it: no database, JSON on stdout, documented exit codes."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.shared import need_shared

EXAMPLE = (
    "100,NEM12,202401010000,MDP,RET\n200,NMI1,E1,E1,E1,N1,S1,kWh,60,\n300,20240101,"
    + "0.25," * 24
    + "A,,,20240102000000,\n900\n"
)


def run(*arguments: str) -> tuple[int, Any, str]:
    environment = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            "from cloud_service.cli import main; main()",
            "readings",
            "import",
            *arguments,
            "--json",
        ],
        capture_output=True,
        text=True,
        env=environment,
        check=False,
        timeout=30,
    )
    return done.returncode, json.loads(done.stdout), done.stderr


def test_a_dry_run_needs_no_database_and_prints_exact_sums(tmp_path: Path) -> None:
    file = tmp_path / "day.csv"
    file.write_text(EXAMPLE)

    code, found, _ = run(str(file), "--format", "nem12", "--dry-run")

    (row,) = found["registers"]
    assert (0, []) == (code, found["problems"])
    assert ("NMI1", "E1", "kWh", 24, "6.00") == tuple(
        row[name] for name in ("meter", "register", "unit", "intervals", "sum")
    )
    assert ("2024-01-01T00:00:00+10:00", "2024-01-02T00:00:00+10:00") == (row["first"], row["last"])


def test_a_damaged_file_ends_with_one_and_says_where(tmp_path: Path) -> None:
    file = tmp_path / "cut.csv"
    file.write_text(EXAMPLE.removesuffix("900\n"))

    code, found, _ = run(str(file), "--format", "nem12", "--dry-run")

    assert (1, "bad_file", str(file), 3) == (
        code,
        found["error"]["code"],
        found["error"]["file"],
        found["error"]["line"],
    )


def test_a_file_that_is_not_there_ends_with_three(tmp_path: Path) -> None:
    assert 3 == run(str(tmp_path / "none.csv"), "--format", "nem12", "--dry-run")[0]


def test_a_real_damaged_file_is_refused() -> None:
    file = need_shared("real", "nem12", "invalid_Example_NEM12_missing_header.csv")

    code, found, _ = run(str(file), "--format", "nem12", "--dry-run")

    assert (1, 2, "RecordIndicator") == (code, found["error"]["line"], found["error"]["field"])
