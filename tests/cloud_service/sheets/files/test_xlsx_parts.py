import io
import zipfile

import pytest

from cloud_service.sheets.files.xlsx_parts import error_cells, sound_parts
from common.errors import InputError

CELLS = (
    b'<sheetData><row r="2"><c r="AB2" s="1" t="e"><f>1/0</f><v>#DIV/0!</v></c><c r="C2"><v>1</v></c></row></sheetData>'
)
BOOK = b'<workbook><sheets><sheet name="A &amp; B" sheetId="1" r:id="rId7"/></sheets></workbook>'
RELATIONS = b'<Relationships><Relationship Id="rId7" Type="x" Target="worksheets/sheet1.xml"/></Relationships>'


def packed(**parts: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, inner in parts.items():
            archive.writestr(name, inner)
    return out.getvalue()


def test_a_formula_s_error_is_found_by_sheet_and_place() -> None:
    parts = sound_parts(
        packed(**{
            "xl/workbook.xml": BOOK, "xl/_rels/workbook.xml.rels": RELATIONS, "xl/worksheets/sheet1.xml": CELLS,
            "xl/media/picture.png": b"x",
        })
    )  # fmt: skip

    assert {"xl/workbook.xml", "xl/_rels/workbook.xml.rels", "xl/worksheets/sheet1.xml"} == set(parts)
    assert {"A & B": {(2, 28): "#DIV/0!"}} == error_cells(parts)


def test_parts_without_a_book_have_no_errors() -> None:
    assert {} == error_cells({"xl/worksheets/sheet1.xml": CELLS})


@pytest.mark.parametrize("place", [b"XFD1", b"A30000"])
def test_a_far_cell_is_refused(place: bytes) -> None:
    with pytest.raises(InputError, match="it has more than"):
        sound_parts(packed(**{"xl/worksheets/sheet1.xml": b'<c r="' + place + b'"/>'}))
