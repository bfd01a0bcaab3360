from pathlib import Path
from typing import Any

import pytest

from cloud_service.cli.metering.readings_file import readings_file
from common.errors import InputError, NotFoundError

NOTHING_SAID: dict[str, Any] = {
    "columns": (), "constants": (), "zone": "", "delimiter": "", "decimal": "", "time_format": "",
    "interval_time": None,
}  # fmt: skip


def asked() -> str:
    return "Africa/Nairobi"


def unasked() -> str:
    raise AssertionError("the zone of the sites was asked for")


def table(folder: Path, text: str) -> Path:
    file = folder / "readings.csv"
    file.write_text(text, encoding="utf-8")
    return file


def test_columns_numbers_and_times_are_found_and_the_sites_are_asked_for_their_zone(tmp_path: Path) -> None:
    file = table(tmp_path, "Zählernummer;Ablesedatum;Zählerstand;Name\nm1;01.11.2026;1234,5;Huber\n")
    mapping = readings_file(file, None, asked, **NOTHING_SAID).options.mapping

    assert {"meter": "Zählernummer", "time": "Ablesedatum", "value": "Zählerstand"} == mapping.columns
    assert (",", "%d.%m.%Y", "Africa/Nairobi") == (mapping.decimal, mapping.time_format, mapping.zone)


def test_what_is_said_goes_before_what_is_found(tmp_path: Path) -> None:
    file = table(tmp_path, "meter,date,reading,unit\nm1,2026-11-01,5,Wh\n")
    said = NOTHING_SAID | {
        "columns": ("value=reading", "time=date"),
        "constants": ("unit=kWh",),
        "zone": "Asia/Kolkata",
    }
    mapping = readings_file(file, "csv", unasked, **said).options.mapping

    assert {"meter": "meter", "time": "date", "value": "reading"} == mapping.columns
    assert ({"unit": "kWh"}, "Asia/Kolkata") == (mapping.constants, mapping.zone)


def test_times_with_their_offset_ask_for_no_zone(tmp_path: Path) -> None:
    file = table(tmp_path, "meter,time,value\nm1,2026-11-01T00:00+01:00,5\n")

    assert "UTC" == readings_file(file, None, unasked, **NOTHING_SAID).options.mapping.zone


def test_a_file_of_a_format_of_its_own_is_known_by_how_it_begins(tmp_path: Path) -> None:
    assert "nem12" == readings_file(table(tmp_path, "100,NEM12,2026\n"), None, unasked, **NOTHING_SAID).format_name


def test_a_file_that_is_not_there_and_an_option_without_its_sign_are_refused(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match="no such file"):
        readings_file(tmp_path / "gone.csv", None, unasked, **NOTHING_SAID)
    with pytest.raises(InputError, match="is not OURS=THEIRS"):
        readings_file(table(tmp_path, "meter,time,value\n"), "csv", unasked, **{**NOTHING_SAID, "columns": ("value",)})


def test_days_of_which_each_could_be_a_month_are_refused_until_somebody_says_which(tmp_path: Path) -> None:
    file = table(tmp_path, "meter,date,value\nm1,04/05/2026,5\nm1,05/05/2026,6\n")

    with pytest.raises(InputError, match="'04/05/2026', and each other time, may have the day or the month") as refused:
        readings_file(file, None, asked, **NOTHING_SAID)
    said = readings_file(file, None, asked, **NOTHING_SAID | {"time_format": "%m/%d/%Y"})

    assert "--time-format '%d/%m/%Y' or '%m/%d/%Y'" in refused.value.hint
    assert "%m/%d/%Y" == said.options.mapping.time_format


def test_a_column_that_names_the_end_is_taken_at_its_word_unless_something_else_is_said(tmp_path: Path) -> None:
    file = table(tmp_path, "MPRN,Read Value,Read Date and End Time\n10,1.5,27-10-2024 03:00\n")

    assert "end" == readings_file(file, None, asked, **NOTHING_SAID).options.mapping.interval_time
    said = readings_file(file, None, asked, **NOTHING_SAID | {"interval_time": "start"})
    assert "start" == said.options.mapping.interval_time
