"""Gapless numbers of invoices and credit notes, taken under the series' row lock in the issuing transaction."""

from datetime import date

from sqlalchemy import text
from sqlalchemy.orm import Session

PREFIXES = {"invoice": "INV", "credit_note": "CN", "receipt": "RC"}

TAKE = text(
    """
    UPDATE number_series SET next_number = next_number + :count
     WHERE legal_entity_id = :entity AND kind = :kind AND year = :year
    RETURNING prefix, digits, next_number - :count
    """
)
OPEN = text(
    """
    INSERT INTO number_series (legal_entity_id, kind, year, prefix, digits)
    SELECT :entity, :kind, :year,
           coalesce(replace(last.prefix, last.year::text, cast(:year AS text)), cast(:prefix AS text)),
           coalesce(last.digits, 5)
      FROM (SELECT 1) series
      LEFT JOIN LATERAL (SELECT prefix, digits, year FROM number_series
                          WHERE legal_entity_id = :entity AND kind = :kind
                          ORDER BY year DESC LIMIT 1) last ON true
    ON CONFLICT DO NOTHING
    """
)
GAPS = text(
    """
    SELECT s.kind, s.prefix || lpad(n::text, s.digits::int, '0') AS number
      FROM number_series s
     CROSS JOIN LATERAL generate_series(1, s.next_number - 1) n
     WHERE s.legal_entity_id = :entity AND s.kind IN ('invoice', 'credit_note')
       AND NOT EXISTS (SELECT 1 FROM invoice i
                        WHERE i.legal_entity_id = s.legal_entity_id
                          AND i.number = s.prefix || lpad(n::text, s.digits::int, '0'))
     ORDER BY 1, 2
    """
)


def take_numbers(session: Session, entity_id: int, kind: str, day: date, count: int = 1) -> list[str]:
    """The next `count` numbers of the series of the day's year.

    Whoever takes numbers holds the series until the end of the transaction: a rollback gives them back, and the next
    one waits. So nothing slow may follow in the same transaction.
    """
    series = {"entity": entity_id, "kind": kind, "year": day.year}
    row = session.execute(TAKE, series | {"count": count}).one_or_none()
    if row is None:
        session.execute(OPEN, series | {"prefix": f"{PREFIXES[kind]}-{day.year}-"})
        row = session.execute(TAKE, series | {"count": count}).one()
    prefix, digits, first = row
    return [f"{prefix}{first + n:0{digits}d}" for n in range(count)]


def gaps(session: Session, entity_id: int) -> list[tuple[str, str]]:
    """Numbers that were given out and belong to no invoice: (kind, number). Always empty, or something is wrong."""
    return [(row.kind, row.number) for row in session.execute(GAPS, {"entity": entity_id})]
