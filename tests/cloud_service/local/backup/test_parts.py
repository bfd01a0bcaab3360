from collections.abc import Callable
from pathlib import Path

import pytest

from cloud_service.local.backup.parts import Manifest, Part, PartsWriter, checked, file_of, read
from cloud_service.local.backup.sealed_file import SealedWriter
from cloud_service.store.audit.books_proof import BooksProof
from common.errors import InputError

WORDS = "four quiet words here"
BOOKS = BooksProof({"invoice": 2}, {"EUR": "10.00 0.00"}, 3, "ab", "")


def written(path: Path, change: Callable[[dict[str, Part]], dict[str, Part]] = lambda parts: parts) -> Manifest:
    with path.open("wb") as file:
        writer = PartsWriter(SealedWriter(file, WORDS))
        writer.add("files/secrets/secret_key", [b"k" * 40])
        writer.add("database", [b"dump", b"", b"ed"])
        manifest = Manifest("2026-11-05T12:00:00+00:00", "0.1.0", "0016", 18, change(writer.parts), BOOKS, [])
        writer.finish(manifest)
    return manifest


def test_parts_come_out_as_they_went_in_with_their_manifest(tmp_path: Path) -> None:
    manifest = written(tmp_path / "b")
    seen: dict[str, bytes] = {}
    read(tmp_path / "b", WORDS, lambda name, blocks: seen.update({name: b"".join(blocks)}))

    assert manifest == checked(tmp_path / "b", WORDS)
    assert (b"k" * 40, b"dumped") == (seen["files/secrets/secret_key"], seen["database"])
    assert Part(6, manifest.parts["database"].sha256) == manifest.parts["database"]


def test_a_part_that_nobody_takes_is_passed_over(tmp_path: Path) -> None:
    written(tmp_path / "b")
    names: list[str] = []
    read(tmp_path / "b", WORDS, lambda name, _blocks: names.append(name))

    assert ["files/secrets/secret_key", "database", "manifest"] == names


@pytest.mark.parametrize(
    "change",
    [
        lambda parts: parts | {"database": Part(6, "0" * 64)},
        lambda parts: parts | {"files/other": Part(1, "0" * 64)},
        lambda parts: {"database": parts["database"]},
    ],
)
def test_parts_that_differ_from_the_manifest_are_refused(
    tmp_path: Path, change: Callable[[dict[str, Part]], dict[str, Part]]
) -> None:
    written(tmp_path / "b", change)

    with pytest.raises(InputError, match="not what its manifest says"):
        checked(tmp_path / "b", WORDS)


@pytest.mark.parametrize("name", ["files/../x", "files//etc/passwd", "other/x", "files/", "files/a/../../x"])
def test_no_file_leaves_the_data_folder(name: str) -> None:
    with pytest.raises(InputError, match="no file of a data folder"):
        file_of(name)
