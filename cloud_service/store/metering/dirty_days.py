"""The log of local days whose readings changed: marked when readings come, taken when the days are made."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache

import numpy as np
from sqlalchemy import TextClause, text
from sqlalchemy.orm import Session

from cloud_service.domain.metering.vee.series import RegisterDay
from cloud_service.store.database.bulk_rows import driver
from cloud_service.store.metering.readings import COPY_HEADER, COPY_TRAILER, Ints, ReadingColumns
from common.period import LONGEST_STEP_S, Span, day_start, local_day

COPY_DIRTY = "COPY dirty_day (register_id, day) FROM STDIN (FORMAT binary)"
CHOOSE = text("""
SELECT d.register_id
  FROM dirty_day d
 WHERE d.since <= :settled
   AND NOT EXISTS (SELECT 1 FROM register_fault f
                    WHERE f.register_id = d.register_id AND (f.next_at IS NULL OR f.next_at > :now))
 GROUP BY d.register_id
 ORDER BY min(d.id)
 LIMIT :registers
""")
OF_CONTRACTS = text("""
SELECT DISTINCT d.register_id
  FROM contract c
  JOIN meter_mount m ON m.service_point_id = c.service_point_id
  JOIN register r ON r.meter_id = m.meter_id
  JOIN dirty_day d ON d.register_id = r.id
 WHERE c.id = ANY(:ids)
""")
AT_POINTS = text("""
SELECT DISTINCT d.register_id
  FROM meter_mount m
  JOIN register r ON r.meter_id = m.meter_id
  JOIN dirty_day d ON d.register_id = r.id
 WHERE m.service_point_id = ANY(:ids)
""")
# the lock keeps a register to one worker; who holds another lock on it is not waited for
LOCK = text("SELECT id FROM register WHERE id = ANY(:ids) ORDER BY id FOR NO KEY UPDATE SKIP LOCKED")
TAKE = text("DELETE FROM dirty_day WHERE register_id = ANY(:ids) RETURNING register_id, day")
# later days that were made from a reading before them which is no longer the last believed one
SPAN = text("""
INSERT INTO dirty_day (register_id, day)
SELECT r.id, cast(d.day AS date)
  FROM register r, generate_series(cast(:first AS date), cast(:last AS date), interval '1 day') AS d (day)
 WHERE r.meter_id = :meter
""")
# with the days around: what lay on the first or last day may lie on the one before or after
SITE = text("""
INSERT INTO dirty_day (register_id, day)
SELECT DISTINCT i.register_id, i.day + n.days
  FROM service_point p
  JOIN meter_mount m ON m.service_point_id = p.id
  JOIN register r ON r.meter_id = m.meter_id
  JOIN interval_day i ON i.register_id = r.id
 CROSS JOIN (VALUES (-1), (0), (1)) AS n (days)
 WHERE p.site_id = :site
RETURNING register_id
""")
REGISTERS = text("SELECT count(*) FROM register WHERE meter_id = :meter")
DEPENDENT = text("""
INSERT INTO dirty_day (register_id, day) SELECT d.register_id, d.day FROM interval_day d
 JOIN unnest(cast(:ids AS bigint[]), cast(:days AS date[]), cast(:exits AS jsonb[])) AS n(register_id, day, exit)
   ON n.register_id = d.register_id AND d.day > n.day
 WHERE d.made_from->'entry' IS DISTINCT FROM n.exit AND d.day <= n.day + 400
   AND (d.made_from->'entry'->>0)::bigint IS NOT DISTINCT FROM
       (SELECT (f.made_from->'entry'->>0)::bigint FROM interval_day f
         WHERE f.register_id = n.register_id AND f.day > n.day ORDER BY f.day LIMIT 1)
""")


def mark_dirty(session: Session, rows: ReadingColumns, zones: Mapping[int, str]) -> None:
    """Log the local days that these readings touch. `zones` are of the registers that validation cares for."""
    touched: set[tuple[int, date]] = set()
    for zone_name in sorted(set(zones.values())):
        in_zone = np.array([register for register, name in zones.items() if name == zone_name], dtype=np.int64)
        rows_in_zone = np.isin(rows.register_id, in_zone)
        if rows_in_zone.any():
            touched |= _days_touched(rows.register_id[rows_in_zone], rows.at_ms[rows_in_zone], zone_name)
            touched |= _days_within(rows.where(rows_in_zone & (rows.step_s > LONGEST_STEP_S)), zone_name)
    add_dirty(session, touched)


def add_dirty(session: Session, days: Iterable[tuple[int, date]]) -> None:
    """Log days that have to be validated again."""
    rows = sorted(days)
    if not rows:
        return
    block = np.zeros(
        len(rows), dtype=[("fields", ">i2"), ("s1", ">i4"), ("register_id", ">i8"), ("s2", ">i4"), ("day", ">i4")]
    )
    block["fields"], block["s1"], block["s2"] = 2, 8, 4
    block["register_id"] = [register for register, _ in rows]
    block["day"] = [(day - date(2000, 1, 1)).days for _, day in rows]
    with driver(session).cursor() as cursor, cursor.copy(COPY_DIRTY) as copy:
        copy.write(COPY_HEADER + block.tobytes() + COPY_TRAILER)


def mark_span(session: Session, meter_id: int, first: date, last: date) -> int:
    """Log days of all registers of a meter, both ends included; how many registers it has."""
    session.execute(SPAN, {"meter": meter_id, "first": first, "last": last})
    return int(session.execute(REGISTERS, {"meter": meter_id}).scalar_one())


def mark_site(session: Session, site_id: int) -> set[int]:
    """Log all days of the registers that ever hung at a site: they begin at other moments now. The registers."""
    return set(session.execute(SITE, {"site": site_id}).scalars())


def _days_touched(register_id: Ints, at_ms: Ints, zone_name: str) -> set[tuple[int, date]]:
    """Register and local day of each reading; one exactly at midnight ends a day and begins the next."""
    first = date(1970, 1, 1) + timedelta(days=int(at_ms.min() // 86_400_000) - 2)
    count = int((at_ms.max() - at_ms.min()) // 86_400_000) + 5
    starts = day_starts_ms(first, count, zone_name)
    begins = np.searchsorted(starts, at_ms, side="right") - 1
    ends = np.searchsorted(starts, at_ms, side="left") - 1
    pairs = np.unique(np.concatenate((register_id * 2**20 + begins, register_id * 2**20 + ends)))
    return {(pair >> 20, first + timedelta(days=pair & (2**20 - 1))) for pair in pairs.tolist()}


def _days_within(rows: ReadingColumns, zone_name: str) -> set[tuple[int, date]]:
    """Register and local day of each day that an interval of days or months reaches into."""
    touched: set[tuple[int, date]] = set()
    for register, at_ms, step_s in zip(
        rows.register_id.tolist(), rows.at_ms.tolist(), rows.step_s.tolist(), strict=True
    ):
        first = local_day(datetime.fromtimestamp(at_ms // 1000 - step_s, UTC), zone_name)
        last = local_day(datetime.fromtimestamp(at_ms // 1000 - 1, UTC), zone_name)
        touched |= {(register, day) for day in Span(first, last + timedelta(days=1))}
    return touched


@lru_cache(maxsize=4096)
def _start_ms(day: date, zone_name: str) -> int:
    return int(day_start(day, zone_name).timestamp()) * 1000


def day_starts_ms(first: date, count: int, zone_name: str) -> Ints:
    """First instants of consecutive local days, as milliseconds in UTC."""
    return np.array([_start_ms(first + timedelta(days=n), zone_name) for n in range(count)], dtype=np.int64)


def take_changed_days(session: Session, now: datetime, settle: timedelta, registers: int) -> dict[int, list[date]]:
    """Take the changed days of some registers that no other worker holds; they are this transaction's to make.

    Marks younger than `settle` wait, and so do registers that were put aside, until they are tried again.
    """
    values = {"settled": now - settle, "now": now, "registers": registers}
    ids = [row.register_id for row in session.execute(CHOOSE, values)]
    if not ids:
        return {}
    locked = [row.id for row in session.execute(LOCK, {"ids": ids})]
    return _taken(session, ids if len(locked) == len(ids) else locked)


def _taken(session: Session, register_ids: Sequence[int]) -> dict[int, list[date]]:
    days_by_register: dict[int, set[date]] = {}
    for row in session.execute(TAKE, {"ids": list(register_ids)}):
        days_by_register.setdefault(row.register_id, set()).add(row.day)
    return {register: sorted(days) for register, days in sorted(days_by_register.items())}


def take_days_of_contracts(session: Session, contract_ids: Sequence[int]) -> dict[int, list[date]]:
    """Take the changed days of the meters that hung where these contracts are, but for what another worker holds."""
    return _take_free(session, OF_CONTRACTS, contract_ids)


def take_days_at(session: Session, point_ids: Sequence[int]) -> dict[int, list[date]]:
    """Take the changed days of the meters that hung at service points, but for what another worker holds."""
    return _take_free(session, AT_POINTS, point_ids)


def _take_free(session: Session, which: TextClause, ids: Sequence[int]) -> dict[int, list[date]]:
    registers = [row.register_id for row in session.execute(which, {"ids": list(ids)})]
    locked = [row.id for row in session.execute(LOCK, {"ids": registers})] if registers else []
    return _taken(session, locked) if locked else {}


def mark_dependent(session: Session, last_days: Sequence[RegisterDay]) -> None:
    """Mark the days after a window that were made from another last reading than the window now ends with."""
    ended = [day for day in last_days if day.exit]
    if ended:
        values = {
            "ids": [day.register_id for day in ended],
            "days": [day.day for day in ended],
            "exits": [f"[{day.exit.at_ms}, {day.exit.value}, {day.exit.quality}]" for day in ended if day.exit],
        }
        session.execute(DEPENDENT, values)
