"""What the dashboard says: totals of money in local currency, energy, connections, the last months, the latest events.

Bills count by the local rate they were issued with, payments by the rate of their day. Each total is the sum of the
list that its card links to.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session
from sqlalchemy.types import BigInteger

from cloud_service.store.customers.tables import LegalEntity
from common.period import Span

ZERO = Decimal(0)

OUTSTANDING = text(
    """
    SELECT currency, sum(outstanding) AS amount, sum(outstanding_local) AS local, count(*) AS bills,
           count(*) FILTER (WHERE due_date < :today) AS overdue,
           coalesce(sum(outstanding_local) FILTER (WHERE due_date < :today), 0) AS overdue_local
      FROM invoice_balance_at('infinity')
     WHERE legal_entity_id = :entity AND outstanding > 0
     GROUP BY currency
     ORDER BY local DESC
    """
)
RECEIVED = text(
    """
    SELECT coalesce(sum(p.amount * CASE WHEN p.currency = e.currency THEN 1 ELSE r.rate END), 0) AS local,
           count(*) FILTER (WHERE p.currency <> e.currency AND r.rate IS NULL) AS without_rate
      FROM payment p
      JOIN account a ON a.id = p.account_id
      JOIN client c ON c.id = a.client_id
      JOIN legal_entity e ON e.id = c.legal_entity_id
      LEFT JOIN LATERAL (SELECT rate
                           FROM currency_rate
                          WHERE base = e.currency AND currency = p.currency AND day <= p.day
                          ORDER BY day DESC
                          LIMIT 1) r ON true
     WHERE e.id = :entity AND p.day >= :start AND p.day < :end AND p.provider NOT IN ('deposit', 'take_over')
    """
)
ENERGY = text(
    """
    SELECT coalesce(sum(energy), 0)
      FROM invoice
     WHERE legal_entity_id = :entity
       AND bill_date >= :start
       AND bill_date < :end
    """
)
CONNECTIONS = text(
    """
    SELECT count(*) AS active, count(*) FILTER (WHERE m.mode = 'prepaid') AS prepaid
      FROM contract k
      JOIN account a ON a.id = k.account_id
      JOIN client c ON c.id = a.client_id
      LEFT JOIN account_mode m ON m.account_id = a.id AND m.during @> cast(:today AS date)
     WHERE c.legal_entity_id = :entity
       AND k.during @> cast(:today AS date)
    """
)
BILLED_AND_RECEIVED = text(
    # Both tables are read once; :unit is month or day.
    """
    SELECT s::date AS start, coalesce(b.amount, 0) AS billed, coalesce(p.amount, 0) AS received
      FROM generate_series(cast(:first AS timestamp), cast(:last AS timestamp), cast('1 ' || :unit AS interval)) s
      LEFT JOIN (SELECT date_trunc(:unit, bill_date::timestamp) AS at, sum(total * local_rate) AS amount
                   FROM invoice
                  WHERE legal_entity_id = :entity AND bill_date >= :first AND taken_over_on IS NULL
                  GROUP BY 1) b ON b.at = s
      LEFT JOIN (SELECT date_trunc(:unit, p.day::timestamp) AS at,
                        sum(p.amount * CASE WHEN p.currency = e.currency THEN 1 ELSE r.rate END) AS amount
                   FROM payment p
                   JOIN account a ON a.id = p.account_id
                   JOIN client c ON c.id = a.client_id
                   JOIN legal_entity e ON e.id = c.legal_entity_id
                   LEFT JOIN LATERAL (SELECT rate
                                        FROM currency_rate
                                       WHERE base = e.currency AND currency = p.currency AND day <= p.day
                                       ORDER BY day DESC
                                       LIMIT 1) r ON true
                  WHERE e.id = :entity AND p.day >= :first AND p.provider NOT IN ('deposit', 'take_over')
                  GROUP BY 1) p ON p.at = s
     ORDER BY s
    """
)


@dataclass(frozen=True, slots=True)
class OwedInCurrency:
    """Open bills in one currency."""

    currency: str
    amount: Decimal
    bills: int


@dataclass(frozen=True, slots=True)
class DashboardTotals:
    """The numbers on the cards; `before` is the span of the same length just before."""

    local_currency: str
    owed: tuple[OwedInCurrency, ...]
    outstanding_local: Decimal
    overdue: int
    overdue_local: Decimal
    received_local: Decimal
    received_before: Decimal
    without_rate: int
    energy: int
    energy_before: int
    active: int
    prepaid: int
    active_before: int


def totals(session: Session, entity: LegalEntity, span: Span, today: date) -> DashboardTotals:
    """The cards for a span of days."""
    before = Span(span.start - timedelta(days=span.days), span.start)
    open_invoices = session.execute(OUTSTANDING, {"entity": entity.id, "today": today}).all()
    now = _received(session, entity.id, span)
    was = _received(session, entity.id, before)
    active = session.execute(CONNECTIONS, {"entity": entity.id, "today": today}).one()
    earlier = session.execute(CONNECTIONS, {"entity": entity.id, "today": span.start}).one()
    return DashboardTotals(
        local_currency=entity.currency,
        owed=tuple(OwedInCurrency(row.currency, row.amount, row.bills) for row in open_invoices),
        outstanding_local=sum((row.local for row in open_invoices), ZERO),
        overdue=sum(row.overdue for row in open_invoices),
        overdue_local=sum((row.overdue_local for row in open_invoices), ZERO),
        received_local=now.local,
        received_before=was.local,
        without_rate=now.without_rate,
        energy=_energy(session, entity.id, span),
        energy_before=_energy(session, entity.id, before),
        active=active.active,
        prepaid=active.prepaid,
        active_before=earlier.active,
    )


def _received(session: Session, entity_id: int, span: Span) -> Any:
    return session.execute(RECEIVED, {"entity": entity_id, "start": span.start, "end": span.end}).one()


def _energy(session: Session, entity_id: int, span: Span) -> int:
    watt_hours = session.scalar(ENERGY, {"entity": entity_id, "start": span.start, "end": span.end})
    return int(watt_hours or 0)


def billed_and_received(
    session: Session, entity_id: int, first: date, last: date, *, by: str = "month"
) -> list[tuple[date, Decimal, Decimal]]:
    """(month or day, billed, received) in local currency; nothing is left out, empty ones are zero."""
    parameters = {"unit": by, "entity": entity_id, "first": first, "last": last}
    return [(row.start, row.billed, row.received) for row in session.execute(BILLED_AND_RECEIVED, parameters)]


@dataclass(frozen=True, slots=True)
class DashboardEvent:
    """A payment, invoices issued, a silent gateway, a failed mail or a low balance; `kind` says what the rest means."""

    kind: str
    what: str
    who: str
    detail: str
    more: str
    amount: Decimal
    currency: str
    count: int
    at: datetime | None
    public_id: str


EVENTS = text(
    """
    (SELECT 'payment' AS kind, p.kind AS what, c.name AS who, a.number AS detail, p.provider AS more, p.amount,
            p.currency, 1 AS count, p.created_at AS at, a.public_id::text AS public_id
       FROM payment p JOIN account a ON a.id = p.account_id JOIN client c ON c.id = a.client_id
      WHERE c.legal_entity_id = ANY(:entities) AND p.provider <> 'take_over' ORDER BY p.created_at DESC LIMIT :rows)
    UNION ALL
    (SELECT 'bills', min(i.number), min(c.name), max(i.number), max(i.issued_by), sum(i.total), min(i.currency),
            count(*), max(i.created_at), min(i.public_id::text)
       FROM (SELECT * FROM invoice
              WHERE legal_entity_id = ANY(:entities) AND taken_over_on IS NULL
              ORDER BY id DESC LIMIT 2000) i
       JOIN account a ON a.id = i.account_id JOIN client c ON c.id = a.client_id
      GROUP BY i.kind, i.bill_date, i.issued_by ORDER BY max(i.created_at) DESC LIMIT :rows)
    UNION ALL
    (SELECT 'gateway', g.name, s.name, '', '', 0, '', 1, g.last_seen_at, g.public_id::text
       FROM gateway g JOIN site s ON s.id = g.site_id
      WHERE s.legal_entity_id = ANY(:entities) AND g.state <> 'revoked' AND g.last_seen_at < :offline LIMIT :rows)
    UNION ALL
    (SELECT 'mail', d.kind, d.recipient, d.error, d.state, 0, '', 1, d.created_at, ''
       FROM delivery d JOIN account a ON a.id = d.account_id JOIN client c ON c.id = a.client_id
      WHERE d.state IN ('failed', 'bounced') AND c.legal_entity_id = ANY(:entities)
      ORDER BY d.id DESC LIMIT :rows)
    UNION ALL
    (SELECT 'prepaid', ps.state, c.name, a.number, coalesce(round(ps.days_left, 0)::text, ''), ps.balance, a.currency,
            1, ps.at, a.public_id::text
       FROM prepaid_state ps JOIN account a ON a.id = ps.account_id JOIN client c ON c.id = a.client_id
      WHERE ps.state <> 'ok' AND c.legal_entity_id = ANY(:entities) ORDER BY ps.at DESC LIMIT :rows)
    ORDER BY at DESC NULLS LAST LIMIT :rows
    """
).bindparams(bindparam("entities", type_=ARRAY(BigInteger)))


def latest(session: Session, entity_ids: Sequence[int], now: datetime, rows: int = 6) -> list[DashboardEvent]:
    """The newest payments, issued bills, silent gateways, failed mails and low balances, newest first."""
    parameters = {"entities": list(entity_ids), "rows": rows, "offline": now - timedelta(minutes=15)}
    return [DashboardEvent(**row) for row in session.execute(EVENTS, parameters).mappings()]
