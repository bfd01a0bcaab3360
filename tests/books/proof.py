"""What the database's rows say about one client and about the newest lines, read in one go and held against a model."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import psycopg
from psycopg.rows import tuple_row

ZERO = Decimal(0)
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
NEWEST = (
    "SELECT jsonb_build_object('kinds', (SELECT jsonb_object_agg(kind, amount) FROM (SELECT g.kind,"
    "     sum(l.amount)::text AS amount FROM newest l JOIN ledger_account g ON g.id = l.ledger_account_id"
    "     GROUP BY 1 HAVING sum(l.amount) <> 0) x),"
    "   'unbalanced', (SELECT count(*) FROM (SELECT 1 FROM newest GROUP BY ledger_entry_id HAVING sum(amount) <> 0) x),"
    "   'last', (SELECT max(id) FROM newest))"
)
NUMBERS = "SELECT jsonb_object_agg(kind, given) FROM (SELECT kind, sum(next_number - 1) AS given FROM number_series"
READ = (
    f"WITH newest AS (SELECT * FROM ledger_line WHERE id > %(seen)s) SELECT ({BOOKS}), ({OPEN}), ({FREE}), ({HELD}),"
    f" ({NEWEST}), ({NUMBERS} GROUP BY 1) x)"
)


@dataclass(frozen=True)
class Seen:
    """A client's rows, and the lines written since a line."""

    books: dict[str, Decimal]
    opened: list[tuple[int, str, Decimal]]  # id, number, what is left
    free: Decimal
    held: Decimal
    moved: dict[str, Decimal]  # by kind of ledger account
    unbalanced: int  # entries
    last: int  # line
    numbers: dict[str, int]  # by kind of document, given out


def read(connection: psycopg.Connection[Any], account: int, seen: int) -> Seen:
    """All in one round trip."""
    with connection.cursor(row_factory=tuple_row) as cursor:
        row = cursor.execute(READ, {"account": account, "seen": seen}).fetchone()
    assert row is not None
    books, opened, free, held, newest, numbers = row
    return Seen(
        books=_amounts(books),
        opened=[(id_, number, Decimal(left)) for id_, number, left in opened or ()],
        free=free,
        held=held,
        moved=_amounts(newest["kinds"]),
        unbalanced=newest["unbalanced"],
        last=newest["last"] or seen,
        numbers=numbers or {},
    )


def _amounts(found: dict[str, str] | None) -> dict[str, Decimal]:
    return {kind: Decimal(amount) for kind, amount in (found or {}).items()}
