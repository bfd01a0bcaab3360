"""Readings as evidence: which registers there are, rows in by COPY, the days they touch, the reading that counts.

Columns go to PostgreSQL as one block of binary COPY that numpy lays out: no Python object per reading.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Any
from uuid import UUID

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import text
from sqlalchemy.orm import Session

from cloud_service.store.database.bulk_rows import driver
from common.reading import Quality

Ints = NDArray[np.int64]

POSTGRES_EPOCH_MS = 946_684_800_000  # 2000-01-01T00:00Z, where PostgreSQL counts from
COPY_HEADER = b"PGCOPY\n\xff\r\n\0" + bytes(8)
COPY_TRAILER = b"\xff\xff"
BLOCK_ROWS = 16_384  # some 1.3 MB
COLUMNS = ("register_id", "at", "value", "quality", "time_quality", "source", "sequence", "step_s")
_BYTES = {"quality": 2, "time_quality": 2, "step_s": 4}  # all others have eight
_ROW = np.dtype(
    [("fields", ">i2")]
    + [
        part
        for name in COLUMNS
        for size in (_BYTES.get(name, 8),)
        for part in ((f"{name}_size", ">i4"), (name, f">i{size}"))
    ]
)
_TEMPLATE = np.zeros(1, dtype=_ROW)
_TEMPLATE["fields"] = len(COLUMNS)
for _name in COLUMNS:
    _TEMPLATE[f"{_name}_size"] = _ROW[_name].itemsize

COPY = f"COPY reading ({', '.join(COLUMNS)}) FROM STDIN (FORMAT binary)"
REGISTERS = text("""
SELECT r.id, t.name AS meter, r.name, r.unit, r.kind, r.step_s, coalesce(
  (SELECT s.timezone FROM meter_mount m JOIN service_point p ON p.id = m.service_point_id
     JOIN site s ON s.id = p.site_id WHERE m.meter_id = t.id ORDER BY m.during DESC LIMIT 1), :zone) AS zone
  FROM register r JOIN meter t ON t.id = r.meter_id WHERE t.name = ANY(:meters)
""")
DIFFERENT = """
SELECT n.i - 1 FROM unnest(%s::bigint[], %s::timestamptz[], %s::bigint[], %s::bigint[], %s::smallint[])
       WITH ORDINALITY AS n(register_id, at, sequence, value, quality, i)
  LEFT JOIN reading r ON r.register_id = n.register_id AND r.at = n.at AND r.source = %s AND r.sequence = n.sequence
 WHERE r.value IS DISTINCT FROM n.value OR r.quality IS DISTINCT FROM n.quality
"""


@dataclass(frozen=True, slots=True)
class ReadingColumns:
    """Readings as columns of equal length; `at_ms` in UTC, values in thousandths."""

    register_id: Ints
    at_ms: Ints
    value: Ints
    quality: NDArray[np.int16]
    time_quality: NDArray[np.int16]
    source: Ints
    sequence: Ints
    step_s: NDArray[np.int32]

    def __len__(self) -> int:
        return len(self.value)

    def where(self, mask: NDArray[Any]) -> "ReadingColumns":
        """The rows that a mask or an array of places names."""
        return ReadingColumns(*(getattr(self, name)[mask] for name in self.__slots__))


def joined(blocks: Sequence[ReadingColumns]) -> ReadingColumns:
    """All rows of several blocks."""
    if len(blocks) == 1:
        return blocks[0]
    return ReadingColumns(
        *(np.concatenate([getattr(block, name) for block in blocks]) for name in ReadingColumns.__slots__)
    )


@dataclass(frozen=True, slots=True)
class StoredRegister:
    """A register under the names by which a gateway or a file asks for it."""

    id: int
    meter: str
    name: str
    unit: str
    kind: str  # index, interval, maximum or instant
    step_s: int  # of its intervals and of its days, in seconds
    zone: str  # IANA name of the site where its meter is mounted
    digits: int | None = None  # before the point


def registers_of(session: Session, meters: Iterable[str], zone: str = "UTC") -> dict[tuple[str, str], StoredRegister]:
    """Registers by (meter name, register name); `zone` is for meters that are not mounted anywhere."""
    rows = session.execute(REGISTERS, {"meters": sorted(set(meters)), "zone": zone}).mappings()
    return {(row["meter"], row["name"]): StoredRegister(**row) for row in rows}


def insert(session: Session, rows: ReadingColumns) -> None:
    """Append readings; the caller has made sure that they are new. A key that is there already is an error."""
    if not len(rows):
        return
    ensure_months(session, rows.at_ms)
    with driver(session).cursor() as cursor, cursor.copy(COPY) as copy:
        for block in copy_blocks(rows):
            copy.write(block)


def copy_blocks(rows: ReadingColumns) -> Iterator[bytes]:
    """The rows as blocks of binary COPY in the order of their key, which costs PostgreSQL a fifth less.

    One order for all also means that no two processes wait for each other's keys in turn. PostgreSQL works on a block
    while the next one is laid out.
    """
    order = np.lexsort((rows.at_ms, rows.register_id))
    yield COPY_HEADER
    for first in range(0, len(rows), BLOCK_ROWS):
        yield laid_out(rows.where(order[first : first + BLOCK_ROWS]))
    yield COPY_TRAILER


def laid_out(rows: ReadingColumns) -> bytes:
    """The rows as binary COPY has them between its header and its trailer."""
    block = np.repeat(_TEMPLATE, len(rows))
    for name in COLUMNS:
        block[name] = (rows.at_ms - POSTGRES_EPOCH_MS) * 1000 if name == "at" else getattr(rows, name)
    return block.tobytes()


def differing(session: Session, rows: ReadingColumns) -> list[int]:
    """Places of those rows, ascending, that are not stored exactly so: other value or quality, or not there at all."""
    differing_places: list[int] = []
    for source in np.unique(rows.source).tolist():
        places = np.flatnonzero(rows.source == source)
        of_source = rows.where(places)
        instants = [datetime.fromtimestamp(0, tz=UTC) + timedelta(milliseconds=ms) for ms in of_source.at_ms.tolist()]
        with driver(session).cursor() as cursor:
            cursor.execute(
                DIFFERENT,
                (
                    of_source.register_id.tolist(),
                    instants,
                    of_source.sequence.tolist(),
                    of_source.value.tolist(),
                    of_source.quality.tolist(),
                    source,
                ),
            )
            differing_places += [int(places[row[0]]) for row in cursor]
    return sorted(differing_places)


COUNTED = text("""
SELECT CASE WHEN quality <> :missing THEN value END FROM reading_kept WHERE register_id = :register AND at = :at
 ORDER BY source = 0 DESC, received_at DESC, sequence DESC LIMIT 1
""")


@lru_cache(maxsize=1024)
def _month_of(day_number: int) -> date:
    return (date(1970, 1, 1) + timedelta(days=day_number)).replace(day=1)


def months_of(at_ms: Ints) -> set[date]:
    """The months, by their first day, that these instants lie in."""
    return {_month_of(day) for day in np.unique(at_ms // 86_400_000).tolist()}


def months_between(first_ms: int, last_ms: int) -> frozenset[date]:
    """All months from one instant to another."""
    return frozenset(_month_of(day) for day in range(first_ms // 86_400_000, last_ms // 86_400_000 + 1))


def ensure_months(session: Session, at_ms: Ints) -> None:
    """Make the partitions that these instants need."""
    make_months(session, months_of(at_ms))


def make_months(session: Session, months: Iterable[date]) -> None:
    """Make partitions; those that are there stay as they are."""
    for month in sorted(months):
        session.execute(text("SELECT ensure_reading_month(:month)"), {"month": month})


def counted_at(session: Session, register_id: int, at: datetime) -> int | None:
    """What a register was said to count at an instant, in thousandths: by hand before as received, the newest first."""
    value: int | None = session.execute(
        COUNTED, {"register": register_id, "at": at, "missing": int(Quality.MISSING)}
    ).scalar_one_or_none()
    return value


def add_note(session: Session, author: str, reason: str, key: UUID | None = None) -> int:
    """Who enters readings by hand, and why; the id is their sequence. `key` is of an entry that is sent once."""
    values = {"author": author, "reason": reason, "key": key}
    statement = text(
        "INSERT INTO reading_note (author, reason, client_key) VALUES (:author, :reason, :key) RETURNING id"
    )
    return int(session.execute(statement, values).scalar_one())
