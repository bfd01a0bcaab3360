"""Lines that wait for a contract's next invoice: shares of common costs, differences, fees."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from psycopg.types.json import Jsonb
from psycopg.types.range import DateRange
from sqlalchemy import text
from sqlalchemy.orm import Session

from cloud_service.store.database.bulk_rows import copy_rows
from common.period import Span

WAITING = text(
    "SELECT id, contract_id, line, reason FROM pending_line WHERE contract_id = ANY(:ids) AND invoice_id IS NULL"
    " AND lower(during) < :until ORDER BY contract_id, id FOR UPDATE"
)
KNOWN = text("SELECT business_key FROM pending_line WHERE business_key = ANY(:keys)")


def add(
    session: Session, rows: Sequence[tuple[int, str, Span, str, Decimal, dict[str, Any]]], *, reason: str, author: str
) -> int:
    """Keep (contract, business key, days, currency, amount, line) for the next invoice; known keys stay as they are."""
    keys = [row[1] for row in rows]
    known = {row.business_key for row in session.execute(KNOWN, {"keys": keys})}
    fresh = [row for row in rows if row[1] not in known]
    copy_rows(
        session,
        "pending_line",
        ("contract_id", "business_key", "during", "currency", "amount", "line", "reason", "author"),
        (
            (contract, key, DateRange(span.start, span.end, "[)"), currency, amount, Jsonb(line), reason, author)
            for contract, key, span, currency, amount, line in fresh
        ),
    )
    return len(fresh)


def waiting(session: Session, contract_ids: Sequence[int], until: date) -> dict[int, list[tuple[int, dict[str, Any]]]]:
    """(id, line) of what waits, by contract; locked until the transaction ends."""
    found: dict[int, list[tuple[int, dict[str, Any]]]] = {}
    for row in session.execute(WAITING, {"ids": list(contract_ids), "until": until}):
        found.setdefault(row.contract_id, []).append((row.id, row.line))
    return found


DIFFERENCES = text(
    "SELECT line FROM pending_line WHERE (line->>'corrects')::bigint = :invoice AND contract_id IN"
    " (SELECT contract_id FROM invoice_span WHERE invoice_id = :invoice) ORDER BY id"
)


def earlier_differences(session: Session, invoice_id: int) -> list[dict[str, Any]]:
    """The changes that earlier differences of an invoice billed or will bill, as lines with their VAT rate."""
    found: list[dict[str, Any]] = []
    for row in session.execute(DIFFERENCES, {"invoice": invoice_id}):
        category, percent = row.line["vat"]
        amount = Decimal(row.line["amount"])
        changes = row.line["changes"]
        listed = sum((Decimal(change["amount"]) for change in changes), Decimal(0))
        found += [change | {"tax_category": category, "tax_rate": percent} for change in changes]
        if listed != amount:  # several VAT rates: the changes stand with the first, its own amount with each
            found.append(_balance(category, percent, amount - listed))
    return found


def _balance(category: str, percent: str, amount: Decimal) -> dict[str, Any]:
    return {
        "charge": "difference", "label": "", "unit": "", "price": None, "quantity": "0",
        "amount": format(amount, "f"), "tax_category": category, "tax_rate": percent,
    }  # fmt: skip
