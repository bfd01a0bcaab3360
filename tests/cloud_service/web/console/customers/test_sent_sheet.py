import base64
import io
import zlib

import pytest
from flask import Flask
from werkzeug.datastructures import FileStorage

from cloud_service.sheets.files.sheet_file import FILE_MAX, SheetFile
from cloud_service.sheets.heads.columns import KINDS
from cloud_service.sheets.sheet import Sheet
from cloud_service.web.console.customers.sent_sheet import (
    is_kept,
    mended_cells,
    packed,
    said_columns,
    sent_file,
)
from common.errors import InputError
from tests.cloud_service.web.conftest import Console


@pytest.fixture
def app(console: Console) -> Flask:
    return console.app


def test_a_file_that_was_looked_at_comes_back_as_it_was(app: Flask) -> None:
    file = SheetFile("a.csv", "Straße;1".encode())
    with app.test_request_context(method="POST", data={"kept": packed(file), "kept_name": "a.csv"}):
        assert is_kept()
        assert file == sent_file(None)
    chosen = FileStorage(io.BytesIO(b"x"), "b.csv")
    with app.test_request_context(method="POST", data={"kept": packed(file)}):
        assert SheetFile("b.csv", b"x") == sent_file(chosen)


@pytest.mark.parametrize(
    ("form", "why"),
    [({}, "choose a file"), ({"kept": "%%"}, "lost on its way"), ({"kept": "eA=="}, "lost on its way"),
     ({"kept_job": "x"}, "lost on its way")],
)  # fmt: skip
def test_a_file_that_is_none_is_said(app: Flask, form: dict[str, str], why: str) -> None:
    with app.test_request_context(method="POST", data=form), pytest.raises(InputError, match=why):
        sent_file(None)


def test_a_packed_bomb_unfolds_no_further_than_a_file_may(app: Flask) -> None:
    bomb = base64.b64encode(zlib.compress(b"x" * (FILE_MAX * 3))).decode()
    with app.test_request_context(method="POST", data={"kept": bomb}):
        assert FILE_MAX + 1 == len(sent_file(None).content)


def test_columns_are_what_is_chosen_over_each_and_the_others_are_left_out(app: Flask) -> None:
    sheet = Sheet(("Wo", "Haus", "Wo"), ())
    with app.test_request_context(method="POST", data={"col.0": "point", "col.1": "site", "col.2": "point"}):
        columns = said_columns(KINDS["points"], sheet)
    assert {"site": "Haus", "point": "Wo", "utility": "-", "grid_id": "-", "under": "-"} == columns


def test_cells_that_were_mended_are_known_by_row_and_column(app: Flask) -> None:
    form = {"fix.3.email": " a@b.example ", "fix.x.email": "1", "fix.4.email": " ", "fix.1234567890.email": "1"}
    with app.test_request_context(method="POST", data=form):
        assert {(3, "email"): "a@b.example"} == mended_cells()
