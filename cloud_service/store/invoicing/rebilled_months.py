"""Months that were billed anew after a later bill was made: their use as the new bill says it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import text
from sqlalchemy.orm import Session

from cloud_service.domain.pricing.record_json import from_json
from cloud_service.domain.rating.rated_contract import MonthlyUse
from common.period import Span, add_months

REBILLED = text(
    """
    SELECT w.id AS contract_id, lower(s.during) AS start, upper(s.during) AS end, billed->'usage' AS usage,
           billed->>'unit' AS unit
      FROM unnest(cast(:ids AS bigint[]), cast(:bills AS bigint[])) w(id, bill)
      JOIN invoice_span s ON s.contract_id = w.id AND NOT s.credited AND s.invoice_id > w.bill
       AND s.during && daterange(:start, :end)
      JOIN invoice i ON i.id = s.invoice_id
     CROSS JOIN LATERAL jsonb_array_elements(i.basis->'contracts') billed
     WHERE (billed->'contract'->>'id')::bigint = w.id
     ORDER BY s.invoice_id
    """
)


@dataclass(frozen=True, slots=True)
class RebilledMonths:
    """The use of the whole months of one bill, in its unit."""

    contract_id: int
    unit: str | None
    uses: tuple[MonthlyUse, ...]


def rebilled_months(session: Session, bills: Mapping[int, int], span: Span) -> list[RebilledMonths]:
    """By contract and its latest bill: what bills that were issued after that one say of months within a span.

    A month of which a bill has only a part is left as it was.
    """
    values = {"ids": list(bills), "bills": list(bills.values()), "start": span.start, "end": span.end}
    return [
        RebilledMonths(row.contract_id, row.unit, _whole_months(row.usage, Span(row.start, row.end)))
        for row in (session.execute(REBILLED, values) if bills else ())
    ]


def _whole_months(usage: object, days: Span) -> tuple[MonthlyUse, ...]:
    uses = from_json(tuple[MonthlyUse, ...], usage or ())
    return tuple(use for use in uses if days.start <= use.month and _after(use.month) <= days.end)


def _after(month: date) -> date:
    return add_months(month, 1)
