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


METERS = """\
Site,Service point,Meter,Register,Register details,Mounted on,Opening index,Removed on,Closing index
House,Flat 9,E1,T1 + export,kWh///import/3600 + kWh///export/900,2026-02-01,5 + 0,2026-03-01,25.5 + 1
House,Flat 9,E2,,,2026-03-01,7,,
,,E3,import,m3//volume,,,,
"""


def test_an_exchange_and_a_meter_in_the_cellar_come_back_as_they_were(operator: World, tmp_path: Path) -> None:
    points, meters = tmp_path / "points.csv", tmp_path / "meters.csv"
    points.write_text("Site,Service point\nHouse,Flat 9\n")
    meters.write_text(METERS)
    made = call("import", str(points), str(meters))
    assert {"meter": 3, "meter_mount": 2} == made["sheets"][1]["made"]

    one = call("export", "sheets", str(tmp_path / "one"))["files"]
    assert {"new": 0, "refused": 0}.items() <= call("import", *one)["sheets"][4].items()
    call("import", "undo", str(made["sheets"][1]["import"]))
    call("import", *one)
    two = call("export", "sheets", str(tmp_path / "two"))["files"]

    assert [Path(name).read_text() for name in one] == [Path(name).read_text() for name in two]
    assert "kWh/index/active_energy/import/3600" in (tmp_path / "two" / "meters.csv").read_text()
