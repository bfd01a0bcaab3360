"""What waits for a person today: runs to approve, what runs have parked, money without a bill, letters, readings."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session


@dataclass(frozen=True, slots=True)
class WaitingRun:
    """A run that is rated, or that left something parked."""

    public_id: UUID
    name: str
    state: str
    entity: str
    rated: int
    parked: int
    created_at: datetime


@dataclass(frozen=True, slots=True)
class FreeMoney:
    """Money of one currency that came in and lies on no bill."""

    currency: str
    amount: Decimal
    payments: int


@dataclass(frozen=True, slots=True)
class WaitingCounts:
    """Letters that did not arrive, gateways that are silent, meters without a day for more than two days."""

    lost_letters: int
    silent_gateways: int
    late_meters: int
    refused_readings: int


RUNS = text(
    """
    SELECT r.public_id, r.name, r.state, e.name AS entity, r.created_at,
           count(b.id) FILTER (WHERE b.state = 'rated') AS rated,
           count(b.id) FILTER (WHERE b.state = 'parked') AS parked
      FROM billing_run r
      JOIN legal_entity e ON e.id = r.legal_entity_id
      LEFT JOIN billing_item b ON b.billing_run_id = r.id AND b.state IN ('rated', 'parked')
     WHERE r.legal_entity_id = ANY(:entities) AND NOT r.dry_run AND r.state IN ('rated', 'done')
     GROUP BY r.id, e.name
    HAVING r.state = 'rated' OR count(b.id) FILTER (WHERE b.state = 'parked') > 0
     ORDER BY r.state = 'rated' DESC, r.id DESC
     LIMIT 20
    """
)
MONEY = text(
    """
    SELECT p.currency, sum(p.amount - x.used) AS amount, count(*) AS payments
      FROM payment p
      JOIN account a ON a.id = p.account_id
      JOIN client c ON c.id = a.client_id
     CROSS JOIN LATERAL (
           SELECT coalesce((SELECT sum(amount) FROM allocation WHERE payment_id = p.id), 0)
                - coalesce((SELECT sum(amount) FROM payment WHERE reverses_id = p.id), 0) AS used) x
     WHERE c.legal_entity_id = ANY(:entities) AND p.kind = 'payment' AND p.amount > 0 AND p.amount > x.used
       AND p.day > cast(:now AS date) - 400
       AND NOT EXISTS (SELECT 1 FROM account_mode m
                        WHERE m.account_id = a.id AND m.mode = 'prepaid' AND m.during @> cast(:now AS date))
     GROUP BY p.currency
     ORDER BY p.currency
    """
)
COUNTS = text(
    """
    SELECT (SELECT count(*) FROM delivery d JOIN account a ON a.id = d.account_id JOIN client c ON c.id = a.client_id
             WHERE d.state IN ('failed', 'bounced') AND d.created_at > cast(:now AS timestamptz) - interval '30 days'
               AND c.legal_entity_id = ANY(:entities)) AS lost_letters,
           (SELECT count(*) FROM gateway g JOIN site s ON s.id = g.site_id
             WHERE s.legal_entity_id = ANY(:entities) AND g.state <> 'revoked'
               AND g.last_seen_at < :offline) AS silent_gateways,
           (SELECT count(*) FROM meter m
              JOIN meter_mount n ON n.meter_id = m.id AND upper_inf(n.during)
              JOIN service_point p ON p.id = n.service_point_id
              JOIN site s ON s.id = p.site_id
              JOIN LATERAL (SELECT max(day) AS last_day FROM interval_day i JOIN register r ON r.id = i.register_id
                             WHERE r.meter_id = m.id) d ON true
             WHERE d.last_day < cast(:now AS date) - 2 AND s.legal_entity_id = ANY(:entities)
               AND (d.last_day < date_trunc('month', cast(:now AS date) - 2)::date - 1 OR NOT EXISTS (
                     SELECT 1  -- its newest reading came by a file or by hand, as once a month
                       FROM register r
                       JOIN LATERAL (SELECT source FROM reading WHERE register_id = r.id AND at >= d.last_day
                                      ORDER BY at DESC LIMIT 1) newest ON newest.source <= 0
                      WHERE r.meter_id = m.id))) AS late_meters,
           (SELECT count(*) FROM quarantine q
              JOIN register r ON r.id = q.register_id
              JOIN meter_mount n ON n.meter_id = r.meter_id AND upper_inf(n.during)
              JOIN service_point p ON p.id = n.service_point_id
              JOIN site s ON s.id = p.site_id
             WHERE q.resolved = '' AND s.legal_entity_id = ANY(:entities)) AS refused_readings
    """
)


def waiting_runs(session: Session, entity_ids: Sequence[int]) -> list[WaitingRun]:
    """Runs to be approved first, then those that left something parked."""
    rows = session.execute(RUNS, {"entities": list(entity_ids)}).mappings()
    return [WaitingRun(**row) for row in rows]


def free_money(session: Session, entity_ids: Sequence[int], now: datetime) -> list[FreeMoney]:
    """Money that came in during the last year and lies on no bill, by currency; prepaid balances are none."""
    rows = session.execute(MONEY, {"entities": list(entity_ids), "now": now}).mappings()
    return [FreeMoney(**row) for row in rows]


def waiting_counts(session: Session, entity_ids: Sequence[int], now: datetime) -> WaitingCounts:
    """How many of each."""
    values = {"entities": list(entity_ids), "now": now, "offline": now - timedelta(minutes=15)}
    return WaitingCounts(**session.execute(COUNTS, values).mappings().one())
