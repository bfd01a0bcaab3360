import csv
import re
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

import cloud_service.web
from cloud_service.domain.receivables.currency_rates_file import read_rates
from cloud_service.example.example_folder import ExampleFolder
from cloud_service.example.operator import FILES, flats
from cloud_service.payments.bank_statement import read_statement
from tests.cloud_service.example.test_bank_statement import GRACE, bill

CATALOGUE = Path(cloud_service.web.__file__).parent / "translations" / "messages.pot"
START, NOW = date(2026, 10, 30), datetime(2026, 11, 1, 12, tzinfo=UTC)


@pytest.fixture
def folder(tmp_path: Path) -> ExampleFolder:
    folder = ExampleFolder(tmp_path / "example")
    folder.write(START, NOW, [])
    return folder


def test_the_sheet_is_filled_in_for_the_day_with_what_the_meters_showed_first(folder: ExampleFolder) -> None:
    with (folder.path / "flats.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter=";"))
    with (folder.path / "readings-hafenhof.csv").open(encoding="utf-8", newline="") as file:
        read = list(csv.DictReader(file))
    solar = [row["value"] for row in read if row["meter"] == "25112003" and row["time"] == "2026-10-29T23:00:00Z"]

    assert {("2026-10-30", "2026-10-30")} == {(row["Mounted on"], row["Connected since"]) for row in rows}
    assert len(flats()) == len(rows)
    assert " + ".join(solar) == rows[-1]["Opening index"]
    assert 2 == len(solar)
    assert "{" not in (folder.path / "flats.csv").read_text(encoding="utf-8")


def test_the_readings_are_up_to_now(folder: ExampleFolder) -> None:
    with (folder.path / "readings-riverside.csv").open(encoding="utf-8", newline="") as file:
        times = [row["time"] for row in csv.DictReader(file)]

    assert ("2026-10-29T21:00:00Z", "2026-11-01T12:00:00Z") == (min(times), max(times))


def test_rates_are_a_week_apart_and_never_too_old_for_a_bill(folder: ExampleFolder) -> None:
    folder.write_rates(date(2025, 11, 1), date(2026, 12, 24))
    with (folder.path / "currency-rates.csv").open(encoding="utf-8", newline="") as file:
        days = [day for day, _currency, _rate in read_rates(file, "rates")]

    assert (date(2025, 11, 1), date(2026, 12, 19)) == (days[0], days[-1])


def test_what_the_readme_names_is_there_once_the_example_is_built(folder: ExampleFolder) -> None:
    folder.write_statement_to_try(NOW.date(), [bill(GRACE)], [])
    text = (folder.path / "README.md").read_text(encoding="utf-8")
    named = [name for name in re.findall(r"^\| `([^`]+)` \|", text, re.MULTILINE) if name != "file"]

    assert 7 == len(named)
    assert [] == [name for name in named if not list(folder.path.glob(name))]
    assert "October 2026 is read and not billed" in text
    assert "{" not in text


def test_the_readme_names_what_stands_on_the_screens() -> None:
    catalogue = CATALOGUE.read_text(encoding="utf-8")
    text = (FILES / "README.md").read_text(encoding="utf-8")
    labels = [label for path in re.findall(r"(?<!\*)\*([^*`|]+)\*(?!\*)", text) for label in path.split(" → ")]

    assert {"Today", "Run billing", "Approve and issue", "Bank statement", "Book these"} <= set(labels)
    assert [] == [label for label in labels if f'"{label}' not in catalogue]


def test_the_bank_s_file_of_a_month_is_written_once(folder: ExampleFolder) -> None:
    november = date(2026, 11, 1)
    folder.write_statement(november, [bill(GRACE)], NOW.date())
    folder.write_statement(november, [], NOW.date())
    lines = read_statement(folder.path / "bank" / "2026-11.xml")

    assert ["INV-1"] == [line.remittance.split()[-1] for line in lines]


def test_nothing_half_written_is_left(folder: ExampleFolder) -> None:
    assert [] == list(folder.path.rglob("*.part"))


def test_the_commands_are_those_of_the_script(folder: ExampleFolder) -> None:
    assert ("entity", "add", "Kilowatt Utilities Ltd") == folder.commands()[0][:3]
