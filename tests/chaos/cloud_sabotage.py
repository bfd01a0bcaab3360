"""Subscribers broken on purpose: `SABOTAGE=fault python -m tests.chaos.cloud_sabotage`. The tests must find each.

- no_key: what was received before is stored again (the test also takes the table's unique key away).
- no_commit: now and then a transaction is undone although its receipts go out.
"""

import itertools
import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from cloud_service.domain.stream_position import Position
from cloud_service.flow.ingest import taking
from cloud_service.store.session import Engine, Session
from cloud_service.subscriber.__main__ import main


def no_key() -> None:
    def all_new(_position: Position, sequence: Any) -> Any:
        return np.ones(len(sequence), dtype=np.bool_)

    Position.unseen = all_new  # type: ignore[method-assign, assignment]


def no_commit() -> None:
    count = itertools.count(1)

    @contextmanager
    def undone(engine: Engine) -> Iterator[Session]:
        with Session(engine, expire_on_commit=False) as session:
            session.begin()
            yield session
            if next(count) % 3:
                session.commit()
            else:
                session.rollback()

    taking.transaction = undone  # type: ignore[attr-defined]


if __name__ == "__main__":
    {"no_key": no_key, "no_commit": no_commit}[os.environ["SABOTAGE"]]()
    main()
