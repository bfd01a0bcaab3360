"""Make room in the buffer: old receipted rows, then fine readings. Billing readings never go without a receipt."""

from common.errors import EnergyError
from common.reading import TimeQuality
from edge_agent.buffer.file import our_errors
from edge_agent.buffer.ranges import Ranges
from edge_agent.buffer.reading_table import ids_of
from edge_agent.buffer.row import SEQUENCE_MASK, BufferRow
from edge_agent.buffer.state import DAMAGED, THINNED
from edge_agent.buffer.store import Buffer

EVER_MS = 2**62


def prune(buffer: Buffer, before_ms: int, limit: int = 5000) -> int:
    """Delete the oldest receipted rows that were taken before an instant; how many went."""
    gone = 0
    for stream in list(buffer.streams.values()):
        ids = ids_of(stream.number, 1, stream.done.prefix)
        query = "SELECT id, channel, boot, mono_ms, at_ms, value, flags FROM reading WHERE id BETWEEN ? AND ? LIMIT ?"
        with our_errors():
            rows = [BufferRow(*row) for row in buffer.connection.execute(query, (*ids, limit - gone))]
        older = _older(buffer, rows, before_ms)
        if older:
            last = rows[older - 1].sequence
            buffer.fresh = ()
            with buffer.commit() as connection:
                connection.execute("DELETE FROM reading WHERE id BETWEEN ? AND ?", (ids[0], last))
            for reason, ranges in stream.voids.items():  # what is older than all that is kept needs no explanation
                if reason != DAMAGED:
                    ranges.remove(1, last & SEQUENCE_MASK)
            gone += older
    return gone


def _older(buffer: Buffer, rows: list[BufferRow], before_ms: int) -> int:
    """How many rows from the first on are older; one without a known time is if a later one with one is."""
    older = 0
    for number, row in enumerate(rows, 1):
        when = buffer.dated(row)
        if when is None or when[1] == TimeQuality.UNKNOWN:
            continue
        if when[0] >= before_ms:
            break
        older = number
    return len(rows) if before_ms >= EVER_MS else older


def thin(buffer: Buffer, *, before_ms: int = EVER_MS, limit: int = 5000) -> int:
    """Delete the oldest readings without receipt that no bill needs; how many went. They become void."""
    gone = 0
    for stream in list(buffer.streams.values()):
        ids = ids_of(stream.number, stream.done.prefix + 1, stream.last)
        with our_errors():
            oldest = buffer.connection.execute("SELECT at_ms FROM reading WHERE id >= ? LIMIT 1", ids[:1]).fetchone()
            if oldest is None or oldest[0] >= before_ms:
                continue
            condition = "flags & 64 = 0 AND at_ms < ? AND (? OR flags & 56 <> 24)"  # 24: its time is not known
            query = f"SELECT id FROM reading WHERE id BETWEEN ? AND ? AND {condition} LIMIT ?"  # noqa: S608
            values = (*ids, before_ms, before_ms >= EVER_MS, limit - gone)
            fine_ids = [row[0] for row in buffer.connection.execute(query, values)]
        if fine_ids:
            buffer.fresh = ()
            before = [(reason, Ranges(ranges)) for reason, ranges in stream.voids.items()]
            try:
                with buffer.commit() as connection:
                    connection.executemany("DELETE FROM reading WHERE id = ?", ((number,) for number in fine_ids))
                    for number in fine_ids:
                        stream.void(THINNED).add(number & SEQUENCE_MASK, number & SEQUENCE_MASK)
                    buffer.thinned += len(fine_ids)
                    buffer.dirty = True
                    buffer.write_state(connection)
            except EnergyError:
                stream.voids = dict(before)
                buffer.thinned -= len(fine_ids)
                raise
            gone += len(fine_ids)
    return gone
