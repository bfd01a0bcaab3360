"""Items of billing runs: contracts and days with a state each, claimed in shards, so that many workers share a run."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from psycopg.types.range import DateRange
from sqlalchemy import RowMapping, text
from sqlalchemy.orm import Session

from cloud_service.domain.invoicing.outliers import UsualDay
from cloud_service.domain.pricing.record_json import from_json_text, to_json
from cloud_service.domain.rating.rated_contract import RatedContract
from cloud_service.store.database import lock_order
from cloud_service.store.database.bulk_rows import copy_rows, driver, json_value
from common.errors import InputError
from common.period import Span


@dataclass(frozen=True, slots=True)
class RunItem:
    """One contract and span of a run."""

    id: int
    contract_id: int
    start: date
    end: date
    state: str
    reason: str
    rated: RatedContract | None  # None until it is rated, and where what is stored cannot be read
    contract: str = ""  # its number, where items are listed for people
    unreadable: str = ""  # why what is stored cannot be read


POOL = 20  # how many times its own share a worker looks at for accounts that no other has taken
# The days that no live invoice bills, no live item of another run holds and nobody left unbilled on purpose, in one
# piece where they touch.
UNBILLED = text(
    """
    SELECT w.id, lower(days) AS start, upper(days) AS end
      FROM unnest(cast(:ids AS bigint[]), cast(:starts AS date[]), cast(:ends AS date[])) w(id, start, until)
     CROSS JOIN LATERAL unnest(datemultirange(daterange(w.start, w.until)) - coalesce(
       (SELECT range_agg(s.during) FROM invoice_span s WHERE s.contract_id = w.id AND NOT s.credited
           AND s.during && daterange(w.start, w.until)), '{}'::datemultirange) - coalesce(
       (SELECT range_agg(v.during) FROM waived_span v WHERE v.contract_id = w.id
           AND v.during && daterange(w.start, w.until)), '{}'::datemultirange) - coalesce(
       (SELECT range_agg(b.during) FROM billing_item b WHERE b.contract_id = w.id AND b.state IN ('waiting', 'rated')
           AND b.during && daterange(w.start, w.until)), '{}'::datemultirange)) days
     ORDER BY w.id, 2
    """
)
# Only so many rated items are looked at as a few dozen workers need, whatever the size of the run.
CLAIM_ACCOUNTS = text(
    """
    SELECT a.id
      FROM account a
     WHERE a.id IN (SELECT c.account_id
                      FROM (SELECT contract_id FROM billing_item
                             WHERE billing_run_id = :run AND state = 'rated' LIMIT :pool) b
                      JOIN contract c ON c.id = b.contract_id)
     ORDER BY a.id
     LIMIT :limit
       FOR NO KEY UPDATE SKIP LOCKED
    """
)
# Each item is looked up by its contract, not through the whole run.
RATED_OF = text(
    """
    SELECT b.id, b.contract_id, lower(b.during) AS start, upper(b.during) AS end, b.state, b.reason,
           cast(b.rated AS text) AS rated
      FROM contract c
     CROSS JOIN LATERAL (SELECT * FROM billing_item b
                          WHERE b.contract_id = c.id AND b.billing_run_id = :run AND b.state = 'rated' OFFSET 0) b
     WHERE c.account_id = ANY(:accounts)
     ORDER BY c.account_id, b.id
    """
)
CLAIM = text(
    """
    SELECT id, contract_id, lower(during) AS start, upper(during) AS end, state, reason, cast(rated AS text) AS rated
      FROM billing_item b
     WHERE billing_run_id = :run AND state = :state
       AND NOT EXISTS (SELECT 1 FROM billing_item e
                        WHERE e.contract_id = b.contract_id AND e.billing_run_id = b.billing_run_id
                          AND e.state = 'waiting' AND e.during << b.during)
     LIMIT :limit
       FOR UPDATE SKIP LOCKED
    """
)
ITEMS = text(
    """
    SELECT b.id, b.contract_id, lower(b.during) AS start, upper(b.during) AS end, b.state, b.reason,
           cast(b.rated AS text) AS rated, c.number AS contract
      FROM billing_item b
      JOIN contract c ON c.id = b.contract_id
     WHERE b.billing_run_id = :run AND (cast(:state AS text) IS NULL OR b.state = :state)
     ORDER BY b.id
     LIMIT :limit OFFSET :offset
    """
)
RATED_NOW = "CREATE TEMP TABLE IF NOT EXISTS rated_now (id bigint, rated jsonb) ON COMMIT DELETE ROWS"
STORE_RATED = """
    UPDATE billing_item b SET state = 'rated', reason = '', rated = r.rated
      FROM rated_now r
     WHERE r.id = b.id AND b.state = 'waiting'
"""
PARK_RATED = text(
    """
    UPDATE billing_item SET state = 'parked', reason = :reason
     WHERE contract_id = :contract AND state = 'rated' AND upper(during) > :day
    """
)
IDS_IN = text("SELECT id FROM billing_item WHERE billing_run_id = :run AND state = :state ORDER BY id")
PARK = text(
    """
    UPDATE billing_item SET state = 'parked', reason = :reason, code = :code, parked_at = now() WHERE id = ANY(:ids)
    """
)
WAIT = text(
    """
    UPDATE billing_item SET state = 'waiting', reason = '', code = ''
     WHERE billing_run_id = :run AND state = 'parked' AND (cast(:ids AS bigint[]) IS NULL OR id = ANY(:ids))
    RETURNING id
    """
)
RATED_AGAIN = text(
    """
    UPDATE billing_item SET state = 'rated', reason = '', code = ''
     WHERE billing_run_id = :run AND state = 'parked' AND code = :code AND rated <> '{}'
       AND (cast(:ids AS bigint[]) IS NULL OR id = ANY(:ids))
    RETURNING id
    """
)
CANCEL = text(
    """
    UPDATE billing_item SET state = 'cancelled'
     WHERE billing_run_id = :run AND state IN ('waiting', 'rated', 'parked')
    """
)
# What each contract was billed in as many days just before its own: per day, so that periods of other lengths
# compare; a bill that reaches into those days counts whole, without the lines that had waited for it.
BEFORE = text(
    """
    SELECT w.contract_id, sum((line->>'net')::numeric - coalesce(waited.net, 0)) AS net,
           sum((line->>'energy')::numeric) AS energy, sum((upper(w.during) - lower(w.during))::numeric) AS days
      FROM unnest(cast(:ids AS bigint[]), cast(:starts AS date[]), cast(:ends AS date[])) AS due(id, start, until)
      JOIN invoice_span w ON w.contract_id = due.id AND NOT w.credited
       AND w.during && daterange(due.start - (due.until - due.start), due.start)
      JOIN invoice i ON i.id = w.invoice_id
     CROSS JOIN LATERAL jsonb_array_elements(i.basis->'contracts') line
      LEFT JOIN LATERAL (
           SELECT sum(l.amount) AS net FROM invoice_line l
            WHERE l.invoice_id = i.id AND l.contract_id = w.contract_id
              AND l.charge IN ('share', 'difference', 'advance')) waited ON true
     WHERE (line->'contract'->>'id')::bigint = w.contract_id
     GROUP BY w.contract_id
    HAVING sum(upper(w.during) - lower(w.during)) > 0
    """
)


def unbilled(session: Session, due: Sequence[tuple[int, Span]]) -> list[tuple[int, Span]]:
    """What of (contract, days) neither a live invoice nor a live item covers."""
    values = {
        "ids": [id_ for id_, _ in due],
        "starts": [span.start for _, span in due],
        "ends": [span.end for _, span in due],
    }
    return [(row.id, Span(row.start, row.end)) for row in session.execute(UNBILLED, values)]


def add_items(session: Session, run_id: int, rows: Sequence[tuple[int, Span]]) -> None:
    """An item for each contract and span."""
    copy_rows(
        session,
        "billing_item",
        ("billing_run_id", "contract_id", "during"),
        ((run_id, contract, DateRange(span.start, span.end, "[)")) for contract, span in rows),
    )


def _item(row: RowMapping) -> RunItem:
    try:
        rated = None if row["rated"] == "{}" else from_json_text(RatedContract, row["rated"])
    except InputError as error:
        return RunItem(**{**row, "rated": None}, unreadable=str(error))
    return RunItem(**{**row, "rated": rated})


def claim(session: Session, run_id: int, state: str, limit: int) -> list[RunItem]:
    """Items that this transaction works on; others pass them by until it ends, and get them back if it dies.

    A contract's later days are claimed once its earlier ones wait no more.
    """
    return [_item(row) for row in session.execute(CLAIM, {"run": run_id, "state": state, "limit": limit}).mappings()]


def claim_accounts(session: Session, run_id: int, limit: int) -> list[RunItem]:
    """The rated items of some accounts, which are locked until the transaction ends; those in use are passed by."""
    accounts: list[int] = []
    for pool in (POOL * limit, None):
        values = {"run": run_id, "limit": limit, "pool": pool}
        accounts = accounts or [row.id for row in session.execute(CLAIM_ACCOUNTS, values)]
    lock_order.take(session, lock_order.ACCOUNT, accounts)
    rows = session.execute(RATED_OF, {"run": run_id, "accounts": accounts}).mappings()
    return [_item(row) for row in rows]


def items(session: Session, run_id: int, state: str | None = None, limit: int = 100, offset: int = 0) -> list[RunItem]:
    """A page of a run's items."""
    values = {"run": run_id, "state": state, "limit": limit, "offset": offset}
    return [_item(row) for row in session.execute(ITEMS, values).mappings()]


def store_rated(session: Session, rated: Sequence[tuple[int, RatedContract]]) -> None:
    """Keep what rating gave."""
    if rated:
        session.flush()
        with driver(session).cursor() as cursor:
            cursor.execute(RATED_NOW)
            cursor.execute("DELETE FROM rated_now")
            with cursor.copy("COPY rated_now (id, rated) FROM STDIN") as copy:
                for item_id, contract in rated:
                    copy.write_row((item_id, json_value(to_json(contract))))
            cursor.execute(STORE_RATED)


def park_rated(session: Session, contract_id: int, day: date, reason: str) -> None:
    """What was rated of a contract's days from `day` on is not issued: something of it changed since."""
    session.execute(PARK_RATED, {"contract": contract_id, "day": day, "reason": reason})


def park(session: Session, ids: Sequence[int], reason: str, code: str = "") -> None:
    """Set items aside with their reason and its code; the others go on."""
    if ids:
        session.execute(PARK, {"ids": list(ids), "reason": reason[:2000], "code": code})


def ids_in(session: Session, run_id: int, state: str) -> list[int]:
    """The items of a run in a state."""
    return list(session.execute(IDS_IN, {"run": run_id, "state": state}).scalars())


def unpark(session: Session, run_id: int, ids: Sequence[int] | None = None) -> int:
    """Let parked items be rated again."""
    return len(session.execute(WAIT, {"run": run_id, "ids": list(ids) if ids is not None else None}).all())


def unpark_held(session: Session, run_id: int, code: str, ids: Sequence[int] | None = None) -> int:
    """Items that were parked by a code though they are rated are rated again as they were; how many."""
    values = {"run": run_id, "code": code, "ids": list(ids) if ids is not None else None}
    return len(session.execute(RATED_AGAIN, values).all())


def cancel_items(session: Session, run_id: int) -> None:
    """Give up what is not issued."""
    session.execute(CANCEL, {"run": run_id})


def billed_before(session: Session, items: Sequence[RunItem]) -> dict[int, UsualDay]:
    """Contract -> what it was invoiced a day in the period before each item's own."""
    values = {
        "ids": [item.contract_id for item in items],
        "starts": [item.start for item in items],
        "ends": [item.end for item in items],
    }
    return {
        row.contract_id: UsualDay(row.net / row.days, row.energy / row.days) for row in session.execute(BEFORE, values)
    }
