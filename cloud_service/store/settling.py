"""Free money and open invoices of accounts, and the rows that let one settle the other, each with its ledger entry."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import text
from sqlalchemy.orm import Session

from cloud_service.domain.allocation import Open, Part, Source, oldest_first
from cloud_service.domain.ledger import Entry, settlement_lines
from cloud_service.store.books import book
from cloud_service.store.copying import copy_rows, next_ids

OPEN = text(
    "SELECT i.account_id, i.id, i.number, i.bill_date, i.due_date, i.total - coalesce(s.settled, 0) AS left"
    "  FROM invoice i LEFT JOIN LATERAL (SELECT sum(amount) AS settled FROM allocation"
    "       WHERE invoice_id = i.id) s ON true"
    " WHERE i.account_id = ANY(:ids) AND i.total > coalesce(s.settled, 0)"
    " ORDER BY i.due_date, i.bill_date, i.id"
)
FREE = text(
    "SELECT account_id, kind, id, day, money.left FROM ("
    "  SELECT p.account_id, 'payment' AS kind, p.id, p.day, p.amount"
    "         + coalesce((SELECT sum(r.amount) FROM payment r WHERE r.reverses_id = p.id), 0)"
    "         - coalesce((SELECT sum(x.amount) FROM allocation x WHERE x.payment_id = p.id), 0) AS left FROM payment p"
    "   WHERE p.account_id = ANY(:ids) AND p.kind IN ('payment', 'top_up') AND p.amount > 0"
    "  UNION ALL"
    "  SELECT i.account_id, 'credit_note', i.id, i.bill_date, source_left(NULL, i.id) FROM invoice i"
    "   WHERE i.account_id = ANY(:ids) AND i.total < 0"
    ") money WHERE money.left > 0 ORDER BY day, kind, id"
)
DEBTS = text(
    "SELECT i.account_id, a.settings->>'debt_share' AS share, array_agg(i.id) AS invoices FROM invoice i"
    "  JOIN account a ON a.id = i.account_id AND a.settings ? 'debt_share'"
    " WHERE i.account_id = ANY(:ids) AND NOT i.prepaid AND i.total > 0 GROUP BY 1, 2"
)
ENTITY = text(
    "SELECT a.id, c.legal_entity_id AS entity_id, a.currency FROM account a JOIN client c ON c.id = a.client_id"
    " WHERE a.id = ANY(:ids)"
)
HAS_CREDIT = text(
    "SELECT a.account_id FROM ledger_account a WHERE a.kind = 'credit' AND a.account_id = ANY(:ids)"
    " AND (SELECT coalesce(sum(amount), 0) FROM ledger_line l WHERE l.ledger_account_id = a.id) < 0"
)


def open_invoices(session: Session, account_ids: Sequence[int]) -> dict[int, list[Open]]:
    """Not fully settled invoices, by account, the one due first first."""
    found: dict[int, list[Open]] = {}
    for row in session.execute(OPEN, {"ids": list(account_ids)}):
        found.setdefault(row.account_id, []).append(Open(row.id, row.number, row.bill_date, row.due_date, row.left))
    return found


def free_money(session: Session, account_ids: Sequence[int]) -> dict[int, list[Source]]:
    """Payments and credit notes that are not used up, by account, oldest first."""
    found: dict[int, list[Source]] = {}
    for row in session.execute(FREE, {"ids": list(account_ids)}):
        found.setdefault(row.account_id, []).append(Source(row.kind, row.id, row.day, row.left))
    return found


def with_credit(session: Session, account_ids: Sequence[int]) -> list[int]:
    """Those of the accounts that have credit."""
    return [row.account_id for row in session.execute(HAS_CREDIT, {"ids": list(account_ids)})]


def settle(session: Session, account_ids: Sequence[int], today: date, author: str) -> list[Part]:
    """Let free money settle open invoices, oldest first. The accounts must be locked.

    Old debt of a prepaid account that recovers it by a share of each top-up is left out: see `debts`.
    """
    money = free_money(session, account_ids)
    owed = open_invoices(session, list(money))
    for account, held in debts(session, list(owed)).items():
        owed[account] = [one for one in owed[account] if one.id not in held.invoices]
    parts = {id_: oldest_first(sources, owed.get(id_, ()), today) for id_, sources in money.items()}
    write_parts(session, parts, author)
    return [part for each in parts.values() for part in each]


@dataclass(frozen=True, slots=True)
class Debt:
    """Open invoices of a prepaid account from before, and the share of each top-up that pays them."""

    share: Decimal
    invoices: frozenset[int]


def debts(session: Session, account_ids: Sequence[int]) -> dict[int, Debt]:
    """By account, for those that recover their debt by a share."""
    rows = session.execute(DEBTS, {"ids": list(account_ids)})
    return {row.account_id: Debt(Decimal(row.share), frozenset(row.invoices)) for row in rows}


def write_parts(session: Session, parts: dict[int, list[Part]], author: str) -> None:
    """Write allocations and the entries that move the client's credit to the invoice; by account."""
    flat = [(account, part) for account, each in parts.items() for part in each]
    if not flat:
        return
    entities = {row.id: row for row in session.execute(ENTITY, {"ids": list(parts)})}
    ids = next_ids(session, "allocation", len(flat))
    entries = [
        Entry(
            entities[account].entity_id,
            "allocation",
            f"allocation:{id_}",
            part.day,
            entities[account].currency,
            settlement_lines(account, part.invoice_id, part.amount),
            author=author,
        )
        for id_, (account, part) in zip(ids, flat, strict=True)
    ]
    entry_ids = book(session, entries)
    copy_rows(
        session,
        "allocation",
        ("id", "invoice_id", "payment_id", "credit_note_id", "ledger_entry_id", "amount", "day", "automatic"),
        [
            (
                id_,
                part.invoice_id,
                part.source_id if part.source_kind == "payment" else None,
                part.source_id if part.source_kind == "credit_note" else None,
                entry_id,
                part.amount,
                part.day,
                part.automatic,
            )
            for id_, entry_id, (_, part) in zip(ids, entry_ids, flat, strict=True)
        ],
    )


def write_off_part(session: Session, invoice_id: int, entry_id: int, amount: Decimal, day: date) -> None:
    """An allocation without money behind it: the entry booked the loss."""
    id_ = next_ids(session, "allocation", 1)[0]
    copy_rows(
        session,
        "allocation",
        ("id", "invoice_id", "ledger_entry_id", "amount", "day", "automatic"),
        [(id_, invoice_id, entry_id, amount, day, False)],
    )
