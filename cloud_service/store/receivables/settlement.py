"""Unallocated money and open invoices of accounts; the rows that let one settle the other, each with its entry."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Protocol

from sqlalchemy import text
from sqlalchemy.orm import Session

from cloud_service.domain.receivables.ledger import LedgerEntry, settlement_lines
from cloud_service.domain.receivables.payment_allocation import Allocation, CreditSource, OpenInvoice, oldest_first
from cloud_service.store.database.bulk_rows import copy_rows, next_ids
from cloud_service.store.receivables.ledger import book

POSITIONS = text(
    """
    SELECT a.id AS account_id, c.legal_entity_id AS entity_id, a.currency,
           CASE WHEN a.settings ? 'debt_share' THEN
                (SELECT a.settings->>'debt_share' FROM account_mode m
                  WHERE m.account_id = a.id AND m.mode = 'prepaid'
                    AND (m.during @> cast(:day AS date) OR cast(:day AS date) IS NULL AND upper_inf(m.during)))
                END AS share,
           item.kind, item.id, item.number, item.day, item.due_date, item.prepaid, item.left,
           greatest(item.day, item.since) AS since
      FROM (SELECT account_id, 'invoice' AS kind, invoice_id AS id, number, bill_date AS day, due_date, prepaid,
                   open_since AS since, outstanding AS left
              FROM invoice_balance
             WHERE account_id = ANY(:ids)
            UNION ALL
            SELECT p.account_id, 'payment', p.id, '', p.day, p.day, false, s.freed_on,
                   p.amount - coalesce(s.used, 0)
                   + coalesce((SELECT sum(r.amount) FROM payment r WHERE r.reverses_id = p.id), 0)
              FROM payment p
             CROSS JOIN LATERAL (SELECT sum(x.amount) AS used, max(x.day) FILTER (WHERE x.amount < 0) AS freed_on
                                   FROM allocation x WHERE x.payment_id = p.id) s
             WHERE p.account_id = ANY(:ids) AND p.kind IN ('payment', 'top_up') AND p.amount > 0
            UNION ALL
            SELECT i.account_id, 'credit_note', i.id, '', i.bill_date, i.bill_date, false, s.freed_on,
                   -i.total - coalesce(s.used, 0)
                   + coalesce((SELECT sum(r.amount) FROM payment r WHERE r.credit_note_id = i.id), 0)
              FROM invoice i
             CROSS JOIN LATERAL (SELECT sum(x.amount) AS used, max(x.day) FILTER (WHERE x.amount < 0) AS freed_on
                                   FROM allocation x WHERE x.credit_note_id = i.id) s
             WHERE i.account_id = ANY(:ids) AND i.total < 0) item
      JOIN account a ON a.id = item.account_id
      JOIN client c ON c.id = a.client_id
     WHERE item.left > 0
     ORDER BY item.due_date, item.day, item.kind, item.id
    """
)
HAS_CREDIT = text(
    """
    SELECT a.account_id
      FROM ledger_account a
     WHERE a.kind = 'credit'
       AND a.account_id = ANY(:ids)
       AND (SELECT coalesce(sum(amount), 0) FROM ledger_line l WHERE l.ledger_account_id = a.id) < 0
    """
)


class Payer(Protocol):
    """Whose books a settlement is written to."""

    @property
    def account_id(self) -> int:
        """The client's account."""

    @property
    def entity_id(self) -> int:
        """Who sells."""

    @property
    def currency(self) -> str:
        """Of the account."""


@dataclass(frozen=True, slots=True)
class AccountPosition:
    """An account's open invoices, the one due first first, and its money that is not used up, the oldest first."""

    account_id: int
    entity_id: int
    currency: str
    debt_share: Decimal | None = None  # of each top-up, that pays the old debt
    open_invoices: list[OpenInvoice] = field(default_factory=list)
    old_debt: list[OpenInvoice] = field(default_factory=list)  # from before a prepaid account recovers it by a share
    unallocated: list[CreditSource] = field(default_factory=list)


def positions(session: Session, account_ids: Iterable[int], day: date | None = None) -> dict[int, AccountPosition]:
    """By account, for those that have anything open or unallocated.

    A share of top-ups pays old debt where the account is prepaid on the day (by its newest mode unless one is given).
    """
    by_account: dict[int, AccountPosition] = {}
    for row in session.execute(POSITIONS, {"ids": list(account_ids), "day": day}):
        share = None if row.share is None else Decimal(row.share)
        position = by_account.setdefault(
            row.account_id, AccountPosition(row.account_id, row.entity_id, row.currency, share)
        )
        if row.kind != "invoice":
            position.unallocated.append(CreditSource(row.kind, row.id, row.day, row.left, row.since))
            continue
        invoice = OpenInvoice(row.id, row.number, row.day, row.due_date, row.left, row.since)
        position.open_invoices.append(invoice)
        if share is not None and not row.prepaid:
            position.old_debt.append(invoice)
    return by_account


def with_credit(session: Session, account_ids: Sequence[int]) -> list[int]:
    """Those of the accounts that have credit."""
    return [row.account_id for row in session.execute(HAS_CREDIT, {"ids": list(account_ids)})]


def settle(
    session: Session, accounts: Iterable[AccountPosition], today: date, author: str, along: Sequence[LedgerEntry] = ()
) -> list[Allocation]:
    """Let unallocated money settle open invoices, oldest first; book `along` with it. The accounts must be locked.

    Debt of a prepaid account that recovers it by a share of each top-up is left out.
    """
    by_account = []
    for position in accounts:
        invoices = [invoice for invoice in position.open_invoices if invoice not in position.old_debt]
        by_account.append((position, oldest_first(position.unallocated, invoices, today)))
    write_allocations(session, by_account, author, along)
    return [allocation for _, allocations in by_account for allocation in allocations]


def write_allocations(
    session: Session,
    by_account: Sequence[tuple[Payer, Sequence[Allocation]]],
    author: str,
    along: Sequence[LedgerEntry] = (),
) -> None:
    """Write allocations and the entries that move the client's credit to the invoice; book `along` in the same go."""
    pairs = [(payer, allocation) for payer, allocations in by_account for allocation in allocations]
    ids = next_ids(session, "allocation", len(pairs)) if pairs else []
    entries = [_entry(id_, payer, allocation, author) for id_, (payer, allocation) in zip(ids, pairs, strict=True)]
    entry_ids = book(session, [*along, *entries])[len(along) :]
    copy_rows(
        session,
        "allocation",
        ("id", "invoice_id", "payment_id", "credit_note_id", "ledger_entry_id", "amount", "day", "automatic"),
        [
            (
                id_,
                allocation.invoice_id,
                allocation.source_id if allocation.source_kind == "payment" else None,
                allocation.source_id if allocation.source_kind == "credit_note" else None,
                entry_id,
                allocation.amount,
                allocation.day,
                allocation.automatic,
            )
            for id_, entry_id, (_, allocation) in zip(ids, entry_ids, pairs, strict=True)
        ],
    )


def _entry(allocation_id: int, payer: Payer, allocation: Allocation, author: str) -> LedgerEntry:
    lines = settlement_lines(payer.account_id, allocation.invoice_id, allocation.amount)
    return LedgerEntry(
        payer.entity_id, "allocation", f"allocation:{allocation_id}", allocation.day, payer.currency, lines,
        author=author,
    )  # fmt: skip


def write_off_allocation(session: Session, invoice_id: int, entry_id: int, amount: Decimal, day: date) -> None:
    """An allocation without money behind it: the entry booked the loss."""
    columns = ("invoice_id", "ledger_entry_id", "amount", "day", "automatic")
    copy_rows(session, "allocation", columns, [(invoice_id, entry_id, amount, day, False)])
