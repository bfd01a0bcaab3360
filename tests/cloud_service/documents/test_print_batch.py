"""Many bills in one file for the printer, read back."""

import resource
from datetime import date
from pathlib import Path

import pypdf
import pytest

from cloud_service.documents import invoice_pdf, print_batch
from cloud_service.documents.print_batch import BatchCover, BillToPrint, write_batch
from cloud_service.documents.theme import Theme
from tests.cloud_service.documents.papers import SELLER, make_paper

COVER = BatchCover(SELLER, date(2026, 11, 5), "en")


def bill(number: str, name: str = "Amina", address: str = "Road 1\nKisumu") -> BillToPrint:
    return BillToPrint(number, name, address, lambda: invoice_pdf.render(make_paper(number=number), Theme()))


def pages_of(path: Path) -> list[str]:
    return [page.extract_text() for page in pypdf.PdfReader(path).pages]


def test_a_cover_list_comes_first_then_the_bills_in_their_order(tmp_path: Path) -> None:
    pages = write_batch([bill("B-2"), bill("B-1", "Zoe")], COVER, Theme(), tmp_path / "out.pdf")
    cover, *bills = pages_of(tmp_path / "out.pdf")

    assert f"2 bills, {pages} pages" in cover
    assert cover.index("B-2") < cover.index("B-1")
    assert "Zoe" in cover
    assert "Road 1, Kisumu" in " ".join(cover.split())
    assert pages == len(bills)
    assert ["B-2", "B-1"] == [number for number in ("B-2", "B-1") if any(number in page for page in bills)]
    assert "B-2" in bills[0]
    assert [tmp_path / "out.pdf"] == list(tmp_path.iterdir())


def test_more_bills_than_are_open_at_once_are_joined_in_parts(tmp_path: Path) -> None:
    made = invoice_pdf.render(make_paper(), Theme())
    bills = [BillToPrint(f"B-{at}", "Amina", "", lambda: made) for at in range(print_batch.TOGETHER + 5)]
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    pages = write_batch(iter(bills), COVER, Theme(), tmp_path / "out.pdf")

    covers = len(pypdf.PdfReader(tmp_path / "out.pdf").pages) - pages
    assert covers >= 2
    assert pages % len(bills) == 0
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 200_000  # kB


def test_a_bill_that_cannot_be_made_leaves_no_file(tmp_path: Path) -> None:
    def broken() -> bytes:
        raise RuntimeError("no theme")

    with pytest.raises(RuntimeError):
        write_batch([BillToPrint("B-1", "Amina", "", broken)], COVER, Theme(), tmp_path / "out.pdf")
    assert [] == list(tmp_path.iterdir())
