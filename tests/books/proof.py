"""What the database's rows say about one client and about all that is new, read in one go and held against a model.

The tables are insert-only, which the database itself sees to. So what all clients' books were at the last look, and the
rows written since, are what they are now: nothing older can have changed.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import psycopg
from psycopg.rows import tuple_row

ZERO = Decimal(0)
TABLES = ("ledger_line", "allocation", "payment", "invoice")
BOOKS = (
    "SELECT jsonb_object_agg(kind, amount) FROM (SELECT g.kind, sum(l.amount)::text AS amount FROM ledger_account g"
    " JOIN ledger_line l ON l.ledger_account_id = g.id WHERE g.account_id = %(account)s GROUP BY 1) x"
)
OPEN = (
    "SELECT jsonb_agg(jsonb_build_array(id, number, rest::text) ORDER BY id) FROM (SELECT i.id, i.number, i.total -"
    " coalesce((SELECT sum(x.amount) FROM allocation x WHERE x.invoice_id = i.id), 0) AS rest FROM invoice i"
    " WHERE i.account_id = %(account)s AND i.total > 0) o WHERE rest <> 0"
)
FREE = (  # money in and out but deposits, credit notes, less what settles invoices
    "SELECT (SELECT coalesce(sum(p.amount), 0) FROM payment p LEFT JOIN payment d ON d.id = p.reverses_id"
    "   WHERE p.account_id = %(account)s AND coalesce(d.kind, p.kind) <> 'deposit')"
    " - (SELECT coalesce(sum(total), 0) FROM invoice WHERE account_id = %(account)s AND total < 0)"
    " - (SELECT coalesce(sum(x.amount), 0) FROM invoice i JOIN allocation x ON x.invoice_id = i.id"
    "   WHERE i.account_id = %(account)s AND num_nonnulls(x.payment_id, x.credit_note_id) = 1)"
)
HELD = (  # deposits in, less what was given back or released
    "SELECT coalesce(sum(CASE WHEN coalesce(d.kind, p.kind) = 'deposit' THEN p.amount ELSE -p.amount END), 0)"
    " FROM payment p LEFT JOIN payment d ON d.id = p.reverses_id WHERE p.account_id = %(account)s"
    " AND (coalesce(d.kind, p.kind) = 'deposit' OR (p.provider = 'deposit' AND p.amount > 0))"
)
LINES = (
    "SELECT l.ledger_entry_id, l.amount,"
    " (SELECT g.kind FROM ledger_account g WHERE g.id = l.ledger_account_id) AS kind,"
    " (SELECT g.account_id FROM ledger_account g WHERE g.id = l.ledger_account_id) AS owner"
    " FROM ledger_line l WHERE l.id > %(ledger_line)s"
)
NEWEST = (
    "SELECT jsonb_build_object('kinds', (SELECT jsonb_object_agg(kind, amount) FROM (SELECT kind,"
    "     sum(amount)::text AS amount FROM newest GROUP BY 1 HAVING sum(amount) <> 0) x),"
    "   'unbalanced', (SELECT count(*) FROM (SELECT 1 FROM newest GROUP BY ledger_entry_id HAVING sum(amount) <> 0) x))"
)
LAST = "SELECT jsonb_build_array(" + ", ".join(f"(SELECT max(id) FROM {table})" for table in TABLES) + ")"
STRANGE = (  # new rows of other clients
    "SELECT (SELECT count(*) FROM newest WHERE owner <> %(account)s)"
    " + (SELECT count(*) FROM allocation x WHERE x.id > %(allocation)s"
    "     AND (SELECT i.account_id FROM invoice i WHERE i.id = x.invoice_id) <> %(account)s)"
    " + (SELECT count(*) FROM payment WHERE id > %(payment)s AND account_id <> %(account)s)"
    " + (SELECT count(*) FROM invoice WHERE id > %(invoice)s AND account_id <> %(account)s)"
)
NUMBERS = (
    "SELECT jsonb_object_agg(kind, given) FROM (SELECT kind, sum(next_number - first_number) AS given"
    " FROM number_series"
)
READ = (
    f"WITH newest AS ({LINES}) SELECT ({BOOKS}), ({OPEN}), ({FREE}),"
    f" ({HELD}), ({NEWEST}), ({NUMBERS} GROUP BY 1) x), ({LAST}), ({STRANGE})"
)


@dataclass(frozen=True)
class Seen:
    """A client's rows, and those written since the last look."""

    books: dict[str, Decimal]
    opened: list[tuple[int, str, Decimal]]  # id, number, what is left
    free: Decimal
    held: Decimal
    moved: dict[str, Decimal]  # by kind of ledger account
    unbalanced: int  # new entries
    strange: int  # new rows of other clients
    last: tuple[int, ...]  # id by table
    numbers: dict[str, int]  # by kind of document, given out

    @property
    def documents(self) -> dict[str, Decimal]:
        """What the client's documents say of its ledger accounts, debit less credit."""
        outstanding = sum((left for _, _, left in self.opened), ZERO)
        return {"receivable": outstanding, "credit": -self.free, "deposit": -self.held}


@dataclass
class Books:
    """All clients' money as read so far, by two ways: what the ledger's lines add up to, and the clients' documents."""

    last: tuple[int, ...] = (0,) * len(TABLES)
    ledger: dict[str, Decimal] = field(default_factory=dict)  # by kind of ledger account
    clients: dict[int, dict[str, Decimal]] = field(default_factory=dict)  # by account, by kind
    documents: dict[str, Decimal] = field(default_factory=dict)  # by kind

    def look(self, connection: psycopg.Connection[Any], account: int) -> Seen:
        """Read a client's rows and what is new, and take both into the sums."""
        seen = read(connection, account, self.last)
        self.last = seen.last
        add(self.ledger, seen.moved)
        add(self.documents, {kind: -amount for kind, amount in self.clients.get(account, {}).items()})
        self.clients[account] = seen.documents
        add(self.documents, seen.documents)
        return seen

    @property
    def agree(self) -> bool:
        """Whether ledger and documents have the same sums."""
        return all(self.ledger.get(kind, ZERO) == amount for kind, amount in self.documents.items())


def add(sums: dict[str, Decimal], amounts: dict[str, Decimal]) -> None:
    """Take amounts into sums."""
    for kind, amount in amounts.items():
        sums[kind] = sums.get(kind, ZERO) + amount


def read(connection: psycopg.Connection[Any], account: int, seen: Sequence[int]) -> Seen:
    """All in one round trip; `seen` are the last ids of the look before."""
    with connection.cursor(row_factory=tuple_row) as cursor:
        row = cursor.execute(READ, {"account": account} | dict(zip(TABLES, seen, strict=True))).fetchone()
    assert row is not None
    books, opened, free, held, newest, numbers, last, strange = row
    return Seen(
        books=_amounts(books),
        opened=[(id_, number, Decimal(left)) for id_, number, left in opened or ()],
        free=free,
        held=held,
        moved=_amounts(newest["kinds"]),
        unbalanced=newest["unbalanced"],
        strange=strange,
        last=tuple(id_ or 0 for id_ in last),
        numbers=numbers or {},
    )


def _amounts(amounts_json: dict[str, str] | None) -> dict[str, Decimal]:
    return {kind: Decimal(amount) for kind, amount in (amounts_json or {}).items()}
