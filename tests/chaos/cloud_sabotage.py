"""Subscribers broken on purpose: `SABOTAGE=fault python -m tests.chaos.cloud_sabotage`. The tests must find each.

- no_key: what was received before is stored again (the test also takes the table's unique key away).
- no_commit: now and then a transaction is undone although its receipts go out.
- early_receipt: receipts go out before the commit, which comes a moment later.
- unsafe: a database that forgets what it has committed is not refused (the test makes it one).
"""

import itertools
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from cloud_service.domain.metering.stream_position import StreamPosition
from cloud_service.flow.ingest import ingester
from cloud_service.store.database.session import Engine, Session
from cloud_service.store.metering import readings
from cloud_service.store.metering.readings import ReadingColumns
from cloud_service.subscriber import __main__ as subscriber

LATE_S = 0.7


def no_key() -> None:
    def all_new(_position: StreamPosition, sequence: Any) -> Any:
        return np.ones(len(sequence), dtype=np.bool_)

    StreamPosition.unseen = all_new  # type: ignore[method-assign, assignment]


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

    ingester.transaction = undone  # type: ignore[attr-defined]


def early_receipt() -> None:
    insert = readings.insert

    def noted(session: Session, rows: ReadingColumns) -> None:
        session.info["late"] = True
        insert(session, rows)

    @contextmanager
    def late(engine: Engine) -> Iterator[Session]:
        session = Session(engine, expire_on_commit=False)
        session.begin()
        try:
            yield session
        except BaseException:
            session.close()
            raise

        def finish() -> None:
            session.commit()
            session.close()

        if session.info.get("late"):
            threading.Timer(LATE_S, finish).start()
        else:
            finish()

    readings.insert = noted
    ingester.transaction = late  # type: ignore[attr-defined]


def unsafe() -> None:
    subscriber.refuse_unsafe = lambda _engine: None  # type: ignore[attr-defined, assignment]


FAULTS = {"no_key": no_key, "no_commit": no_commit, "early_receipt": early_receipt, "unsafe": unsafe}

if __name__ == "__main__":
    FAULTS[os.environ["SABOTAGE"]]()
    subscriber.main()
