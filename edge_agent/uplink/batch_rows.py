"""Rows of the buffer as the columns of a batch: each with its time, as far as times are known; pure."""

from array import array

from common.message import Rows
from edge_agent.buffer import Buffer, BufferRow
from edge_agent.buffer.row import QUALITY_FLAGS, TIME_FLAGS, TIME_SHIFT, UNKNOWN_FLAG


def dated_rows(buffer: Buffer, rows: list[BufferRow]) -> list[BufferRow]:
    """The rows up to the first whose time is not known yet, each with its time (milliseconds since 1970)."""
    if not any(row.flags & TIME_FLAGS == UNKNOWN_FLAG for row in rows):
        return rows
    dated = []
    for row in rows:
        when = buffer.dated(row)
        if when is None:
            break
        dated.append(row._replace(at_ms=when[0], flags=row.flags & ~TIME_FLAGS | when[1] << TIME_SHIFT))
    return dated


def wire_columns(rows: list[BufferRow]) -> Rows:
    """Absolute columns, one entry a row: values in thousandths of the channel's unit, one byte for each quality."""
    flags = [row.flags for row in rows]
    return Rows(
        sequence=array("q", [row.sequence for row in rows]),
        channel=array("q", [row.channel for row in rows]),
        at_ms=array("q", [row.at_ms for row in rows]),
        value=array("q", [row.value for row in rows]),
        quality=bytes([each & QUALITY_FLAGS for each in flags]),
        time_quality=bytes([(each & TIME_FLAGS) >> TIME_SHIFT for each in flags]),
    )
