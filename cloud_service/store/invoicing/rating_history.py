"""What the invoice before left behind for a contract: peaks and credits for rating, the use of past months."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import text
from sqlalchemy.orm import Session

from cloud_service.domain.pricing.record_json import from_json
from cloud_service.domain.pricing.usage import History
from cloud_service.domain.rating.rated_contract import MonthlyUse

EARLIER = text(
    """
    SELECT c.id AS contract_id, billed->'history' AS history, billed->'usage' AS usage, last.invoice_id
      FROM unnest(cast(:ids AS bigint[])) c(id)
     CROSS JOIN LATERAL (SELECT s.invoice_id FROM invoice_span s
                          WHERE s.contract_id = c.id AND NOT s.credited
                            AND s.during && daterange(cast(:floor AS date), :day)
                          ORDER BY upper(s.during) DESC LIMIT 1) last
      JOIN invoice i ON i.id = last.invoice_id
     CROSS JOIN LATERAL jsonb_array_elements(i.basis->'contracts') billed
     WHERE (billed->'contract'->>'id')::bigint = c.id
    """
)


@dataclass(frozen=True, slots=True)
class EarlierInvoice:
    """From the latest invoice of a contract before a day."""

    invoice_id: int
    history: History
    usage: tuple[MonthlyUse, ...]


def histories(session: Session, contract_ids: Sequence[int], day: date) -> dict[int, EarlierInvoice]:
    """By contract, what its latest invoice of the four hundred days before `day` left behind."""
    floor = date.fromordinal(day.toordinal() - 400)
    rows = session.execute(EARLIER, {"ids": list(contract_ids), "day": day, "floor": floor})
    return {
        row.contract_id: EarlierInvoice(
            row.invoice_id,
            from_json(History, row.history or {}),
            from_json(tuple[MonthlyUse, ...], row.usage or ()),
        )
        for row in rows
    }
