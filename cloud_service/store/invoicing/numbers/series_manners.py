"""Number series as an operator sets them: which there are, closing one and opening the next."""

from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.orm import Session

from cloud_service.domain.invoicing.number_pattern import SeriesManner, numbered, prefix_in

SERIES = text(
    """
    SELECT id, kind, year, prefix, pattern, digits, first_number, next_number, closed
      FROM number_series
     WHERE legal_entity_id = :entity
     ORDER BY kind DESC, closed, year DESC, id DESC
    """
)
LOCK_COMPANY = text("SELECT 1 FROM legal_entity WHERE id = :entity FOR UPDATE")
LOCK = text("SELECT 1 FROM number_series WHERE legal_entity_id = :entity ORDER BY id FOR UPDATE")
CLOSE = text("UPDATE number_series SET closed = true WHERE legal_entity_id = :entity AND kind = :kind AND NOT closed")
CLOSE_ONE = text("UPDATE number_series SET closed = true WHERE id = :id")
OPEN = text(
    """
    INSERT INTO number_series (legal_entity_id, kind, year, prefix, pattern, digits, first_number, next_number)
    VALUES (:entity, :kind, :year, :prefix, :pattern, :digits, :next, :next)
    """
)
HIGHEST = text(
    """
    SELECT max(n) AS number
      FROM invoice i
     CROSS JOIN LATERAL (SELECT substr(i.number, length(:prefix) + 1) AS counted) rest
     CROSS JOIN LATERAL (SELECT CASE WHEN counted ~ '^[0-9]{1,12}$' THEN counted::bigint END AS n) whole
     WHERE i.legal_entity_id = :entity AND starts_with(i.number, :prefix)
       AND counted = lpad(n::text, greatest(:digits, length(n::text)), '0')
    """
)


@dataclass(frozen=True, slots=True)
class Series:
    """One series; `year` is 0 where it goes on over the years."""

    id: int
    kind: str
    year: int
    prefix: str
    pattern: str
    digits: int
    first_number: int
    next_number: int
    closed: bool

    @property
    def manner(self) -> SeriesManner:
        """How it goes on."""
        return SeriesManner(self.pattern, self.digits, self.next_number, yearly=self.year > 0)

    @property
    def given(self) -> int:
        """How many numbers it gave out."""
        return self.next_number - self.first_number

    @property
    def first(self) -> str:
        """Its first number as printed."""
        return numbered(self.prefix, self.first_number, self.digits)

    @property
    def last(self) -> str:
        """The last one that it gave out."""
        return numbered(self.prefix, self.next_number - 1, self.digits)


def series_of(session: Session, entity_id: int) -> list[Series]:
    """All series of a company, by kind, open ones first."""
    return [Series(**row) for row in session.execute(SERIES, {"entity": entity_id}).mappings()]


def locked_series_of(session: Session, entity_id: int) -> list[Series]:
    """The same; nobody takes a number or sets another series until the transaction ends."""
    for lock in (LOCK_COMPANY, LOCK):
        session.execute(lock, {"entity": entity_id})
    return series_of(session, entity_id)


def in_use(series: list[Series], kind: str, year: int) -> Series | None:
    """The one that a document of a kind, dated in a year, would take its number from."""
    return next((each for each in series if each.kind == kind and not each.closed and each.year in (year, 0)), None)


def follow(
    session: Session, entity_id: int, kind: str, year: int, manner: SeriesManner, *, close: Series | None
) -> None:
    """Close a series, or all of the kind where years are no longer told apart, and open the next one."""
    if not manner.yearly:
        session.execute(CLOSE, {"entity": entity_id, "kind": kind})
    elif close is not None:
        session.execute(CLOSE_ONE, {"id": close.id})
    session.execute(
        OPEN,
        {"entity": entity_id, "kind": kind, "year": year if manner.yearly else 0, "pattern": manner.pattern,
         "prefix": prefix_in(manner.pattern, year), "digits": manner.digits, "next": manner.next_number},
    )  # fmt: skip


def highest_issued(session: Session, entity_id: int, prefix: str, digits: int) -> int:
    """The highest number that a bill has behind that prefix, be it one that was taken over; 0 where none has."""
    row = {"entity": entity_id, "prefix": prefix, "digits": digits}
    return int(session.execute(HIGHEST, row).scalar_one() or 0)
