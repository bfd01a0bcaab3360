"""`energy-cloud readings energy`: the same table as the page, as text, JSON, CSV and spreadsheet."""

import csv
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook

from common.errors import InputError, NotFoundError
from tests.books.world import World
from tests.cloud_service.cli.commands import call, printed, refusal

CSV = "meter,register,time,value\nm1,import,2026-10-01T00:00+02:00,100\nm1,import,2026-10-02T00:00+02:00,124.5\n"
DAY = ["readings", "energy", "--by", "meter", "--from", "2026-10-01", "--until", "2026-10-01"]


@pytest.fixture
def read(operator: World, tmp_path: Path) -> None:
    file = tmp_path / "day.csv"
    file.write_text(CSV)
    call("readings", "import", str(file), "--format", "csv")
    call("readings", "validate")


def test_it_says_the_energy_of_the_days(read: None) -> None:
    said = call(*DAY)

    (row,) = [row for row in said["rows"] if row["name"] == "m1"]
    assert {"from": "2026-10-01", "until": "2026-10-01"} == said["days"]
    assert {"from": "2026-09-30", "until": "2026-09-30"} == said["before"]
    assert ("24.50", "kWh", "import", None, "100.0") == (
        row["energy"], row["unit"], row["direction"], row["before"], f"{float(row['bridged']):.1f}",
    )  # fmt: skip
    assert "24.500" in printed(*DAY)


def test_it_writes_files_with_numbers(read: None, tmp_path: Path) -> None:
    printed(*DAY, "--csv", str(tmp_path / "e.csv"), "--xlsx", str(tmp_path / "e.xlsx"))

    with (tmp_path / "e.csv").open(encoding="utf-8-sig") as file:
        assert "24.500" in {row["energy"] for row in csv.DictReader(file)}
    rows = CalamineWorkbook.from_path(tmp_path / "e.xlsx").get_sheet_by_index(0).to_python()
    assert 24.5 in {cell for row in rows for cell in row}


@pytest.mark.parametrize(
    ("options", "kind", "word"),
    [
        (["--until", "2026-10-01"], InputError, "--from"),
        (["--from", "2026-10-02", "--until", "2026-10-01"], InputError, "empty"),
        (["--site", "Nowhere"], NotFoundError, "no site Nowhere"),
        (["--client", "C-99"], NotFoundError, "no client C-99"),
        (["--meter", "m99"], NotFoundError, "no meter m99"),
    ],
)
def test_what_cannot_be_shown_is_refused(operator: World, options: list[str], kind: type[Exception], word: str) -> None:
    error = refusal("readings", "energy", *options)

    assert isinstance(error, kind)
    assert word in str(error)


def test_a_utility_that_is_none_is_a_wrong_use(operator: World) -> None:
    assert 2 == refusal("readings", "energy", "--utility", "steam").code
    assert [] == call("readings", "energy", "--utility", "gas")["rows"]


def test_a_span_by_name_needs_no_days(operator: World) -> None:
    assert {"from", "until"} == set(call("readings", "energy", "--span", "yesterday", code=6)["days"])
