"""Which companies have currency rates fetched, from where, and which currencies they need."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import text
from sqlalchemy.orm import Session

ADDRESS = "https://www.ecb.europa.eu/stats/eurofxref/"

GET = text("SELECT automatic, address FROM rate_fetching WHERE legal_entity_id = :entity")
SET = text(
    """
    INSERT INTO rate_fetching (legal_entity_id, automatic, address)
    VALUES (:entity, :automatic, :address)
    ON CONFLICT (legal_entity_id) DO UPDATE SET automatic = :automatic, address = :address
    """
)
AUTOMATIC = text(
    """
    SELECT f.legal_entity_id AS entity_id, e.currency AS base, f.address
      FROM rate_fetching f
      JOIN legal_entity e ON e.id = f.legal_entity_id
     WHERE f.automatic
     ORDER BY f.legal_entity_id
    """
)
NEEDED = text(
    """
    SELECT currency FROM (
           SELECT a.currency FROM account a JOIN client c ON c.id = a.client_id WHERE c.legal_entity_id = :entity
            UNION SELECT s.currency FROM site s WHERE s.legal_entity_id = :entity
            UNION SELECT t.currency FROM tariff t WHERE t.legal_entity_id = :entity
            UNION SELECT b.currency FROM bank_account b WHERE b.legal_entity_id = :entity AND b.retired_on IS NULL) x
     WHERE currency ~ '^[A-Z]{3}$' AND currency <> :base
     ORDER BY currency
    """
)
NEWEST = text(
    """
    WITH RECURSIVE known AS (
         SELECT (SELECT min(currency) FROM currency_rate WHERE base = :base) AS currency
          UNION ALL
         SELECT (SELECT min(r.currency) FROM currency_rate r WHERE r.base = :base AND r.currency > known.currency)
           FROM known
          WHERE known.currency IS NOT NULL)
    SELECT known.currency, newest.day, newest.rate, newest.source
      FROM known
     CROSS JOIN LATERAL (SELECT day, rate, source FROM currency_rate r
                          WHERE r.base = :base AND r.currency = known.currency
                          ORDER BY day DESC LIMIT 1) newest
     ORDER BY known.currency
    """
)
DAYS = text(
    """
    SELECT currency, day, rate, source
      FROM currency_rate
     WHERE base = :base AND currency = :currency AND (cast(:before AS date) IS NULL OR day < :before)
     ORDER BY day DESC
     LIMIT :rows
    """
)


@dataclass(frozen=True, slots=True)
class RateFetching:
    """Whether a company has its rates fetched, and the folder of the bank's files."""

    automatic: bool = False
    address: str = ADDRESS


@dataclass(frozen=True, slots=True)
class FetchingCompany:
    """A company that has."""

    entity_id: int
    base: str
    address: str


@dataclass(frozen=True, slots=True)
class KnownRate:
    """What one unit of a currency was in the company's on a day, and who said so."""

    currency: str
    day: date
    rate: Decimal
    source: str


def fetching_of(session: Session, entity_id: int) -> RateFetching:
    """The setting of a company; by hand where nothing was said."""
    row = session.execute(GET, {"entity": entity_id}).one_or_none()
    return RateFetching(row.automatic, row.address) if row else RateFetching()


def set_fetching(session: Session, entity_id: int, fetching: RateFetching) -> None:
    """Write it anew."""
    session.execute(SET, {"entity": entity_id, "automatic": fetching.automatic, "address": fetching.address})


def fetching_companies(session: Session) -> list[FetchingCompany]:
    """All companies that have rates fetched."""
    return [FetchingCompany(row.entity_id, row.base, row.address) for row in session.execute(AUTOMATIC)]


def needed_currencies(session: Session, entity_id: int, base: str) -> list[str]:
    """The currencies of its accounts, sites, tariffs and banks other than its own."""
    return [row.currency for row in session.execute(NEEDED, {"entity": entity_id, "base": base})]


def newest_rates(session: Session, base: str) -> list[KnownRate]:
    """The newest rate of each currency."""
    return [KnownRate(*row) for row in session.execute(NEWEST, {"base": base})]


def days_of(
    session: Session, base: str, currency: str, *, before: date | None = None, rows: int = 60
) -> list[KnownRate]:
    """The rates of a currency, the newest first, a page of them."""
    bounds = {"base": base, "currency": currency, "before": before, "rows": rows}
    return [KnownRate(*row) for row in session.execute(DAYS, bounds)]
