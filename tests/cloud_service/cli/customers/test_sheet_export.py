"""What is exported and imported again changes nothing; in an empty company it is the same again."""

from pathlib import Path

import pytest

from common.errors import InputError
from tests.books.world import World
from tests.cloud_service.cli.commands import call, refusal

FLATS = """\
Client,Site,Flat,Since,Until,Serial,Register,Opening index,Tariff,Phone,Address,Under,Balance,Deposit
Ann,Dock,1,2026-10-01,2026-11-01,D1,day + night,10.5 + 20,flat,+49 40 1,"Kai 1
20457 Hamburg",House: Flat 1,120.50,300
=Ben,Dock,2,2026-10-01,,D2,,7.125,flat,,,,-7,
,Dock,3,,,,,,,,,Dock: 1,,
"""
KINDS = ["sites", "points", "clients", "accounts", "meters", "contracts", "tariffs", "balances", "items"]


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_a_round_trip_changes_nothing(operator: World, tmp_path: Path, form: str) -> None:
    file = tmp_path / "flats.csv"
    file.write_text(FLATS)
    call("import", str(file))
    call("account", "take-over", "A1", "150", "--bill", "2025/0815", "--date", "2026-08-03", "--paid", "30")

    files = call("export", "sheets", str(tmp_path / "out"), "--format", form)["files"]
    again = call("import", *files)

    assert KINDS == [sheet["kind"] for sheet in again["sheets"]]
    assert [(0, 0)] * 9 == [(sheet["new"], sheet["refused"]) for sheet in again["sheets"]]
    assert [2, 4, 3, 3, 3, 3, 0, 3, 1] == [sheet["same"] for sheet in again["sheets"]]


def test_the_sheets_build_the_same_again_where_all_was_taken_back(operator: World, tmp_path: Path) -> None:
    file = tmp_path / "flats.csv"
    file.write_text(FLATS.replace("120.50,300", ",").replace(",-7,", ",,"))
    number = call("import", str(file))["sheets"][0]["import"]
    files = call("export", "sheets", str(tmp_path / "one"))["files"]
    call("import", "undo", str(number))

    call("import", *files)
    second = call("export", "sheets", str(tmp_path / "two"))["files"]

    assert [Path(name).read_text() for name in files] == [Path(name).read_text() for name in second]


def test_files_that_are_there_are_not_written_over(operator: World, tmp_path: Path) -> None:
    call("export", "sheets", str(tmp_path))

    assert isinstance(refusal("export", "sheets", str(tmp_path)), InputError)
