"""A property manager's list of flats goes in by one command, is mended, goes in again, and is taken back."""

from pathlib import Path
from typing import Any

from common.errors import ConflictError, InputError
from tests.books.world import World
from tests.cloud_service.cli.commands import call, printed, refusal

GERMAN = """\
Mieter;Wohnung;Objekt;Einzug;E-Mail;Zähler Strom;Stand;Tarif;Miete kalt
Petersen, Jörg;EG links;Hafenhof;01.12.2026;j.petersen@web.example;1EMH0012840311;10.482,3;flat;780,00
Yıldız, Emine;2. OG links;Hafenhof;01.12.2026;e.yildiz@post.example;1EMH0012840312;7.930,1;flat;845,00
Brandt, Anke;2. OG rechts;Hafenhof;15.12.2026;anke@brandt.example;1EMH0012840319;22.107;flat;810,00
"""


def written(tmp_path: Path, text: str = GERMAN, name: str = "Mieter.csv", encoding: str = "utf-8") -> str:
    file = tmp_path / name
    file.write_bytes(text.encode(encoding))
    return str(file)


def imported(*args: str, code: int = 0) -> dict[str, Any]:
    said = call("import", *args, code=code)
    sheet: dict[str, Any] = said["sheets"][0] | {"stored": said["stored"]}
    return sheet


def test_a_german_list_of_flats_becomes_connections_with_meters(operator: World, tmp_path: Path) -> None:
    file = written(tmp_path)

    tried = imported(file, "--dry-run")
    assert (3, 0, 0, False) == (tried["new"], tried["same"], tried["refused"], tried["stored"])
    assert ["Miete kalt"] == tried["left_out"]
    assert [] == call("contract", "list", "--search", "Hafenhof")

    done = imported(file)
    assert {
        "site": 1, "service_point": 3, "meter": 3, "meter_mount": 3, "client": 3, "account": 3, "contract": 3,
    } == done["made"]  # fmt: skip
    rows = {row["tenant"]: row for row in call("contract", "list", "--search", "Hafenhof")}
    assert ("EG links", "1EMH0012840311", "2026-12-01") == tuple(
        rows["Petersen, Jörg"][name] for name in ("point", "meter", "since")
    )
    assert "2026-12-15" == rows["Brandt, Anke"]["since"]
    (petersen,) = call("client", "list", "--search", "Petersen")
    assert "j.petersen@web.example" == petersen["email"]


def test_the_same_file_again_changes_nothing(operator: World, tmp_path: Path) -> None:
    file = written(tmp_path)
    imported(file)

    again = imported(file)

    assert (0, 3, 0) == (again["new"], again["same"], again["refused"])
    assert 1 == len(call("import", "list"))


def test_a_row_that_is_wrong_stops_all_unless_the_good_ones_are_asked_for(operator: World, tmp_path: Path) -> None:
    wrong = GERMAN.replace("10.482,3", "-10.482,3").replace("e.yildiz@", "e.yildiz@@")
    wrong += "Kaya, Can;DG;Hafenhof;01.12.2026;;1EMH0012840319;5,0;flat;1\n"
    file = written(tmp_path, wrong)
    report = tmp_path / "report.csv"

    refused = imported(file, code=6)
    assert not refused["stored"]
    assert [] == call("import", "list")
    assert [(2, "Stand", "10.482,3"), (3, "E-Mail", "e.yildiz@post.example"), (5, "Zähler Strom", "")] == [
        (fault["row"], fault["column"], fault["proposal"]) for fault in refused["faults"]
    ]
    assert "row 4 has the same" == refused["faults"][2]["hint"]

    good = imported(file, "--good-rows", "--report", str(report), code=6)
    assert good["stored"]
    assert {"Brandt, Anke"} == {row["tenant"] for row in call("contract", "list", "--search", "Hafenhof")}
    lines = report.read_text(encoding="utf-8-sig").splitlines()
    assert lines[0].endswith("Miete kalt;Row;State;Reason")
    assert "below zero" in lines[1]

    mended = imported(written(tmp_path, GERMAN))
    assert (2, 1) == (mended["new"], mended["same"])


def test_what_is_there_and_different_is_refused(operator: World, tmp_path: Path) -> None:
    imported(written(tmp_path))
    other = GERMAN.replace("10.482,3", "10.482,4").replace("anke@brandt.example", "a@brandt.example")
    other = other.replace(
        "Yıldız, Emine;2. OG links;Hafenhof;01.12.2026", "Yıldız, Emine;2. OG links;Hafenhof;02.12.2026"
    )

    refused = imported(written(tmp_path, other), code=6)

    assert ["Stand", "Einzug", "Mieter"] == [fault["column"] for fault in refused["faults"]]
    assert "hangs there with 10482.3" in refused["faults"][0]["why"]


def test_an_import_is_taken_back_as_if_it_had_never_been(operator: World, tmp_path: Path) -> None:
    before = (len(call("client", "list")), len(call("meter", "list")), len(call("point", "list")))
    number = imported(written(tmp_path))["import"]

    assert 3 == call("import", "undo", str(number))["deleted"]["contract"]

    assert before == (len(call("client", "list")), len(call("meter", "list")), len(call("point", "list")))
    assert [] == [row for row in call("site", "list") if row["name"] == "Hafenhof"]
    assert isinstance(refusal("import", "undo", str(number)), ConflictError)
    assert 3 == imported(written(tmp_path))["new"]


def test_an_import_whose_meter_was_read_stays(operator: World, tmp_path: Path) -> None:
    number = imported(written(tmp_path, GERMAN.replace(".12.2026", ".10.2026")))["import"]
    call("readings", "enter", "1EMH0012840311", "import", "2026-11-20T00:00+01:00", "10490", "--reason", "walk")

    refused = refusal("import", "undo", str(number))

    assert isinstance(refused, ConflictError)
    assert "1 of its meters were read (1EMH0012840311)" in str(refused)
    assert 3 == len(call("contract", "list", "--search", "Hafenhof"))


def test_sheets_of_single_kinds_go_in_together(operator: World, tmp_path: Path) -> None:
    files = [
        written(tmp_path, text, name)
        for name, text in (
            ("contracts.csv", "Site,Service point,Account,Connected since,Tariff\nDock,1,A-7,2026-12-01,flat\n"),
            ("sites.csv", "Site,Time zone,Site currency\nDock,Europe/Berlin,EUR\n"),
            ("points.csv", "Site,Service point,Utility\nDock,1,water\n"),
            ("clients.csv", "Client no.,Client\nC-7,Ann\n"),
            ("accounts.csv", "Client no.,Account,Currency\nC-7,A-7,EUR\n"),
            ("meters.csv", "Site,Service point,Meter,Mounted on,Opening index\nDock,1,W1,2026-12-01,1.5\n"),
        )
    ]

    done = call("import", *files)

    assert [1] * 6 == [sheet["new"] for sheet in done["sheets"]]
    (connection,) = call("contract", "list", "--search", "Dock")
    assert ("Ann", "W1", "A-7", "water") == tuple(
        connection[name] for name in ("tenant", "meter", "account", "utility")
    )


def test_what_could_be_two_days_is_asked(operator: World, tmp_path: Path) -> None:
    file = written(tmp_path, "site,point,client,since,tariff\nDock,1,Ann,03/04/2026,flat\n")

    assert "could be two days" in imported(file, code=6)["faults"][0]["why"]
    imported(file, "--days", "mdy")

    assert "2026-03-04" == call("contract", "list", "--search", "Dock")[0]["since"]


def test_foreign_columns_are_named_and_remembered(operator: World, tmp_path: Path) -> None:
    text = "Loc,Who,Beginn,Preis\n1,Ann,2026-12-01,flat\n"
    assert isinstance(refusal("import", written(tmp_path, text)), InputError)

    imported(
        written(tmp_path, text),
        "--map",
        "point=Loc",
        "--map",
        "client=Who",
        "--map",
        "tariff=Preis",
        "--set",
        "site=Dock",
    )
    second = text.replace("1,Ann", "2,Bob")

    assert 1 == imported(written(tmp_path, second), "--set", "site=Dock")["new"]


def test_the_example_of_each_template_names_only_columns_we_know(operator: World, tmp_path: Path) -> None:
    for kind in ("sites", "points", "meters", "clients", "accounts", "contracts", "flats"):
        for form in ("csv", "xlsx"):
            file = tmp_path / f"{kind}.{form}"
            call("import", "template", kind, str(file))
            said = call("import", str(file), "--dry-run", code=6 if kind not in ("sites", "clients") else 0)
            assert [] == said["sheets"][0]["left_out"]
    assert "needed" in printed("import", "template", "flats", str(tmp_path / "new.csv"))
