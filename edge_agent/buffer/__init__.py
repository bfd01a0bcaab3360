"""The gateway's buffer: what is committed here reaches the cloud, whatever happens in between."""

from edge_agent.buffer.errors import Damaged, DiskFull, InUse
from edge_agent.buffer.guard import BufferGuard
from edge_agent.buffer.ranges import Ranges
from edge_agent.buffer.row import BufferRow, BufferSample
from edge_agent.buffer.state import BufferStream
from edge_agent.buffer.store import Buffer

__all__ = [
    "Buffer",
    "BufferGuard",
    "BufferRow",
    "BufferSample",
    "BufferStream",
    "Damaged",
    "DiskFull",
    "InUse",
    "Ranges",
]
