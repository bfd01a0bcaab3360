"""Prepaid accounts: what they may use up, and what they had when they were looked at."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from msgspec import convert
from sqlalchemy import text
from sqlalchemy.orm import Session

from cloud_service.store.database import lock_order
from common.period import Span


@dataclass(frozen=True, slots=True)
class PrepaidContract:
    """A contract of a prepaid account, with the days that no live invoice bills; None is without an end."""

    id: int
    number: str
    service_point_id: int
    timezone: str
    start: date
    end: date | None
    unbilled: tuple[tuple[date, date | None], ...]

    def runs_on(self, day: date) -> bool:
        """Whether somebody is supplied by it on a day."""
        return self.start <= day and (self.end is None or day < self.end)

    def unbilled_until(self, until: date) -> list[Span]:
        """The days before `until` that no live invoice bills, in their order."""
        bounds = [(first, min(last or until, until)) for first, last in self.unbilled]
        return [Span(first, last) for first, last in bounds if first < last]


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
    """An account in prepaid mode with its contracts that run or have days that no invoice bills."""

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
    rated: Decimal = Decimal(0)  # what was used at the last look, of the days from `rated_from` to `rated_until`
    rated_from: date | None = None
    rated_until: date | None = None
    waited: str = ""  # why a disconnection waited, or the balance was not known, at the last look


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


_ZONE = """
    coalesce((SELECT min(w.timezone)
                FROM contract t JOIN service_point p ON p.id = t.service_point_id JOIN site w ON w.id = p.site_id
               WHERE t.account_id = a.id AND NOT isempty(t.during)), e.timezone)
"""
IDS = text(
    f"""
    SELECT m.account_id
      FROM account_mode m
      JOIN account a ON a.id = m.account_id
      JOIN client c ON c.id = a.client_id
      JOIN legal_entity e ON e.id = c.legal_entity_id
     WHERE m.mode = 'prepaid'
       AND m.account_id > :after
       AND m.during && daterange(cast(:now AS date) - 1, cast(:now AS date) + 2)
       AND m.during @> (cast(:now AS timestamptz) AT TIME ZONE {_ZONE})::date
     ORDER BY m.account_id
     LIMIT :limit
    """  # noqa: S608 - put together from this module's own words
)
ACCOUNTS = text(
    # Of a contract's days those count from the first that an invoice was ever made for, or that a run took up before,
    # or from its own first.
    """
    SELECT a.id AS account_id, a.number, a.currency, a.settings, c.name AS client, c.email, c.locale, c.protected,
           e.name AS seller, coalesce(s.state, 'ok') AS state, coalesce(s.balance, 0) AS before,
           CASE WHEN s.rated_until > s.rated_from AND s.rated > 0
                THEN s.rated / (s.rated_until - s.rated_from) ELSE 0 END AS a_day,
           coalesce(s.rated, 0) AS rated, s.rated_from, s.rated_until, coalesce(s.protected_reason, '') AS waited,
           coalesce(k.timezone, e.timezone) AS timezone, coalesce(k.holiday_calendar, '') AS holiday_calendar,
           coalesce(k.contracts, '[]') AS contracts
      FROM account a
      JOIN client c ON c.id = a.client_id
      JOIN legal_entity e ON e.id = c.legal_entity_id
      LEFT JOIN prepaid_state s ON s.account_id = a.id
      LEFT JOIN LATERAL (
           SELECT min(w.timezone) AS timezone, min(w.holiday_calendar) AS holiday_calendar,
                  jsonb_agg(jsonb_build_object(
                      'id', t.id, 'number', t.number, 'service_point_id', t.service_point_id, 'timezone', w.timezone,
                      'start', lower(t.during), 'end', upper(t.during), 'unbilled', d.unbilled) ORDER BY t.id)
                      AS contracts
             FROM contract t
             JOIN service_point p ON p.id = t.service_point_id
             JOIN site w ON w.id = p.site_id
            CROSS JOIN LATERAL (
                  SELECT coalesce(jsonb_agg(jsonb_build_array(lower(r), upper(r)) ORDER BY lower(r)), '[]') AS unbilled
                    FROM (SELECT datemultirange(t.during * daterange(
                                     CASE WHEN count(b.during) > 0 THEN least(min(lower(b.during)),
                                          (SELECT min(lower(i.during)) FROM billing_item i
                                            WHERE i.contract_id = t.id AND i.state = 'parked'),
                                          (SELECT min(lower(i.during)) FROM billing_item i
                                            WHERE i.contract_id = t.id AND i.state IN ('waiting', 'rated'))) END, NULL))
                                 - coalesce(range_agg(b.during) FILTER (WHERE NOT b.credited), '{}')
                                 - coalesce((SELECT range_agg(w.during) FROM waived_span w WHERE w.contract_id = t.id),
                                            '{}') AS days
                            FROM invoice_span b WHERE b.contract_id = t.id) left_over, unnest(left_over.days) r) d
            WHERE t.account_id = a.id AND NOT isempty(t.during)
              AND (upper_inf(t.during) OR upper(t.during) > cast(:now AS date) - 400)) k ON true
     WHERE a.id = ANY(:ids)
     ORDER BY a.id
    """
)
FORMER = text(
    f"""
    DELETE FROM prepaid_state s
     USING account a, client c, legal_entity e
     WHERE a.id = s.account_id AND c.id = a.client_id AND e.id = c.legal_entity_id
       AND NOT EXISTS (SELECT 1 FROM account_mode m
                        WHERE m.account_id = a.id AND m.mode = 'prepaid'
                          AND m.during @> (cast(:now AS timestamptz) AT TIME ZONE {_ZONE})::date)
    """  # noqa: S608 - put together from this module's own words
)
LOCK = text("SELECT id FROM account WHERE id = ANY(:ids) ORDER BY id FOR NO KEY UPDATE")
FAULT = text("UPDATE prepaid_state SET protected_reason = :fault WHERE account_id = :account")
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
USED = text(
    # As long as none of its days was billed since.
    """
    SELECT greatest(s.rated, 0)
      FROM prepaid_state s
     WHERE s.account_id = :id
       AND NOT EXISTS (SELECT 1 FROM contract t JOIN invoice_span b ON b.contract_id = t.id AND NOT b.credited
                        WHERE t.account_id = s.account_id AND b.during @> s.rated_from)
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


def account_ids(session: Session, now: datetime, after: int = 0, limit: int = 500) -> list[int]:
    """Accounts in prepaid mode on the day that it is where their meters hang, page by page."""
    rows = session.execute(IDS, {"now": now, "after": after, "limit": limit})
    return [row.account_id for row in rows]


def forget_former(session: Session, now: datetime) -> None:
    """Accounts that are prepaid no more have no balance of that kind."""
    session.execute(FORMER, {"now": now})


def lock(session: Session, ids: Sequence[int]) -> None:
    """No top-up, invoice or decision of these accounts happens beside this transaction."""
    lock_order.take(session, lock_order.ACCOUNT, sorted(ids))
    session.execute(LOCK, {"ids": list(ids)})


def accounts(session: Session, ids: Sequence[int], now: datetime) -> list[PrepaidAccount]:
    """What deciding needs to know of them."""
    rows = session.execute(ACCOUNTS, {"ids": list(ids), "now": now}).mappings()
    return [
        PrepaidAccount(**(dict(row) | {"contracts": convert(row["contracts"], list[PrepaidContract])})) for row in rows
    ]


def booked(session: Session, ids: Sequence[int]) -> dict[int, Decimal]:
    """By account, credit less open invoices, by the ledger."""
    return {row.account_id: row.booked for row in session.execute(BOOKED, {"ids": list(ids)})}


def used_so_far(session: Session, account_id: int) -> Decimal:
    """What a prepaid account used since its last bill, at the last look; nothing where it is not prepaid."""
    return session.execute(USED, {"id": account_id}).scalar_one_or_none() or Decimal(0)


def note_fault(session: Session, account_id: int, fault: str) -> None:
    """Why an account could not be looked at; what the last look found stays."""
    session.execute(FAULT, {"account": account_id, "fault": fault})


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
