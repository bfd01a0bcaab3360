from pathlib import Path

import pytest

from cloud_service.web.help.manual_folder import example_files
from common.errors import ConflictError
from tests.cloud_service.cli.commands import call, refusal


def test_the_files_of_the_first_day_are_written_and_again_without_harm(tmp_path: Path) -> None:
    written = call("example", str(tmp_path / "day"))

    assert written == call("example", str(tmp_path / "day"))
    assert [str(tmp_path / "day" / file.name) for file in example_files()] == written
    assert [file.read_bytes() for file in example_files()] == [Path(path).read_bytes() for path in written]


def test_they_go_into_the_working_folder_unless_one_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)

    assert "flats.csv" in call("example")


def test_a_file_of_somebody_s_own_is_not_overwritten(tmp_path: Path) -> None:
    own = tmp_path / "readings.csv"
    own.write_text("mine")

    assert isinstance(refusal("example", str(tmp_path)), ConflictError)
    assert [own] == list(tmp_path.iterdir())
    assert "mine" == own.read_text()
