"""Registers with what validation must know of them: kind, step, zone, digits, power limit, mounts."""

from collections.abc import Iterable
from datetime import UTC, datetime

from sqlalchemy import text
from sqlalchemy.orm import Session

from cloud_service.domain.metering.vee.series import FOREVER_MS, MountSpan, RegisterRules

RULES = text("""
SELECT r.id, r.kind, r.step_s, r.digits, r.unit, t.max_power_kw, coalesce((
    SELECT s.timezone FROM meter_mount m JOIN service_point p ON p.id = m.service_point_id
      JOIN site s ON s.id = p.site_id WHERE m.meter_id = t.id ORDER BY m.during DESC LIMIT 1),
    (SELECT s.timezone FROM stream g JOIN gateway w ON w.id = g.gateway_id JOIN site s ON s.id = w.site_id
      WHERE g.id = (SELECT source FROM reading WHERE register_id = r.id AND source > 0 LIMIT 1)), 'UTC') AS zone,
  (SELECT coalesce(jsonb_agg(jsonb_build_array(lower(m.during), upper(m.during), m.opening->r.name,
                                               m.closing->r.name) ORDER BY lower(m.during)), '[]')
     FROM meter_mount m WHERE m.meter_id = t.id) AS mounts
  FROM register r JOIN meter t ON t.id = r.meter_id WHERE r.id = ANY(:ids)
""")


def rules_of(session: Session, ids: Iterable[int]) -> dict[int, RegisterRules]:
    """Registers with what validation must know of them."""
    rules = {}
    for row in session.execute(RULES, {"ids": list(ids)}):
        rules[row.id] = RegisterRules(
            id=row.id,
            kind=row.kind,
            step_s=row.step_s,
            zone=row.zone,
            digits=row.digits,
            power_max_kw=int(row.max_power_kw) if row.max_power_kw else None,
            unit=row.unit,
            mounts=tuple(_mount(*mount) for mount in row.mounts),
        )
    return rules


def _mount(start: str | None, end: str | None, opening: int | None, closing: int | None) -> MountSpan:
    return MountSpan(
        _ms(datetime.fromisoformat(start)) if start else -FOREVER_MS,
        _ms(datetime.fromisoformat(end)) if end else FOREVER_MS,
        None if opening is None else int(opening),
        None if closing is None else int(closing),
    )


def _ms(at: datetime) -> int:
    past = at - datetime(1970, 1, 1, tzinfo=UTC)
    return (past.days * 86_400 + past.seconds) * 1000 + past.microseconds // 1000
