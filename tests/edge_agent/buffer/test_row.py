"""One stored reading and the checksum that proves it unchanged."""

import struct
from hashlib import blake2b

from edge_agent.buffer.row import BufferRow, checksum, checksums


def test_a_rounds_checksums_are_those_of_its_rows_one_by_one_and_of_every_older_file() -> None:
    rows = [BufferRow(1, 2, 3, 4, 1_790_000_000_000, -5, 64), BufferRow(2, 2, 3, 4, 1_790_000_000_100, 2**53, 0)]

    assert tuple(checksum(77, row) for row in rows) == checksums(77, rows)
    assert struct.unpack("<q", blake2b(struct.pack("<QqqqqqqQ", 77, *rows[0]), digest_size=8).digest()) == (
        checksum(77, rows[0]),
    )
