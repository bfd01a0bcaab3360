"""Registers that follow each other at one service point within a file's span: a file that names the point means all."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import text
from sqlalchemy.orm import Session

from cloud_service.store.metering.readings import ReadingColumns, StoredRegister
from common.errors import ConflictError
from common.period import LONGEST_STEP_S

FOLLOWING = text("""
SELECT n.meter AS point, n.name, t.name AS meter, lower(m.during) AS since, upper(m.during) AS until, r.id, r.unit,
       r.kind, r.step_s, s.timezone AS zone
  FROM unnest(cast(:meters AS text[]), cast(:names AS text[]), cast(:firsts AS timestamptz[]),
              cast(:lasts AS timestamptz[])) AS n(meter, name, first, last)
  JOIN service_point p ON p.grid_id = n.meter AND NOT EXISTS (SELECT 1 FROM meter WHERE name = n.meter)
  JOIN site s ON s.id = p.site_id
  JOIN meter_mount m ON m.service_point_id = p.id AND m.during && tstzrange(n.first, n.last)
  JOIN meter t ON t.id = m.meter_id
  LEFT JOIN register r ON r.meter_id = m.meter_id AND r.name = n.name
 ORDER BY n.meter, n.name, lower(m.during)
""")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class FollowingRegisters:
    """Registers of one name at one place in the order of their mounts, and when each but the last was taken down."""

    registers: tuple[StoredRegister, ...]
    taken_down_ms: tuple[int, ...]

    def routed(self, rows: ReadingColumns) -> ReadingColumns:
        """Each reading to the register that hung there; an interval to the one that hung there when it began."""
        if len(self.registers) == 1:
            return rows
        ids = np.array([register.id for register in self.registers], dtype=np.int64)
        begun_ms = rows.at_ms - rows.step_s.astype(np.int64) * 1000
        side = np.where(rows.step_s > 0, begun_ms, rows.at_ms - 1)  # an index at the exchange is the old one's last
        place = np.searchsorted(np.array(self.taken_down_ms, dtype=np.int64), side, side="right")
        self._refuse_over_exchange(rows, begun_ms)
        return replace(rows, register_id=ids[place])

    def _refuse_over_exchange(self, rows: ReadingColumns, begun_ms: NDArray[np.int64]) -> None:
        """What two meters counted together over days is nobody's: how much each of them did is not known."""
        for taken_down_ms in self.taken_down_ms:
            over = (rows.step_s > LONGEST_STEP_S) & (begun_ms < taken_down_ms) & (taken_down_ms < rows.at_ms)
            if over.any():
                at = (_EPOCH + timedelta(milliseconds=taken_down_ms)).isoformat()
                raise ConflictError(
                    f"meter {self.registers[0].meter} was exchanged at {at}, within an interval of the file",
                    hint="enter what each meter showed at the exchange, and split the interval there",
                    code="exchanged",
                )


def following_registers(
    session: Session, spans: Iterable[tuple[str, str, datetime, datetime]]
) -> dict[tuple[str, str], FollowingRegisters]:
    """(service point by its grid id, register) -> those that hung there; `spans` add the file's first and last instant.

    Only where a meter was exchanged within the span; a new meter without a register of that name is refused.
    """
    meters, names, firsts, lasts = zip(*spans, strict=True)
    values = {"meters": list(meters), "names": list(names), "firsts": list(firsts), "lasts": list(lasts)}
    hung: dict[tuple[str, str], list[tuple[StoredRegister, datetime | None]]] = {}
    unknown: dict[tuple[str, str], tuple[str, datetime]] = {}
    for row in session.execute(FOLLOWING, values):
        if row.id is None:
            unknown[row.point, row.name] = (row.meter, row.since)
            continue
        register = StoredRegister(row.id, row.meter, row.name, row.unit, row.kind, row.step_s, row.zone)
        hung.setdefault((row.point, row.name), []).append((register, row.until))
    for (point, name), (meter, since) in unknown.items():
        if (point, name) in hung:
            raise ConflictError(
                f"meter {meter}, which hangs at {point} from {since.isoformat()} on, has no register {name}",
                hint="declare the register at that meter, or split the file at the exchange", code="exchanged",
            )  # fmt: skip
    return {key: _in_their_order(mounts) for key, mounts in hung.items() if len(mounts) > 1}


def _in_their_order(mounts: list[tuple[StoredRegister, datetime | None]]) -> FollowingRegisters:
    ends = tuple((until - _EPOCH) // timedelta(milliseconds=1) for _, until in mounts[:-1] if until is not None)
    return FollowingRegisters(tuple(register for register, _ in mounts), ends)
