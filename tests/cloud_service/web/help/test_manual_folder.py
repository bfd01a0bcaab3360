from pathlib import Path

import pytest

from cloud_service.web.help import manual_folder
from cloud_service.web.help.manual_folder import example_files


def test_the_checkout_s_manual_is_read_where_no_package_carries_one() -> None:
    assert (manual_folder.manual_folder() / "first-day.md").is_file()


def test_an_installed_package_s_manual_goes_before_a_checkout_s(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "first-day").mkdir()
    monkeypatch.setattr(manual_folder, "FOLDERS", (tmp_path, *manual_folder.FOLDERS))

    assert tmp_path == manual_folder.manual_folder()
    assert [] == example_files()


def test_every_file_of_the_first_day_is_an_example() -> None:
    assert ["bank-statement.xml", "flats.csv", "home.toml", "readings.csv"] == [file.name for file in example_files()]
