"""Gapless numbers of invoices and credit notes, taken under the series' row lock in the issuing transaction."""

from datetime import date

from sqlalchemy import text
from sqlalchemy.orm import Session

from cloud_service.domain.invoicing.number_pattern import DEFAULTS, numbered
from cloud_service.store.database import lock_order

TAKE = text(
    """
    UPDATE number_series SET next_number = next_number + :count
     WHERE legal_entity_id = :entity AND kind = :kind AND year IN (:year, 0) AND NOT closed
    RETURNING prefix, digits, next_number - :count
    """
)
OPEN = text(
    """
    WITH last AS (SELECT pattern, digits FROM number_series
                   WHERE legal_entity_id = :entity AND kind = :kind AND NOT closed
                   ORDER BY year DESC LIMIT 1),
         manner AS (SELECT coalesce((SELECT pattern FROM last), cast(:pattern AS text)) AS pattern,
                           coalesce((SELECT digits FROM last), 5) AS digits),
         fresh AS (SELECT pattern, digits, replace(replace(pattern, '{year}', cast(:year AS text)),
                                                   '{yy}', right(cast(:year AS text), 2)) AS prefix
                     FROM manner)
    INSERT INTO number_series (legal_entity_id, kind, year, pattern, prefix, digits, first_number, next_number)
    SELECT :entity, :kind, :year, fresh.pattern, fresh.prefix, fresh.digits, given.following, given.following
      FROM fresh
     CROSS JOIN LATERAL (SELECT coalesce(max(next_number), 1) AS following FROM number_series s
                          WHERE s.legal_entity_id = :entity AND s.kind = :kind AND s.prefix = fresh.prefix) given
    ON CONFLICT DO NOTHING
    """
)
GAPS = text(
    """
    SELECT s.kind, s.prefix || lpad(n::text, greatest(s.digits::int, length(n::text)), '0') AS number
      FROM number_series s
     CROSS JOIN LATERAL generate_series(s.first_number, s.next_number - 1) n
     WHERE s.legal_entity_id = :entity AND s.kind IN ('invoice', 'credit_note')
       AND NOT EXISTS (SELECT 1 FROM invoice i
                        WHERE i.legal_entity_id = s.legal_entity_id
                          AND i.number = s.prefix || lpad(n::text, greatest(s.digits::int, length(n::text)), '0'))
     ORDER BY 1, 2
    """
)


def take_numbers(session: Session, entity_id: int, kind: str, day: date, count: int = 1) -> list[str]:
    """The next `count` numbers of the series of the day's year, or of the one that goes on over the years.

    Whoever takes numbers holds the series until the end of the transaction: a rollback gives them back, and the next
    one waits. So nothing slow may follow in the same transaction.
    """
    lock_order.take(session, lock_order.NUMBERS)
    series = {"entity": entity_id, "kind": kind, "year": day.year}
    row = session.execute(TAKE, series | {"count": count}).one_or_none()
    if row is None:
        session.execute(OPEN, series | {"pattern": DEFAULTS[kind]})
        row = session.execute(TAKE, series | {"count": count}).one()
    prefix, digits, first = row
    return [numbered(prefix, first + n, digits) for n in range(count)]


def gaps(session: Session, entity_id: int) -> list[tuple[str, str]]:
    """Numbers that were given out and belong to no invoice: (kind, number). Always empty, or something is wrong."""
    return [(row.kind, row.number) for row in session.execute(GAPS, {"entity": entity_id})]
