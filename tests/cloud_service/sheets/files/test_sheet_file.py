import pytest

from cloud_service.sheets.files.sheet_file import FILE_MAX, SheetFile
from common.errors import InputError


def test_a_file_is_known_by_its_bytes_and_not_by_its_name() -> None:
    assert SheetFile("a.xlsx", b"a;b\n1;2\n").read().head == ("a", "b")
    assert SheetFile("a", b"x").sha256 == SheetFile("b", b"x").sha256


def test_a_file_that_is_too_long_is_refused_unread() -> None:
    with pytest.raises(InputError, match="more than 10 MB"):
        SheetFile("a.csv", b"x" * (FILE_MAX + 1)).read()
