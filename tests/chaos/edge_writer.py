"""Commits known readings as an agent does and says after each commit how far it came: for tests that cut the power.

python edge_writer.py FOLDER ROUNDS SYNCHRONOUS ACKNOWLEDGED-FILE [no-receipts [whole|believing]]

`believing` is broken on purpose: a commit that fails is taken for one.
"""

import contextlib
import os
import sqlite3
import sys
import time
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from common.errors import EnergyError
from edge_agent.buffer import Buffer
from tests.chaos.edge_faults import METERS, new_keeper, round_of


@contextlib.contextmanager
def believed(buffer: Buffer) -> Iterator[sqlite3.Connection]:
    buffer.connection.execute("BEGIN IMMEDIATE")
    yield buffer.connection
    with contextlib.suppress(sqlite3.Error):
        buffer.connection.execute("COMMIT")
    with contextlib.suppress(sqlite3.Error):
        if buffer.connection.in_transaction:
            buffer.connection.execute("ROLLBACK")


def main() -> None:
    folder, rounds, synchronous, acknowledged = Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3], sys.argv[4]
    if sys.argv[6:] == ["believing"]:
        Buffer.commit = believed  # type: ignore[method-assign, assignment]
    guard = new_keeper(folder, synchronous=synchronous)
    journal = os.open(acknowledged, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    for number in range(rounds):
        last = (number + 1) * METERS
        try:
            guard.append(round_of(number * METERS + 1))
        except EnergyError as error:
            print("not committed:", error, file=sys.stderr)
            continue
        os.write(journal, b"A\t-\t%d\t0\n" % last)
        with contextlib.suppress(EnergyError):
            if number % 10 == 9 and not sys.argv[5:]:
                guard.buffer.receive(guard.buffer.current, [(1, max(guard.buffer.current.last - 30, 0))])
            if number % 50 == 49:
                guard.buffer.checkpoint()
    while guard.waiting:
        time.sleep(0.1)
        with contextlib.suppress(EnergyError):
            guard.append([])
            os.write(journal, b"A\t-\t%d\t0\n" % (rounds * METERS))
    os._exit(0)  # no clean end: the power goes


if __name__ == "__main__":
    main()
