"""What a bill rests on and what rests on it: neighbours, lines it took up, differences to it, fees for it."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

RELATIONS = text(
    """
    SELECT DISTINCT 1 AS place, 'before' AS kind, i.public_id, i.number, lower(i.during) AS start,
           upper(i.during) AS end, i.total AS amount, i.currency, '' AS label
      FROM invoice_dependency d
      JOIN invoice i ON i.id = d.on_invoice_id
     WHERE d.invoice_id = :id AND d.kind = 'history'
    UNION ALL
    SELECT DISTINCT 2, 'after', i.public_id, i.number, lower(i.during), upper(i.during), i.total, i.currency, ''
      FROM invoice_dependency d
      JOIN invoice i ON i.id = d.invoice_id
     WHERE d.on_invoice_id = :id AND d.kind = 'history'
       AND NOT EXISTS (SELECT 1 FROM invoice n WHERE n.corrects_id = i.id AND n.kind = 'credit_note')
    UNION ALL
    SELECT 3, CASE WHEN i.id IS NULL THEN 'line' WHEN p.line ? 'advance' THEN 'advance' ELSE 'difference_to' END,
           i.public_id, i.number,
           lower(p.during), upper(p.during), p.amount, p.currency, p.line->>'label'
      FROM invoice_dependency d
      JOIN pending_line p ON p.id = d.pending_line_id
      LEFT JOIN invoice i ON i.id = d.on_invoice_id
     WHERE d.invoice_id = :id AND d.kind = 'line'
    UNION ALL
    SELECT 4, CASE WHEN p.line ? 'advance' THEN 'settled_on' ELSE 'difference_on' END, i.public_id,
           i.number, lower(p.during), upper(p.during), p.amount, p.currency, ''
      FROM invoice_dependency d
      JOIN invoice i ON i.id = d.invoice_id
      JOIN pending_line p ON p.id = d.pending_line_id AND p.invoice_id = d.invoice_id
     WHERE d.on_invoice_id = :id AND d.kind = 'line'
    UNION ALL
    SELECT 5, CASE WHEN p.line ? 'advance' THEN 'unsettled' ELSE 'waiting' END, NULL, NULL,
           lower(p.during), upper(p.during), p.amount, p.currency, p.line->>'label'
      FROM pending_line p
     WHERE p.invoice_id IS NULL
       AND p.contract_id IN (SELECT s.contract_id FROM invoice_span s WHERE s.invoice_id = :id
                              UNION ALL
                             SELECT a.contract_id FROM advance_bill a WHERE a.invoice_id = :id)
       AND (p.line->>'corrects')::bigint = :id
    UNION ALL
    SELECT DISTINCT 6, 'fee', f.public_id, f.number, lower(f.during), upper(f.during), f.total, f.currency, ''
      FROM dunning_step s
      JOIN invoice f ON f.id = s.fee_invoice_id
     WHERE s.invoice_id = :id
    UNION ALL
    SELECT 7, 'fee_for', r.public_id, r.number, lower(r.during), upper(r.during), r.total, r.currency, ''
      FROM invoice i
     CROSS JOIN LATERAL jsonb_array_elements_text(i.basis->'fee_for') reminded
      JOIN invoice r ON r.id = reminded::bigint
     WHERE i.id = :id
     ORDER BY 1, start, 4
    """
)


@dataclass(frozen=True, slots=True)
class BillRelation:
    """Something that a bill rests on, or that rests on it, with its days and amount."""

    kind: str  # before, after, line, difference_to, difference_on, waiting, advance, settled_on, unsettled, fee(_for)
    public_id: UUID | None  # of the other bill, None for a line without one
    number: str | None
    start: date
    end: date  # exclusive
    amount: Decimal
    currency: str
    label: str  # of a line


def relations_of(session: Session, invoice_id: int) -> list[BillRelation]:
    """The neighbours of a bill, what it took up, what corrects it on other bills, its fees."""
    names = BillRelation.__slots__
    rows = session.execute(RELATIONS, {"id": invoice_id}).mappings()
    return [BillRelation(**{name: row[name] for name in names}) for row in rows]
