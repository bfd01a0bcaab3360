"""Read rows out of a damaged buffer file, page by page, without asking SQLite.

Every row carries its own checksum, so whatever bytes look like a row and verify are one; the structure around them may
be damaged in any way. Pages of the write-ahead log count too.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path

from edge_agent.buffer.row import SEQUENCE_MASK, STREAM_SHIFT, BufferRow, checksum

TABLE_LEAF = 0x0D
COLUMNS = 8
INT_SIZES = {0: 0, 1: 1, 2: 2, 3: 3, 4: 4, 5: 6, 6: 8, 8: 0, 9: 0}
DEFAULT_PAGE_SIZE = 4096
WAL_HEADER_SIZE, WAL_FRAME_HEADER_SIZE = 32, 24
PAYLOAD_MIN, PAYLOAD_MAX = 9, 80


def scan(folder: Path, epochs: Mapping[int, int]) -> Iterator[tuple[int, BufferRow]]:
    """(stream number, row) of every row that verifies, in no order and possibly several times."""
    for path in sorted(folder.glob("buffer.db*")):
        for page in _pages(path):
            yield from _page_rows(page, epochs)


def _pages(path: Path) -> Iterator[bytes]:
    """Pages of a database or write-ahead log; what is cut off at the end comes padded with zeros."""
    skip, head = (WAL_FRAME_HEADER_SIZE, WAL_HEADER_SIZE) if path.name.endswith("-wal") else (0, 0)
    with path.open("rb") as file:
        start = file.read(32)
        size = int.from_bytes(start[8:12] if head else start[16:18], "big")
        if size not in (512, 1024, 2048, 4096, 8192, 16384, 32768):
            size = DEFAULT_PAGE_SIZE
        file.seek(head)
        while frame := file.read(skip + size):
            if any(page := frame[skip:]):
                yield page.ljust(size, b"\0")


def _page_rows(page: bytes, epochs: Mapping[int, int]) -> Iterator[tuple[int, BufferRow]]:
    """Rows of one page: where its cell pointers say, or, if they cannot all be right, wherever one is found."""
    rows, whole = _rows_at(page, _pointers(page), epochs)
    if not whole:
        rows, _ = _rows_at(page, range(len(page) - PAYLOAD_MIN), epochs)
    yield from rows


def _pointers(page: bytes) -> list[int]:
    if page[0] != TABLE_LEAF:
        return []
    count = int.from_bytes(page[3:5], "big")
    return [int.from_bytes(page[at : at + 2], "big") for at in range(8, min(8 + 2 * count, len(page) - 1), 2)]


def _rows_at(
    page: bytes, places: "list[int] | range", epochs: Mapping[int, int]
) -> tuple[list[tuple[int, BufferRow]], bool]:
    rows, whole = [], bool(places)
    for place in places:
        cell = _cell(page, place)
        row = _verified(cell, epochs) if cell else None
        if row:
            rows.append(row)
        else:
            whole = False
    return rows, whole


def _verified(cell: list[int], epochs: Mapping[int, int]) -> tuple[int, BufferRow] | None:
    number = cell[0] >> STREAM_SHIFT
    row = BufferRow(cell[0] & SEQUENCE_MASK, *cell[1:7])
    try:
        return (number, row) if number in epochs and checksum(epochs[number], row) == cell[7] else None
    except Exception:  # noqa: BLE001  struct refuses numbers that no row has: then it is none
        return None


def _cell(page: bytes, place: int) -> list[int] | None:
    """The row id and seven integers of a table cell, or None if there is none of ours at this place."""
    if not 0 < place < len(page) - PAYLOAD_MIN or not PAYLOAD_MIN <= page[place] <= PAYLOAD_MAX:
        return None
    end = place + 1
    row_id = 0
    for end in range(place + 1, min(place + 9, len(page))):
        row_id = row_id << 7 | page[end] & 0x7F
        if page[end] < 0x80:  # noqa: PLR2004  the continuation bit of SQLite's varint
            break
    types = page[end + 1 : end + 2 + COLUMNS]
    if len(types) != COLUMNS + 1 or types[0] != COLUMNS + 1 or types[1] != 0:
        return None
    at, values = end + 2 + COLUMNS, [row_id]
    for kind in types[2:]:
        if kind not in INT_SIZES:
            return None
        size = INT_SIZES[kind]
        values.append(int.from_bytes(page[at : at + size], "big", signed=True) if size else int(kind == 9))  # noqa: PLR2004  serial type 9 is the constant 1
        at += size
    return values
