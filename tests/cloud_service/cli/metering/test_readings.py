"""`energy-cloud readings`: files checked without a database, readings entered, days validated, gaps shown."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from common.errors import InputError
from tests.books.world import World
from tests.cloud_service.cli.commands import call, printed, refusal
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

    code, report, _ = run(str(file), "--format", "nem12", "--dry-run")

    (row,) = report["registers"]
    assert (0, []) == (code, report["problems"])
    assert ("NMI1", "E1", "kWh", 24, "6.00") == tuple(
        row[name] for name in ("meter", "register", "unit", "intervals", "sum")
    )
    assert ("2024-01-01T00:00:00+10:00", "2024-01-02T00:00:00+10:00") == (row["first"], row["last"])


def test_a_damaged_file_ends_with_one_and_says_where(tmp_path: Path) -> None:
    file = tmp_path / "cut.csv"
    file.write_text(EXAMPLE.removesuffix("900\n"))

    code, report, _ = run(str(file), "--format", "nem12", "--dry-run")

    assert (1, "bad_file", str(file), 3) == (
        code,
        report["error"]["code"],
        report["error"]["file"],
        report["error"]["line"],
    )


def test_a_file_that_is_not_there_ends_with_three(tmp_path: Path) -> None:
    assert 3 == run(str(tmp_path / "none.csv"), "--format", "nem12", "--dry-run")[0]


def test_a_real_damaged_file_is_refused() -> None:
    file = need_shared("real", "nem12", "invalid_Example_NEM12_missing_header.csv")

    code, report, _ = run(str(file), "--format", "nem12", "--dry-run")

    assert (1, 2, "RecordIndicator") == (code, report["error"]["line"], report["error"]["field"])


CSV = "meter,register,time,value\nm1,import,2026-10-01T00:15+02:00,100.25\nm1,import,2026-10-01T00:30+02:00,100.50\n"
COLUMNS = [argument for name in ("meter", "register", "time", "value") for argument in ("--map", f"{name}={name}")]
OF_IMPORT = ("--unit", "import=kWh")


def test_a_file_is_stored_once_and_the_same_again_changes_nothing(operator: World, tmp_path: Path) -> None:
    file = tmp_path / "day.csv"
    file.write_text(CSV)

    first, again = (call("readings", "import", str(file), "--format", "csv", *COLUMNS, *OF_IMPORT) for _ in "12")

    assert (2, False) == (first["stored"], first["already_imported"])
    assert (0, True) == (again["stored"], again["already_imported"])


def test_a_table_of_somebody_s_own_is_read_by_what_its_columns_are_called(operator: World, tmp_path: Path) -> None:
    """Days and numbers as the sheet writes them, by the clock of the only site."""
    file = tmp_path / "slips.csv"
    file.write_text("Zählernummer;Ablesedatum;Zählerstand\nm1;01.10.2026;1234,5\n", encoding="utf-8")

    taken = call("readings", "import", str(file))

    assert 1 == taken["stored"]
    again = call("readings", "enter", "m1", "import", "2026-10-01T00:00+02:00", "1234.5", "--reason", "the same slip")
    assert [] == again["doubts"]
    assert "2026-10-01T00:00:00+02:00" == taken["registers"][0]["first"]


def test_what_an_option_says_goes_before_what_is_found(operator: World, tmp_path: Path) -> None:
    file = tmp_path / "two.csv"
    file.write_text("meter,date,reading,counted\nm1,2026-10-01T00:00,1,900\n")

    (row,) = call("readings", "import", str(file), "--map", "value=counted", "--dry-run")["registers"]

    assert "import" == row["register"]
    assert 1 == call("readings", "import", str(file), "--map", "value=counted", "--zone", "UTC")["stored"]
    withdrawn = ("readings", "withdraw", "m1", "import", "2026-10-01T00:00+00:00", "--reason", "a trial")
    assert call(*withdrawn)["note"]


def test_a_reading_entered_by_hand_counts_and_its_day_is_made(operator: World) -> None:
    note = call("readings", "enter", "m1", "import", "2026-10-01T00:00+02:00", "12.5", "--reason", "read on site")

    assert note["note"] > 0
    assert call("readings", "validate")["registers"] == 1


def test_a_reading_s_time_is_by_the_clock_of_its_site(operator: World) -> None:
    call("readings", "enter", "m1", "import", "2026-10-01", "12.5", "--reason", "read on site")

    again = refusal("readings", "withdraw", "m1", "import", "2026-10-01T00:00+01:00", "--reason", "read on site")
    assert "nothing counts for m1 import" in str(again)
    call("readings", "withdraw", "m1", "import", "2026-10-01T00:00+02:00", "--reason", "read on site")


@pytest.mark.parametrize(
    ("value", "fault"),
    [
        (["yesterday", "12.5"], "is no time"),
        (["2026-10-01T00:00+02:00", "a lot"], "is not a number"),
        (["2026-10-01T00:00+02:00", "NaN"], "is not a number"),
        (["2026-10-01T00:00+02:00"], "give a value, or --withdraw"),
    ],
)
def test_a_reading_that_cannot_be_is_refused_before_the_database_is_asked(
    value: list[str], fault: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://nobody@127.0.0.1:1/energy")
    refused = refusal("readings", "enter", "m1", "import", *value, "--reason", "read on site")

    assert isinstance(refused, InputError)
    assert fault in str(refused)


def test_missing_days_are_named_and_end_with_six(operator: World) -> None:
    lines = printed("readings", "completeness", "--from", "2026-10-01", "--to", "2026-10-02", code=6).splitlines()

    assert [
        "m1 import: 0.00 % of 96 steps, 0 estimated, 96 missing",
        "    2026-10-01 00:00 to 2026-10-02 00:00 (Europe/Berlin): the register has never been read",
    ] == lines
