"""What the bill before left behind for a contract: peaks and credits for rating, the use of past months.

A bill builds on the bill of the days just before its own, or on what the same run has rated of them; where these days
are not billed it says from which day on.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import text
from sqlalchemy.orm import Session

from cloud_service.domain.pricing.record_json import from_json
from cloud_service.domain.pricing.usage import NOTHING_BEFORE, History
from cloud_service.domain.rating.rated_contract import MonthlyUse
from common.period import Span

EARLIER = text(
    """
    SELECT c.id AS contract_id, last.invoice_id, lower(gap.days) AS gap_start, upper(gap.days) AS gap_end,
           coalesce(billed.history, item.rated->'history') AS history,
           coalesce(billed.usage, item.rated->'usage') AS usage,
           coalesce(billed.unit, item.rated->>'unit', CASE WHEN billed.utility = 'electricity' THEN 'kWh' END) AS unit
      FROM unnest(cast(:ids AS bigint[])) c(id)
     CROSS JOIN LATERAL (
           SELECT * FROM (
           (SELECT upper(s.during) AS until, s.invoice_id, cast(NULL AS bigint) AS item_id FROM invoice_span s
             WHERE s.contract_id = c.id AND NOT s.credited AND s.during && daterange(NULL, :day)
             ORDER BY upper(s.during) DESC LIMIT 1)
             UNION ALL
           (SELECT upper(b.during), NULL, b.id FROM billing_item b
             WHERE b.contract_id = c.id AND b.billing_run_id = cast(:run AS bigint) AND b.state = 'rated'
               AND b.during && daterange(NULL, :day)
             ORDER BY upper(b.during) DESC LIMIT 1)) x
            ORDER BY until DESC LIMIT 1) last
     CROSS JOIN LATERAL (
           SELECT datemultirange(daterange(least(last.until, :day), :day))
                  - coalesce(range_agg(w.during), '{}'::datemultirange) AS days
             FROM waived_span w WHERE w.contract_id = c.id) gap
      LEFT JOIN LATERAL (
           SELECT billed->'history' AS history, billed->'usage' AS usage, billed->>'unit' AS unit,
                  billed->'contract'->>'utility' AS utility
             FROM invoice i CROSS JOIN LATERAL jsonb_array_elements(i.basis->'contracts') billed
            WHERE i.id = last.invoice_id AND (billed->'contract'->>'id')::bigint = c.id) billed ON true
      LEFT JOIN billing_item item ON item.id = last.item_id
    """
)
# Of a contract without any bill: days that a run has tried, and that wait for somebody.
UNFINISHED = text(
    """
    SELECT c.id AS contract_id, min(lower(days.open)) AS gap_start
      FROM unnest(cast(:ids AS bigint[])) w(id)
      JOIN contract c ON c.id = w.id
     CROSS JOIN LATERAL (
           SELECT billing_run_id, during FROM billing_item WHERE contract_id = c.id AND state = 'parked'
             AND during && daterange(NULL, :day)
            UNION ALL
           SELECT billing_run_id, during FROM billing_item WHERE contract_id = c.id AND state IN ('waiting', 'rated')
             AND during && daterange(NULL, :day)) b
      JOIN billing_run r ON r.id = b.billing_run_id AND r.state <> 'cancelled'
       AND (NOT r.dry_run OR r.id = cast(:run AS bigint))
     CROSS JOIN LATERAL (
           SELECT datemultirange(b.during * c.during * daterange(NULL, :day))
                  - coalesce(range_agg(v.during), '{}'::datemultirange) AS open
             FROM waived_span v WHERE v.contract_id = c.id) days
     WHERE NOT isempty(days.open)
     GROUP BY c.id
    """
)


@dataclass(frozen=True, slots=True)
class EarlierBill:
    """From the latest bill of a contract before a day; `gap`: days between them that nothing bills."""

    invoice_id: int | None  # None: nothing is billed, or the run has rated it and not issued
    history: History = NOTHING_BEFORE
    usage: tuple[MonthlyUse, ...] = ()
    gap: Span | None = None
    unit: str | None = None  # of the usage; None on old bills that do not say what water, gas and heat meters counted


def histories(
    session: Session, contract_ids: Sequence[int], day: date, run_id: int | None = None
) -> dict[int, EarlierBill]:
    """By contract, what its latest bill before `day` left behind; what run `run_id` has rated counts as billed."""
    values = {"ids": list(contract_ids), "day": day, "run": run_id}
    earlier = {
        row.contract_id: EarlierBill(
            row.invoice_id,
            from_json(History, row.history or {}),
            from_json(tuple[MonthlyUse, ...], row.usage or ()),
            Span(row.gap_start, row.gap_end) if row.gap_start else None,
            row.unit,
        )
        for row in session.execute(EARLIER, values)
    }
    first = [contract_id for contract_id in contract_ids if contract_id not in earlier]
    for row in session.execute(UNFINISHED, values | {"ids": first}) if first else ():
        earlier[row.contract_id] = EarlierBill(None, gap=Span(row.gap_start, day))
    return earlier
