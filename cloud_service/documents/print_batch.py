"""Many bills as one PDF for the printer: a cover list, then the bills in their order, each as it was made."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory

import pikepdf

from cloud_service.documents.letterhead import letterhead
from cloud_service.documents.paper import Party
from cloud_service.documents.theme import Theme
from cloud_service.documents.translations import Localizer, localizer_for
from cloud_service.documents.typesetter import typeset

TOGETHER = 100  # bills that are open at once; more are joined part by part


@dataclass(frozen=True, slots=True)
class BillToPrint:
    """A bill of the batch: what the cover list says of it, and how its PDF is fetched when its turn comes."""

    number: str
    name: str
    address: str
    pdf: Callable[[], bytes]


@dataclass(frozen=True, slots=True)
class BatchCover:
    """What the cover list says above its lines."""

    seller: Party
    day: date
    locale: str


def write_batch(bills: Iterable[BillToPrint], cover: BatchCover, theme: Theme, out: Path) -> int:
    """Write the PDF file; how many pages the bills have. The joining holds 0.3 MB a bill, the bills lie on disk."""
    rows: list[tuple[str, str, str, int]] = []
    with TemporaryDirectory(prefix="print-", dir=out.parent) as folder:
        parts = [
            _join(group, Path(folder) / f"part-{at}.pdf", rows) for at, group in enumerate(_files(bills, Path(folder)))
        ]
        first = Path(folder) / "cover.pdf"
        first.write_bytes(_cover(cover, theme, rows))
        whole = Path(folder) / "whole.pdf"
        _concatenate([first, *parts], whole)
        whole.replace(out)
    return sum(pages for *_, pages in rows)


def _files(bills: Iterable[BillToPrint], folder: Path) -> Iterator[Iterator[tuple[BillToPrint, Path]]]:
    remaining = iter(bills)
    while group := list(islice(remaining, TOGETHER)):
        yield ((bill, _on_disk(bill, folder / f"bill-{at}.pdf")) for at, bill in enumerate(group))


def _on_disk(bill: BillToPrint, path: Path) -> Path:
    path.write_bytes(bill.pdf())
    return path


def _join(bills: Iterable[tuple[BillToPrint, Path]], out: Path, rows: list[tuple[str, str, str, int]]) -> Path:
    """One file of some bills; their lines of the cover list join the rows."""
    files = []
    for bill, path in bills:
        with pikepdf.open(path) as pdf:
            rows.append((bill.number, bill.name, bill.address, len(pdf.pages)))
        files.append(path)
    return _concatenate(files, out)


def _concatenate(files: Sequence[Path], out: Path) -> Path:
    opened = [pikepdf.open(path) for path in files]
    try:
        with pikepdf.new() as whole:
            for pdf in opened:
                whole.pages.extend(pdf.pages)
            whole.save(out, deterministic_id=True)
    finally:
        for pdf in opened:
            pdf.close()
    return out


def _cover(cover: BatchCover, theme: Theme, rows: Sequence[tuple[str, str, str, int]]) -> bytes:
    localizer = localizer_for(cover.locale)
    title, day = localizer.label("print.title"), localizer.day(cover.day)
    pages = sum(row[3] for row in rows)
    view = {
        **letterhead(cover.seller, cover.seller, None, theme, localizer),
        "title": title,
        "heading": f"{title} {day}",
        "number": day,
        "continued": f"{title} {day}",
        "sums": localizer.label(
            "print.sums", bills=localizer.plain(Decimal(len(rows))), pages=localizer.plain(Decimal(pages))
        ),
        "head": _head(localizer),
        "rows": [
            {"number": number, "name": name, "address": ", ".join(address.splitlines()), "pages": str(count)}
            for number, name, address, count in rows
        ],
    }
    return typeset("print_list.typ", view, cover.day)


def _head(localizer: Localizer) -> list[str]:
    return [localizer.label(f"print.{name}") for name in ("number", "name", "address", "pages")]
