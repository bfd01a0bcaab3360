"""Values that validation does not believe, in quarantine until it does."""

from collections.abc import Mapping, Sequence

from sqlalchemy.orm import Session

from cloud_service.domain.metering.vee.series import RejectedReading
from cloud_service.store.database.bulk_rows import driver
from cloud_service.store.metering.reading_blocks import instant_text

ESTIMATE = "estimate"
SET_ASIDE = """
INSERT INTO quarantine (gateway, reason, body, register_id, at, value) VALUES ('', %s, '', %s, %s, %s)
    ON CONFLICT (register_id, at, value) WHERE register_id IS NOT NULL
    DO UPDATE SET reason = excluded.reason, resolved = ''
 WHERE quarantine.reason <> excluded.reason OR quarantine.resolved = 'believed'
"""
IN_QUARANTINE = """
SELECT id, register_id, (extract(epoch FROM at) * 1000)::bigint, value FROM quarantine
 WHERE register_id = ANY(%s) AND resolved = ''
"""
BELIEVE = "UPDATE quarantine SET resolved = 'believed' WHERE id = ANY(%s)"


def told(rejected: Sequence[RejectedReading]) -> list[RejectedReading]:
    """What is worth a look: of estimates that were overtaken one after the other, only the first."""
    return [
        reading
        for place, reading in enumerate(rejected)
        if not (place and reading.reason == ESTIMATE == rejected[place - 1].reason)
    ]


def quarantine_rejected(
    session: Session, rejected: Mapping[int, Sequence[RejectedReading]], windows: Mapping[int, tuple[int, int]]
) -> None:
    """Put values that are not believed into quarantine, and take out those that are believed after all.

    `rejected` by register id; `windows`: register id -> instants in milliseconds, the first one excluded, between which
    everything was judged anew.
    """
    rows = [(register, reading) for register, readings in rejected.items() for reading in told(readings)]
    doubted = {(register, reading.at_ms, reading.value) for register, all_ in rejected.items() for reading in all_}
    with driver(session).cursor() as cursor:
        if rows:
            cursor.executemany(
                SET_ASIDE,
                [(reading.reason, register, instant_text(reading.at_ms), reading.value) for register, reading in rows],
            )
        cursor.execute(IN_QUARANTINE, (list(windows),))
        believed = [
            row_id
            for row_id, register, at_ms, value in cursor
            if windows[register][0] < at_ms <= windows[register][1] and (register, at_ms, value) not in doubted
        ]
        if believed:
            cursor.execute(BELIEVE, (believed,))
