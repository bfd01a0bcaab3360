"""Billing runs: their items with a state each, claimed in shards, so that any number of workers share one run."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from psycopg.types.range import DateRange
from sqlalchemy import RowMapping, text
from sqlalchemy.orm import Session

from cloud_service.domain.invoicing.outliers import UsualDay
from cloud_service.domain.pricing.record_json import from_json_text, to_json
from cloud_service.domain.rating.rated_contract import RatedContract
from cloud_service.store.database.bulk_rows import copy_rows, driver, json_value
from common.errors import NotFoundError
from common.period import Span


@dataclass(frozen=True, slots=True)
class Run:
    """A billing run as stored."""

    id: int
    public_id: Any
    legal_entity_id: int
    name: str
    state: str
    start: date
    end: date
    bill_date: date
    dry_run: bool
    created_by: str
    approved_by: str
    created_at: datetime
    finished_at: datetime | None

    @property
    def span(self) -> Span:
        """The days it bills."""
        return Span(self.start, self.end)


@dataclass(frozen=True, slots=True)
class RunItem:
    """One contract and span of a run."""

    id: int
    contract_id: int
    start: date
    end: date
    state: str
    reason: str
    rated: RatedContract | None  # None until it is rated
    contract: str = ""  # its number, where items are listed for people


POOL = 20  # how many times its own share a worker looks at for accounts that no other has taken
RUN_COLUMNS = (
    "id, public_id, legal_entity_id, name, state, lower(during) AS start, upper(during) AS end, bill_date, dry_run,"
    " created_by, approved_by, created_at, finished_at"
)
ADD_RUN = text(
    "INSERT INTO billing_run (legal_entity_id, name, during, bill_date, dry_run, created_by, state)"
    " VALUES (:entity, :name, daterange(:start, :end), :bill_date, :dry_run, :author, 'planned') RETURNING id"
)
RUN = text(f"SELECT {RUN_COLUMNS} FROM billing_run WHERE id = :id")  # noqa: S608 - constants only
RUNS = text(
    f"SELECT {RUN_COLUMNS} FROM billing_run"  # noqa: S608 - constants only
    " WHERE cast(:entity AS bigint) IS NULL OR legal_entity_id = :entity ORDER BY id DESC LIMIT :limit"
)
RUNS_IN = text(f"SELECT {RUN_COLUMNS} FROM billing_run WHERE state = ANY(:states) ORDER BY id")  # noqa: S608 - constants only
CANDIDATES = text(
    "SELECT c.id, lower(c.during) AS start, upper(c.during) AS end, a.billing_cycle AS cycle, a.billing_day AS day"
    "  FROM contract c JOIN account a ON a.id = c.account_id JOIN client cl ON cl.id = a.client_id"
    " WHERE cl.legal_entity_id = :entity AND c.during && daterange(:start, :end)"
    "   AND (cast(:ids AS bigint[]) IS NULL OR c.id = ANY(:ids)) ORDER BY c.id"
)
UNBILLED = text(
    # The days that no live invoice bills and no live item of another run holds, in one piece where they touch.
    "SELECT w.id, lower(part) AS start, upper(part) AS end"
    "  FROM unnest(cast(:ids AS bigint[]), cast(:starts AS date[]), cast(:ends AS date[])) w(id, start, until)"
    " CROSS JOIN LATERAL unnest(datemultirange(daterange(w.start, w.until)) - coalesce("
    "   (SELECT range_agg(s.during) FROM invoice_span s WHERE s.contract_id = w.id AND NOT s.credited"
    "       AND s.during && daterange(w.start, w.until)), '{}'::datemultirange) - coalesce("
    "   (SELECT range_agg(b.during) FROM billing_item b WHERE b.contract_id = w.id AND b.state IN ('waiting', 'rated')"
    "       AND b.during && daterange(w.start, w.until)), '{}'::datemultirange)) part ORDER BY w.id, 2"
)
SET_STATE = text(
    "UPDATE billing_run SET state = :state, finished_at = CASE WHEN :state IN ('done', 'cancelled') THEN now() END,"
    " approved_by = CASE WHEN :approved_by <> '' THEN :approved_by ELSE approved_by END"
    " WHERE id = :id AND state = ANY(:expected) RETURNING id"
)
CLAIM_ACCOUNTS = text(
    # Only so many rated items are looked at as a few dozen workers need, whatever the size of the run.
    "SELECT a.id FROM account a WHERE a.id IN (SELECT c.account_id FROM (SELECT contract_id FROM billing_item"
    "    WHERE billing_run_id = :run AND state = 'rated' LIMIT :pool) b JOIN contract c ON c.id = b.contract_id)"
    " ORDER BY a.id LIMIT :limit FOR NO KEY UPDATE SKIP LOCKED"
)
RATED_OF = text(
    "SELECT b.id, b.contract_id, lower(b.during) AS start, upper(b.during) AS end, b.state, b.reason,"
    "       cast(b.rated AS text) AS rated"
    "  FROM contract c CROSS JOIN LATERAL (SELECT * FROM billing_item b WHERE b.contract_id = c.id"
    "    AND b.billing_run_id = :run AND b.state = 'rated' OFFSET 0) b"  # by its contract, not through the whole run
    " WHERE c.account_id = ANY(:accounts) ORDER BY c.account_id, b.id"
)
CLAIM = text(
    "SELECT id, contract_id, lower(during) AS start, upper(during) AS end, state, reason,"
    "       cast(rated AS text) AS rated FROM billing_item"
    " WHERE billing_run_id = :run AND state = :state LIMIT :limit FOR UPDATE SKIP LOCKED"
)
ITEMS = text(
    "SELECT b.id, b.contract_id, lower(b.during) AS start, upper(b.during) AS end, b.state, b.reason,"
    "       cast(b.rated AS text) AS rated,"
    "       c.number AS contract FROM billing_item b JOIN contract c ON c.id = b.contract_id"
    " WHERE b.billing_run_id = :run AND (cast(:state AS text) IS NULL OR b.state = :state) ORDER BY b.id"
    " LIMIT :limit OFFSET :offset"
)
PARK = text("UPDATE billing_item SET state = 'parked', reason = :reason WHERE id = ANY(:ids)")
WAIT = text(
    "UPDATE billing_item SET state = 'waiting', reason = '' WHERE billing_run_id = :run AND state = 'parked'"
    " AND (cast(:ids AS bigint[]) IS NULL OR id = ANY(:ids)) RETURNING id"
)
CANCEL = text(
    "UPDATE billing_item SET state = 'cancelled' WHERE billing_run_id = :run"
    " AND state IN ('waiting', 'rated', 'parked')"
)
RELEASE = text(
    "WITH dry AS (UPDATE billing_run SET state = 'cancelled', finished_at = now() WHERE legal_entity_id = :entity"
    "   AND dry_run AND state IN ('planned', 'rating', 'rated') RETURNING id)"
    " UPDATE billing_item SET state = 'cancelled' WHERE billing_run_id IN (SELECT id FROM dry)"
    " AND state IN ('waiting', 'rated')"
)
BEFORE = text(
    # What each contract was billed in as many days just before its own: per day, so that periods of other lengths
    # compare; a bill that reaches into those days counts whole.
    "SELECT w.contract_id, (line->>'net')::numeric AS net, upper(w.during) - lower(w.during) AS days,"
    "       (line->>'energy')::numeric AS energy"
    "  FROM unnest(cast(:ids AS bigint[]), cast(:starts AS date[]), cast(:ends AS date[])) AS due(id, start, until)"
    "  JOIN invoice_span w ON w.contract_id = due.id AND NOT w.credited"
    "   AND w.during && daterange(due.start - (due.until - due.start), due.start)"
    "  JOIN invoice i ON i.id = w.invoice_id"
    " CROSS JOIN LATERAL jsonb_array_elements(i.basis->'contracts') line"
    " WHERE (line->'contract'->>'id')::bigint = w.contract_id"
)


def add_run(
    session: Session, *, entity_id: int, name: str, span: Span, bill_date: date, dry_run: bool, author: str
) -> int:
    """A planned run without items."""
    return int(
        session.execute(
            ADD_RUN,
            {"entity": entity_id, "name": name, "start": span.start, "end": span.end, "bill_date": bill_date,
             "dry_run": dry_run, "author": author},
        ).scalar_one()
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Candidate:
    """A contract that may be due for billing, with its account's cycle."""

    id: int
    start: date
    end: date | None
    cycle: str
    day: int


def candidates(session: Session, entity_id: int, span: Span, ids: Sequence[int] | None = None) -> list[Candidate]:
    """Contracts that run in a span."""
    values = {"entity": entity_id, "start": span.start, "end": span.end, "ids": list(ids) if ids is not None else None}
    return [Candidate(**row) for row in session.execute(CANDIDATES, values).mappings()]


def unbilled(session: Session, wanted: Sequence[tuple[int, Span]]) -> list[tuple[int, Span]]:
    """What of (contract, days) neither a live invoice nor a live item covers."""
    values = {
        "ids": [id_ for id_, _ in wanted],
        "starts": [span.start for _, span in wanted],
        "ends": [span.end for _, span in wanted],
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


def run_of(session: Session, run_id: int) -> Run:
    """A run by its id."""
    row = session.execute(RUN, {"id": run_id}).mappings().one_or_none()
    if row is None:
        raise NotFoundError(f"there is no billing run {run_id}")
    return Run(**row)


def runs(session: Session, entity_id: int | None = None, limit: int = 50) -> list[Run]:
    """The newest runs."""
    return [Run(**row) for row in session.execute(RUNS, {"entity": entity_id, "limit": limit}).mappings()]


def runs_in(session: Session, states: Sequence[str]) -> list[Run]:
    """Runs in some states, the oldest first."""
    return [Run(**row) for row in session.execute(RUNS_IN, {"states": list(states)}).mappings()]


def change_state(session: Session, run_id: int, state: str, expected: Sequence[str], approved_by: str = "") -> bool:
    """Move a run on, if it is in one of the expected states; two at once: one wins."""
    values = {"id": run_id, "state": state, "expected": list(expected), "approved_by": approved_by}
    return session.execute(SET_STATE, values).one_or_none() is not None


def _item(row: RowMapping) -> RunItem:
    rated = None if row["rated"] == "{}" else from_json_text(RatedContract, row["rated"])
    return RunItem(**{**row, "rated": rated})


def claim(session: Session, run_id: int, state: str, limit: int) -> list[RunItem]:
    """Items that this transaction works on; others pass them by until it ends, and get them back if it dies."""
    return [_item(row) for row in session.execute(CLAIM, {"run": run_id, "state": state, "limit": limit}).mappings()]


def claim_accounts(session: Session, run_id: int, limit: int) -> list[RunItem]:
    """The rated items of some accounts, which are locked until the transaction ends; those in use are passed by."""
    accounts: list[int] = []
    for pool in (POOL * limit, None):
        asked = {"run": run_id, "limit": limit, "pool": pool}
        accounts = accounts or [row.id for row in session.execute(CLAIM_ACCOUNTS, asked)]
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
            cursor.execute("CREATE TEMP TABLE IF NOT EXISTS rated_now (id bigint, rated jsonb) ON COMMIT DELETE ROWS")
            cursor.execute("DELETE FROM rated_now")
            with cursor.copy("COPY rated_now (id, rated) FROM STDIN") as copy:
                for item_id, contract in rated:
                    copy.write_row((item_id, json_value(to_json(contract))))
            cursor.execute(
                "UPDATE billing_item b SET state = 'rated', reason = '', rated = r.rated FROM rated_now r"
                " WHERE r.id = b.id AND b.state = 'waiting'"
            )


def park(session: Session, ids: Sequence[int], reason: str) -> None:
    """Set items aside with their reason; the others go on."""
    if ids:
        session.execute(PARK, {"ids": list(ids), "reason": reason[:2000]})


def unpark(session: Session, run_id: int, ids: Sequence[int] | None = None) -> int:
    """Let parked items be rated again."""
    return len(session.execute(WAIT, {"run": run_id, "ids": list(ids) if ids is not None else None}).all())


def release_dry_runs(session: Session, entity_id: int) -> None:
    """Dry runs of an entity end here: what they only tried keeps nobody off those days."""
    session.execute(RELEASE, {"entity": entity_id})


def cancel_items(session: Session, run_id: int) -> None:
    """Give up what is not issued."""
    session.execute(CANCEL, {"run": run_id})


def billed_before(session: Session, items: Sequence[RunItem]) -> dict[int, UsualDay]:
    """Contract -> what it was invoiced a day in the period before each item's own."""
    asked = {
        "ids": [one.contract_id for one in items],
        "starts": [one.start for one in items],
        "ends": [one.end for one in items],
    }
    rows = session.execute(BEFORE, asked)
    sums: dict[int, list[Decimal]] = {}
    for row in rows:
        kept = sums.setdefault(row.contract_id, [Decimal(0), Decimal(0), Decimal(0)])
        kept[0] += row.net
        kept[1] += row.energy
        kept[2] += row.days
    return {id_: UsualDay(net / days, energy / days) for id_, (net, energy, days) in sums.items() if days}
