"""Many PDFs joined into one file, one open at a time: what is written is forgotten but for where it lies.

qpdf holds every object of every source until it saves; here a thousand bills need as much memory as one. Fonts and
pictures that come again in the same bytes are written once.
"""

import hashlib
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, Self

import pikepdf

HEADER = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"  # the second line says that the file is binary
PAGE_ONLY = {"/StructParents", "/Tabs"}  # they point into a structure tree that is not taken along
INHERITED = ("/Resources", "/MediaBox", "/CropBox", "/Rotate")


class PdfJoiner:
    """A PDF that grows: `append` writes the pages of a file and returns their numbers, `close` puts them in order."""

    def __init__(self, out: Path) -> None:
        self._file: BinaryIO = out.open("wb")
        self._offsets: list[int] = []
        self._same: dict[bytes, int] = {}
        self._digest = hashlib.sha256()
        self._write(HEADER)
        self._pages_node = self._number()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    def append(self, path: Path) -> list[int]:
        """The numbers of the pages, to be handed to `finish` in the order in which they are wanted."""
        with pikepdf.open(path) as pdf:
            copy = _Copy(self)
            numbers = [copy.page(page.obj, _inherited(page.obj)) for page in pdf.pages]
            copy.rest()
        return numbers

    def finish(self, pages: list[int]) -> None:
        """Write the tree of pages and the table of where each object lies."""
        kids = b" ".join(b"%d 0 R" % number for number in pages)
        self.put(self._pages_node, b"<< /Type /Pages /Count %d /Kids [%s] >>" % (len(pages), kids))
        catalog = self._number()
        self.put(catalog, b"<< /Type /Catalog /Pages %d 0 R >>" % self._pages_node)
        table = self._file.tell()
        entries = b"".join(b"%010d 00000 n \n" % offset for offset in self._offsets)
        size, name = len(self._offsets) + 1, self._digest.hexdigest()[:32].encode()
        self._file.write(b"xref\n0 %d\n0000000000 65535 f \n%s" % (size, entries))
        self._file.write(b"trailer\n<< /Size %d /Root %d 0 R /ID [<%s> <%s>] >>\n" % (size, catalog, name, name))
        self._file.write(b"startxref\n%d\n%%%%EOF\n" % table)
        self._file.flush()

    def number(self) -> int:
        """A number for an object that is written later."""
        return self._number()

    def put(self, number: int, body: bytes) -> None:
        """Write an object."""
        self._offsets[number - 1] = self._file.tell()
        self._write(b"%d 0 obj\n%s\nendobj\n" % (number, body))

    def put_once(self, body: bytes) -> int:
        """Write an object that refers to no other, unless the same bytes are there; its number."""
        key = hashlib.sha256(body).digest()
        if key not in self._same:
            self._same[key] = self._number()
            self.put(self._same[key], body)
        return self._same[key]

    @property
    def pages_node(self) -> int:
        """The number of the tree that every page hangs on."""
        return self._pages_node

    def _number(self) -> int:
        self._offsets.append(0)
        return len(self._offsets)

    def _write(self, data: bytes) -> None:
        self._file.write(data)
        self._digest.update(data)


class _Copy:
    """The objects of one source on their way into the joined file, each once."""

    def __init__(self, joiner: PdfJoiner) -> None:
        self._joiner = joiner
        self._numbers: dict[tuple[int, int], int] = {}
        self._waiting: list[tuple[int, Any]] = []

    def page(self, page: Any, inherited: dict[str, Any]) -> int:
        """Take a page along, hung on the tree of the joined file."""
        number = self._reserved(page)
        entries = {**inherited, **dict(page.items())}
        tokens = [
            b"%s %s" % (_name(key), self._word(value))
            for key, value in entries.items()
            if key not in PAGE_ONLY and key != "/Parent"
        ]
        self._joiner.put(number, b"<< %s /Parent %d 0 R >>" % (b" ".join(tokens), self._joiner.pages_node))
        return number

    def rest(self) -> None:
        """Write what the pages refer to, and what that refers to."""
        while self._waiting:
            number, value = self._waiting.pop()
            self._joiner.put(number, self._body(value))

    def _reserved(self, value: Any) -> int:
        number = self._numbers.get(value.objgen)
        if number is None:
            number = self._numbers[value.objgen] = self._joiner.number()
        return number

    def _reference(self, value: Any) -> int:
        number = self._numbers.get(value.objgen)
        if number is not None:
            return number
        if isinstance(value, pikepdf.Stream) and not any(_refers(inner) for _key, inner in _entries(value)):
            self._numbers[value.objgen] = self._joiner.put_once(self._body(value))
        else:
            self._waiting.append((self._reserved(value), value))
        return self._numbers[value.objgen]

    def _body(self, value: Any) -> bytes:
        if not isinstance(value, pikepdf.Stream):
            return self._inner(value)
        raw = value.read_raw_bytes()
        tokens = b" ".join(b"%s %s" % (_name(key), self._word(inner)) for key, inner in _entries(value))
        return b"<< %s /Length %d >>\nstream\n%s\nendstream" % (tokens, len(raw), raw)

    def _word(self, value: Any) -> bytes:
        if isinstance(value, pikepdf.Object) and value.is_indirect:
            return b"%d 0 R" % self._reference(value)
        return self._inner(value)

    def _inner(self, value: Any) -> bytes:
        if isinstance(value, pikepdf.Dictionary):
            return b"<< %s >>" % b" ".join(b"%s %s" % (_name(key), self._word(inner)) for key, inner in value.items())
        if isinstance(value, pikepdf.Array):
            return b"[ %s ]" % b" ".join(self._word(inner) for inner in value)
        return _scalar(value)


def _entries(stream: Any) -> Iterator[tuple[str, Any]]:
    """The dictionary of a stream; its length is known when it is written."""
    return ((key, value) for key, value in stream.stream_dict.items() if key != "/Length")


def _refers(value: Any) -> bool:
    if isinstance(value, pikepdf.Object) and value.is_indirect:
        return True
    if isinstance(value, pikepdf.Dictionary):
        return any(_refers(inner) for _key, inner in value.items())
    return isinstance(value, pikepdf.Array) and any(_refers(inner) for inner in value)


def _name(key: str) -> bytes:
    return bytes(pikepdf.Name(key).unparse())


def _scalar(value: Any) -> bytes:
    if isinstance(value, pikepdf.Object):
        return bytes(value.unparse())
    if value is None:
        return b"null"
    if isinstance(value, bool):
        return b"true" if value else b"false"
    return f"{value:f}".encode() if isinstance(value, Decimal) else str(value).encode()


def _inherited(page: Any) -> dict[str, Any]:
    """What a page has from the nodes above it."""
    entries: dict[str, Any] = {}
    node = page
    while (node := node.get("/Parent")) is not None:
        entries = {key: node[key] for key in INHERITED if key in node} | entries
    return entries
