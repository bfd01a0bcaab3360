"""The gateway's buffer: what is committed here reaches the cloud, whatever happens in between."""

from edge_agent.buffer.errors import Damaged, DiskFull, InUse
from edge_agent.buffer.keeper import Keeper
from edge_agent.buffer.ranges import Ranges
from edge_agent.buffer.row import Row, Sample
from edge_agent.buffer.state import Stream
from edge_agent.buffer.store import Buffer

__all__ = [
    "Buffer",
    "Damaged",
    "DiskFull",
    "InUse",
    "Keeper",
    "Ranges",
    "Row",
    "Sample",
    "Stream",
]
