"""Many bills as one PDF for the printer: a cover list a company, then its bills in their order, each as it was made."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory

from cloud_service.documents.letterhead import letterhead
from cloud_service.documents.paper import Party
from cloud_service.documents.printing.pdf_joiner import PdfJoiner
from cloud_service.documents.theme import Theme
from cloud_service.documents.translations import Localizer, localizer_for
from cloud_service.documents.typesetter import typeset


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


@dataclass(frozen=True, slots=True)
class BatchPart:
    """The bills of one company: its cover list in its look, then they."""

    cover: BatchCover
    theme: Theme
    bills: Iterable[BillToPrint]


def write_batch(parts: Iterable[BatchPart], out: Path) -> int:
    """Write the PDF file; how many pages the bills have. One bill is in memory at a time, whatever their number."""
    with TemporaryDirectory(prefix="print-", dir=out.parent) as folder:
        whole, piece = Path(folder) / "whole.pdf", Path(folder) / "piece.pdf"
        pages: list[int] = []
        count = 0
        with PdfJoiner(whole) as joiner:
            for batch_part in parts:
                bills, rows = _append(joiner, batch_part.bills, piece)
                piece.write_bytes(_cover(batch_part.cover, batch_part.theme, rows))
                pages += [*joiner.append(piece), *bills]
                count += len(bills)
            joiner.finish(pages)
        whole.replace(out)
    return count


def _append(
    joiner: PdfJoiner, bills: Iterable[BillToPrint], piece: Path
) -> tuple[list[int], list[tuple[str, str, str, int]]]:
    """The numbers of their pages, and their lines of the cover list."""
    pages: list[int] = []
    rows = []
    for bill in bills:
        piece.write_bytes(bill.pdf())
        numbers = joiner.append(piece)
        pages += numbers
        rows.append((bill.number, bill.name, bill.address, len(numbers)))
    return pages, rows


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
