"""Prepaid accounts: what they may use up, and what they had when they were looked at."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session


@dataclass(frozen=True, slots=True)
class PrepaidContract:
    """A running contract of a prepaid account; `since` is the first day that no invoice bills."""

    id: int
    service_point_id: int
    since: date


@dataclass(frozen=True, slots=True)
class NewPrepaidState:
    """What a prepaid account had when it was looked at; amounts in its currency."""

    account_id: int
    state: str
    booked: Decimal  # credit less open invoices, by the ledger
    rated: Decimal  # consumption since the last invoice, priced
    balance: Decimal
    days_left: Decimal | None
    rated_from: date
    rated_until: date  # exclusive
    emergency: Decimal  # emergency credit in use
    protected_reason: str  # why a disconnection waits
    at: datetime


@dataclass(frozen=True, slots=True)
class PrepaidAccount:
    """An account in prepaid mode with its running contracts, each with the first day no invoice bills."""

    account_id: int
    number: str
    currency: str
    settings: dict[str, Any]
    client: str
    email: str
    locale: str
    protected: bool
    seller: str
    timezone: str
    holiday_calendar: str
    contracts: list[PrepaidContract]
    state: str
    a_day: Decimal  # what a day of the last look cost, 0 where that is not known
    before: Decimal  # the balance at the last look


@dataclass(frozen=True, slots=True)
class PrepaidListLine:
    """A line of the prepaid list."""

    account_id: int
    account: str
    client: str
    currency: str
    state: str
    booked: Decimal
    rated: Decimal
    balance: Decimal
    days_left: Decimal | None
    rated_until: date | None
    protected_reason: str
    at: datetime


IDS = text(
    """
    SELECT m.account_id
      FROM account_mode m
     WHERE m.mode = 'prepaid'
       AND m.during @> cast(:day AS date)
       AND m.account_id > :after
     ORDER BY m.account_id
     LIMIT :limit
    """
)
ACCOUNTS = text(
    """
    SELECT a.id AS account_id, a.number, a.currency, a.settings, c.name AS client, c.email, c.locale, c.protected,
           e.name AS seller, coalesce(s.state, 'ok') AS state, coalesce(s.balance, 0) AS before,
           CASE WHEN s.rated_until > s.rated_from AND s.rated > 0
                THEN s.rated / (s.rated_until - s.rated_from) ELSE 0 END AS a_day,
           coalesce(k.timezone, e.timezone) AS timezone, coalesce(k.holiday_calendar, '') AS holiday_calendar,
           coalesce(k.contracts, '[]') AS contracts
      FROM account a
      JOIN client c ON c.id = a.client_id
      JOIN legal_entity e ON e.id = c.legal_entity_id
      LEFT JOIN prepaid_state s ON s.account_id = a.id
      LEFT JOIN LATERAL (
           SELECT min(w.timezone) AS timezone, min(w.holiday_calendar) AS holiday_calendar,
                  jsonb_agg(jsonb_build_object(
                      'id', t.id, 'service_point', t.service_point_id,
                      'since', greatest(lower(t.during), coalesce(
                          (SELECT max(upper(b.during)) FROM invoice_span b
                            WHERE b.contract_id = t.id AND NOT b.credited), lower(t.during)))) ORDER BY t.id)
                      AS contracts
             FROM contract t
             JOIN service_point p ON p.id = t.service_point_id
             JOIN site w ON w.id = p.site_id
            WHERE t.account_id = a.id AND t.during @> cast(:day AS date)) k ON true
     WHERE a.id = ANY(:ids)
     ORDER BY a.id
    """
)
LOCK = text("SELECT id FROM account WHERE id = ANY(:ids) ORDER BY id FOR NO KEY UPDATE")
BOOKED = text(
    # Credit less open invoices; old debt that is recovered by a share of the top-ups does not count.
    """
    SELECT g.account_id,
           -sum(l.amount) + coalesce((SELECT sum(b.outstanding)
                                        FROM invoice_balance b
                                        JOIN account a ON a.id = b.account_id
                                       WHERE b.account_id = g.account_id AND a.settings ? 'debt_share'
                                         AND NOT b.prepaid), 0) AS booked
      FROM ledger_account g
      JOIN ledger_line l ON l.ledger_account_id = g.id
     WHERE g.kind IN ('credit', 'receivable') AND g.account_id = ANY(:ids)
     GROUP BY g.account_id
    """
)
STORE = text(
    """
    INSERT INTO prepaid_state (account_id, state, booked, rated, balance, days_left, rated_from, rated_until,
           emergency, protected_reason, at)
    VALUES (:account_id, :state, :booked, :rated, :balance, :days_left, :rated_from, :rated_until, :emergency,
           :protected_reason, :at)
    ON CONFLICT (account_id) DO UPDATE
       SET state = :state, booked = :booked, rated = :rated, balance = :balance, days_left = :days_left,
           rated_from = :rated_from, rated_until = :rated_until, emergency = :emergency,
           protected_reason = :protected_reason, at = :at
    """
)
LIST = text(
    """
    SELECT s.account_id, a.number AS account, c.name AS client, a.currency, s.state, s.booked, s.rated, s.balance,
           s.days_left, s.rated_until, s.protected_reason, s.at
      FROM prepaid_state s
      JOIN account a ON a.id = s.account_id
      JOIN client c ON c.id = a.client_id
     WHERE cast(:entity AS bigint) IS NULL
        OR c.legal_entity_id = :entity
     ORDER BY s.balance, a.number
     LIMIT :limit
    OFFSET :offset
    """
)


def account_ids(session: Session, day: date, after: int = 0, limit: int = 500) -> list[int]:
    """Accounts in prepaid mode on a day, page by page."""
    rows = session.execute(IDS, {"day": day, "after": after, "limit": limit})
    return [row.account_id for row in rows]


def lock(session: Session, ids: Sequence[int]) -> None:
    """No top-up, invoice or decision of these accounts happens beside this transaction."""
    session.execute(LOCK, {"ids": list(ids)})


def accounts(session: Session, ids: Sequence[int], day: date) -> list[PrepaidAccount]:
    """What deciding needs to know of them."""
    rows = session.execute(ACCOUNTS, {"ids": list(ids), "day": day}).mappings()
    return [PrepaidAccount(**(dict(row) | {"contracts": _contracts(row["contracts"])})) for row in rows]


def _contracts(rows: Sequence[dict[str, Any]]) -> list[PrepaidContract]:
    return [PrepaidContract(row["id"], row["service_point"], date.fromisoformat(row["since"])) for row in rows]


def booked(session: Session, ids: Sequence[int]) -> dict[int, Decimal]:
    """By account, credit less open invoices, by the ledger."""
    return {row.account_id: row.booked for row in session.execute(BOOKED, {"ids": list(ids)})}


def store_states(session: Session, states: Sequence[NewPrepaidState]) -> None:
    """Keep what the accounts had when they were looked at; it takes the place of the look before."""
    if states:
        session.execute(STORE, [asdict(state) for state in states])


def prepaid_list(
    session: Session, entity_id: int | None = None, limit: int = 100, offset: int = 0
) -> list[PrepaidListLine]:
    """The prepaid list, the lowest balance first."""
    rows = session.execute(LIST, {"entity": entity_id, "limit": limit, "offset": offset}).mappings()
    return [PrepaidListLine(**row) for row in rows]
