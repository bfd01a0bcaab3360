"""PDFs joined object by object, read back by two other libraries."""

import io
from pathlib import Path

import pikepdf
import pypdf

from cloud_service.documents import invoice_pdf
from cloud_service.documents.printing.pdf_joiner import PdfJoiner
from cloud_service.documents.theme import Theme
from tests.cloud_service.documents.papers import make_paper


def joined(tmp_path: Path, *bodies: bytes, backwards: bool = False) -> Path:
    out, one = tmp_path / "out.pdf", tmp_path / "one.pdf"
    with PdfJoiner(out) as joiner:
        pages: list[int] = []
        for body in bodies:
            one.write_bytes(body)
            pages = [*joiner.append(one), *pages] if backwards else [*pages, *joiner.append(one)]
        joiner.finish(pages)
    return out


def texts(body: bytes) -> list[str]:
    return [page.extract_text() for page in pypdf.PdfReader(io.BytesIO(body)).pages]


def bill(number: str) -> bytes:
    return invoice_pdf.render(make_paper(number=number), Theme())


def test_every_page_says_what_it_said_and_no_library_complains(tmp_path: Path) -> None:
    bodies = [bill(f"B-{at}") for at in range(3)]
    out = joined(tmp_path, *bodies)

    assert [text for body in bodies for text in texts(body)] == texts(out.read_bytes())
    with pikepdf.open(out) as pdf:
        assert [] == pdf.check_pdf_syntax()


def test_pages_stand_in_the_order_that_is_asked_for(tmp_path: Path) -> None:
    first, second = bill("B-1"), bill("B-2")

    assert [*texts(second), *texts(first)] == texts(joined(tmp_path, first, second, backwards=True).read_bytes())


def test_equal_fonts_and_pictures_are_written_once_and_equal_files_give_equal_bytes(tmp_path: Path) -> None:
    one = bill("B-1")
    single = joined(tmp_path, one).stat().st_size
    many = joined(tmp_path, *[one] * 10)

    assert many.stat().st_size < single * 3
    assert many.read_bytes() == joined(tmp_path, *[one] * 10).read_bytes()


def test_what_a_page_inherits_comes_along(tmp_path: Path) -> None:
    pdf = pikepdf.new()
    pdf.add_blank_page(page_size=(300, 400))
    page = pdf.pages[0].obj
    page.Rotate = 90
    for key in ("/MediaBox", "/Rotate"):
        pdf.Root.Pages[key] = page[key]
        del page[key]
    page.Words = pikepdf.Array(
        [pikepdf.String("(a) \\ é"), True, None, 1, pikepdf.Name("/A#20B"), pikepdf.String(b"\x00\xff")]
    )
    page.Twin = page.Words = pdf.make_indirect(page.Words)
    page.Self = pdf.make_indirect(pikepdf.Dictionary(Page=page))
    buffer = io.BytesIO()
    pdf.save(buffer)
    with pikepdf.open(joined(tmp_path, buffer.getvalue())) as again:
        taken = again.pages[0].obj
        assert ([0, 0, 300, 400], 90) == ([int(side) for side in taken.MediaBox], int(taken.Rotate))
        assert taken.Twin.objgen == taken.Words.objgen
        assert taken.Self.Page.objgen == taken.objgen
        assert ["(a) \\ é", True, None, 1] == [
            str(word) if isinstance(word, pikepdf.String) else word for word in list(taken.Words)[:4]
        ]
        assert (pikepdf.Name("/A#20B"), b"\x00\xff") == (taken.Words[4], bytes(taken.Words[5]))
