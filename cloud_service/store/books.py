"""Writing and reading the ledger: entries go in whole, balances come out as at any day."""

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from cloud_service.domain.ledger import OF_A_CLIENT, Entry, Line
from cloud_service.store.copying import copy_rows, json_value, next_ids

LOCK = text("SELECT id FROM account WHERE id = ANY(:ids) ORDER BY id FOR NO KEY UPDATE")
OPEN = text(
    "INSERT INTO ledger_account (legal_entity_id, kind, currency, account_id)"
    " SELECT :entity, :kind, :currency, a.id FROM unnest(cast(:ids AS bigint[])) a(id) ON CONFLICT DO NOTHING"
)
FIND = text(
    "SELECT account_id, id FROM ledger_account WHERE legal_entity_id = :entity AND kind = :kind"
    " AND currency = :currency AND (account_id = ANY(cast(:ids AS bigint[])) OR (account_id IS NULL AND :ours))"
)

Key = tuple[int, str, str]  # entity, kind, currency


def lock_accounts(session: Session, ids: Iterable[int]) -> None:
    """Whoever moves money of a client's account first takes its lock; ids in order, so that nobody waits in a ring."""
    session.execute(LOCK, {"ids": sorted(set(ids))})


def book(session: Session, entries: Sequence[Entry]) -> list[int]:
    """Write entries with their lines; returns their ids. An entry without lines (all zero) is not written: id 0."""
    real = [entry for entry in entries if entry.lines]
    if not real:
        return [0] * len(entries)
    accounts = _accounts(session, real)
    fresh = iter(next_ids(session, "ledger_entry", len(real)))
    ids = [next(fresh) if entry.lines else 0 for entry in entries]
    copy_rows(
        session,
        "ledger_entry",
        ("id", "legal_entity_id", "kind", "business_key", "day", "text", "facts", "author"),
        (
            (id_, e.entity_id, e.kind, e.business_key, e.day, e.text, json_value(dict(e.facts)), e.author)
            for id_, e in zip(ids, entries, strict=True)
            if id_
        ),
    )
    copy_rows(
        session,
        "ledger_line",
        ("ledger_entry_id", "ledger_account_id", "amount", "invoice_id"),
        (
            (id_, accounts[_key(e, line), line.account_id], line.amount, line.invoice_id)
            for id_, e in zip(ids, entries, strict=True)
            for line in e.lines
        ),
    )
    return ids


def _key(entry: Entry, line: Line) -> Key:
    return entry.entity_id, line.kind, entry.currency


def _accounts(session: Session, entries: Sequence[Entry]) -> dict[tuple[Key, int | None], int]:
    """The ledger accounts of the lines, opened where they are new."""
    wanted: dict[Key, set[int | None]] = {}
    for entry in entries:
        for line in entry.lines:
            wanted.setdefault(_key(entry, line), set()).add(line.account_id)
    found: dict[tuple[Key, int | None], int] = {}
    for key, ids in wanted.items():
        found |= _find(session, key, ids)
        missing = [id_ for id_ in ids if (key, id_) not in found]
        if missing:
            where = {"entity": key[0], "kind": key[1], "currency": key[2]}
            session.execute(OPEN, where | {"ids": sorted(missing, key=lambda id_: id_ or 0)})
            found |= _find(session, key, set(missing))
    return found


def _find(session: Session, key: Key, ids: set[int | None]) -> dict[tuple[Key, int | None], int]:
    entity, kind, currency = key
    rows = session.execute(
        FIND,
        {
            "entity": entity,
            "kind": kind,
            "currency": currency,
            "ids": sorted(id_ for id_ in ids if id_ is not None),
            "ours": kind not in OF_A_CLIENT,
        },
    )
    return {(key, row.account_id): row.id for row in rows}


BALANCES = text(
    "SELECT a.kind, a.currency, sum(l.amount) AS amount FROM ledger_line l"
    "  JOIN ledger_account a ON a.id = l.ledger_account_id JOIN ledger_entry e ON e.id = l.ledger_entry_id"
    " WHERE (cast(:entity AS bigint) IS NULL OR a.legal_entity_id = :entity)"
    "   AND (cast(:account AS bigint) IS NULL OR a.account_id = :account)"
    "   AND (cast(:day AS date) IS NULL OR e.day <= :day)"
    " GROUP BY a.kind, a.currency ORDER BY a.kind, a.currency"
)


def balances(
    session: Session, *, entity_id: int | None = None, account_id: int | None = None, day: date | None = None
) -> dict[tuple[str, str], Decimal]:
    """(kind, currency) -> debit minus credit of all entries up to and with the day."""
    rows: Any = session.execute(BALANCES, {"entity": entity_id, "account": account_id, "day": day})
    return {(row.kind, row.currency): row.amount for row in rows}
