"""Many bills in one file for the printer, read back."""

import resource
from dataclasses import replace
from datetime import date
from pathlib import Path

import pypdf
import pytest

from cloud_service.documents import invoice_pdf
from cloud_service.documents.printing.print_batch import BatchCover, BatchPart, BillToPrint, write_batch
from cloud_service.documents.theme import Theme
from tests.cloud_service.documents.papers import SELLER, make_paper

COVER = BatchCover(SELLER, date(2026, 11, 5), "en")


def bill(number: str, name: str = "Amina", address: str = "Road 1\nKisumu") -> BillToPrint:
    return BillToPrint(number, name, address, lambda: invoice_pdf.render(make_paper(number=number), Theme()))


def pages_of(path: Path) -> list[str]:
    return [page.extract_text() for page in pypdf.PdfReader(path).pages]


def test_a_cover_list_comes_first_then_the_bills_in_their_order(tmp_path: Path) -> None:
    pages = write_batch([BatchPart(COVER, Theme(), [bill("B-2"), bill("B-1", "Zoe")])], tmp_path / "out.pdf")
    cover, *bills = pages_of(tmp_path / "out.pdf")

    assert f"2 bills, {pages} pages" in cover
    assert cover.index("B-2") < cover.index("B-1")
    assert "Zoe" in cover
    assert "Road 1, Kisumu" in " ".join(cover.split())
    assert pages == len(bills)
    assert ["B-2", "B-1"] == [number for number in ("B-2", "B-1") if any(number in page for page in bills)]
    assert "B-2" in bills[0]
    assert [tmp_path / "out.pdf"] == list(tmp_path.iterdir())


def test_each_company_has_a_cover_before_its_bills(tmp_path: Path) -> None:
    other = BatchCover(replace(SELLER, name="Other Energy"), COVER.day, "de")
    parts = [BatchPart(COVER, Theme(), [bill("B-1")]), BatchPart(other, Theme(), [bill("C-1"), bill("C-2")])]
    count = write_batch(parts, tmp_path / "out.pdf")
    pages = pages_of(tmp_path / "out.pdf")
    first, second = [at for at, page in enumerate(pages) if "Road 1, Kisumu" in " ".join(page.split())]

    assert (0, count + 2) == (first, len(pages))
    assert SELLER.name in pages[first]
    assert "Other Energy" in pages[second]
    assert "C-1" not in pages[first]
    assert "B-1" in pages[first + 1]
    assert "C-1" in pages[second + 1]


def test_memory_does_not_grow_with_the_bills(tmp_path: Path) -> None:
    made = [invoice_pdf.render(make_paper(number=f"B-{at}"), Theme()) for at in range(3)]

    def written(count: int) -> int:
        bills = (BillToPrint(f"B-{at}", "Amina", "", lambda at=at: made[at % 3]) for at in range(count))  # type: ignore[misc]
        write_batch([BatchPart(COVER, Theme(), bills)], tmp_path / "out.pdf")
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

    few = written(20)
    assert written(400) - few < 50_000  # kB, the cover list; all of them open at once took 90,000


def test_a_bill_that_cannot_be_made_leaves_no_file(tmp_path: Path) -> None:
    def broken() -> bytes:
        raise RuntimeError("no theme")

    with pytest.raises(RuntimeError):
        write_batch([BatchPart(COVER, Theme(), [BillToPrint("B-1", "Amina", "", broken)])], tmp_path / "out.pdf")
    assert [] == list(tmp_path.iterdir())
