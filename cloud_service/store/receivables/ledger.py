"""Writing and reading the ledger: entries go in whole, balances come out as at any day."""

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from cloud_service.domain.receivables.ledger import LedgerEntry, LedgerLine
from cloud_service.store.database import lock_order
from cloud_service.store.database.bulk_rows import add_rows, copy_rows, json_value

LOCK = text("SELECT id FROM account WHERE id = ANY(:ids) ORDER BY id FOR NO KEY UPDATE")
OF_COMPANY = text(
    "SELECT a.id FROM account a JOIN client c ON c.id = a.client_id WHERE c.legal_entity_id = :entity ORDER BY a.id"
)
OPEN = text(
    """
    INSERT INTO ledger_account (legal_entity_id, kind, currency, account_id)
    SELECT *
      FROM unnest(cast(:entities AS bigint[]), cast(:kinds AS text[]), cast(:currencies AS text[]),
           cast(:owners AS bigint[]))
    ON CONFLICT DO NOTHING
    """
)
FIND = text(
    """
    WITH asked AS (SELECT *
                     FROM unnest(cast(:entities AS bigint[]), cast(:kinds AS text[]), cast(:currencies AS text[]),
                                 cast(:owners AS bigint[])) w(entity, kind, currency, owner))
    SELECT w.entity, w.kind, w.currency, w.owner, a.id
      FROM asked w
      JOIN ledger_account a ON a.legal_entity_id = w.entity AND a.kind = w.kind AND a.currency = w.currency
                           AND a.account_id = w.owner
     UNION ALL
    SELECT w.entity, w.kind, w.currency, NULL, a.id
      FROM asked w
      JOIN ledger_account a ON a.legal_entity_id = w.entity AND a.kind = w.kind AND a.currency = w.currency
                           AND a.account_id IS NULL
     WHERE w.owner IS NULL
    """
)

Key = tuple[int, str, str, int | None]  # entity, kind, currency, the client's account


def lock_accounts(session: Session, ids: Iterable[int]) -> None:
    """Whoever moves money of a client's account first takes its lock; ids in order, so that nobody waits in a ring."""
    in_order = sorted(set(ids))
    lock_order.take(session, lock_order.ACCOUNT, in_order)
    session.execute(LOCK, {"ids": in_order})


def lock_company(session: Session, entity_id: int) -> None:
    """All accounts of a company at once, for what moves money of many of them in an order of its own."""
    lock_accounts(session, session.execute(OF_COMPANY, {"entity": entity_id}).scalars())


def book(session: Session, entries: Sequence[LedgerEntry]) -> list[int]:
    """Write entries with their lines; returns their ids. An entry without lines (all zero) is not written: id 0."""
    real = [entry for entry in entries if entry.lines]
    if not real:
        return [0] * len(entries)
    accounts = _accounts(session, real)
    fresh = iter(
        add_rows(
            session,
            "ledger_entry",
            ("legal_entity_id", "kind", "business_key", "day", "text", "facts", "author"),
            [(e.entity_id, e.kind, e.business_key, e.day, e.text, json_value(dict(e.facts)), e.author) for e in real],
        )
    )
    ids = [next(fresh) if entry.lines else 0 for entry in entries]
    copy_rows(
        session,
        "ledger_line",
        ("ledger_entry_id", "ledger_account_id", "amount", "invoice_id"),
        (
            (id_, accounts[_key(e, line)], line.amount, line.invoice_id)
            for id_, e in zip(ids, entries, strict=True)
            for line in e.lines
        ),
    )
    return ids


def _key(entry: LedgerEntry, line: LedgerLine) -> Key:
    return entry.entity_id, line.kind, entry.currency, line.account_id


def _accounts(session: Session, entries: Sequence[LedgerEntry]) -> dict[Key, int]:
    """The ledger accounts of the lines, opened where they are new; in order, so that nobody waits in a ring."""
    keys = sorted({_key(e, line) for e in entries for line in e.lines}, key=lambda key: (*key[:3], key[3] or 0))
    ids = _find(session, keys)
    missing = [key for key in keys if key not in ids]
    if missing:
        session.execute(OPEN, _columns(missing))
        ids |= _find(session, missing)
    return ids


def _find(session: Session, keys: Sequence[Key]) -> dict[Key, int]:
    rows = session.execute(FIND, _columns(keys))
    return {(row.entity, row.kind, row.currency, row.owner): row.id for row in rows}


def _columns(keys: Sequence[Key]) -> dict[str, list[Any]]:
    entities, kinds, currencies, owners = map(list, zip(*keys, strict=True))
    return {"entities": entities, "kinds": kinds, "currencies": currencies, "owners": owners}


BALANCES = text(
    """
    SELECT a.kind, a.currency, sum(l.amount) AS amount
      FROM ledger_line l
      JOIN ledger_account a ON a.id = l.ledger_account_id
      JOIN ledger_entry e ON e.id = l.ledger_entry_id
     WHERE (cast(:entity AS bigint) IS NULL OR a.legal_entity_id = :entity)
       AND (cast(:account AS bigint) IS NULL OR a.account_id = :account)
       AND (cast(:day AS date) IS NULL OR e.day <= :day)
     GROUP BY a.kind, a.currency
     ORDER BY a.kind, a.currency
    """
)


def balances(
    session: Session, *, entity_id: int | None = None, account_id: int | None = None, day: date | None = None
) -> dict[tuple[str, str], Decimal]:
    """(kind, currency) -> debit minus credit of all entries up to and with the day."""
    rows: Any = session.execute(BALANCES, {"entity": entity_id, "account": account_id, "day": day})
    return {(row.kind, row.currency): row.amount for row in rows}
