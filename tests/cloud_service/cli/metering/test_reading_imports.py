"""`energy-cloud readings imports|undo`: listed, taken back once, refused with words."""

from pathlib import Path

from common.errors import ConflictError, NotFoundError
from tests.books.world import World
from tests.cloud_service.cli.commands import call, printed, refusal

CSV = "meter,register,time,value\nm1,import,2026-10-01T00:15+02:00,100.25\nm1,import,2026-10-01T00:30+02:00,100.50\n"


def test_a_file_that_was_taken_in_is_listed_and_taken_back_once(operator: World, tmp_path: Path) -> None:
    file = tmp_path / "day.csv"
    file.write_text(CSV)
    call("readings", "import", str(file), "--format", "csv")
    (row,) = call("readings", "imports")["imports"]
    undo = ["readings", "undo", str(row["id"]), "--reason", "wrong house"]

    assert (2, None) == (row["rows"], row["undone_at"])
    assert {"undone": row["id"], "name": str(file), "readings": 2} == call(*undo)
    assert isinstance(refusal(*undo), ConflictError)
    assert "csv" in printed("readings", "imports")


def test_an_import_that_is_not_there_ends_with_not_found(operator: World) -> None:
    assert isinstance(refusal("readings", "undo", "77", "--reason", "x"), NotFoundError)
