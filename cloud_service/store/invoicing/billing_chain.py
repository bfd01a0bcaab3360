"""How bills of a contract follow each other: the bill before and the next one, and what each rests on."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from msgspec import UNSET
from sqlalchemy import text
from sqlalchemy.orm import Session

from cloud_service.domain.invoicing.unbilled_days import FollowingBill, out_of_order
from cloud_service.domain.pricing.history_fingerprint import builds_on, fingerprint
from cloud_service.domain.pricing.record_json import from_json
from cloud_service.domain.pricing.usage import NOTHING_BEFORE, History
from cloud_service.domain.rating.rated_contract import RatedContract
from cloud_service.store.invoicing.rating_history import EarlierBill, histories
from common.errors import ConflictError
from common.period import Span

# The next live bill of each contract after some days, if nothing but waived days lies between; what it was given.
NEXT = text(
    """
    SELECT w.id AS contract_id, w.start, i.number, lower(n.during) AS next_start, given.history
      FROM unnest(cast(:ids AS bigint[]), cast(:starts AS date[]), cast(:ends AS date[])) w(id, start, until)
     CROSS JOIN LATERAL (
           SELECT invoice_id, during FROM invoice_span
            WHERE contract_id = w.id AND NOT credited AND during && daterange(w.until, NULL)
            ORDER BY lower(during) LIMIT 1) n
      JOIN invoice i ON i.id = n.invoice_id
      LEFT JOIN invoice_dependency d ON d.invoice_id = n.invoice_id AND d.contract_id = w.id AND d.kind = 'history'
      LEFT JOIN LATERAL (
           SELECT billed->'history' AS history
             FROM invoice e CROSS JOIN LATERAL jsonb_array_elements(e.basis->'contracts') billed
            WHERE e.id = d.on_invoice_id AND (billed->'contract'->>'id')::bigint = w.id) given ON true
     WHERE isempty(datemultirange(daterange(w.until, greatest(w.until, lower(n.during)))) - coalesce(
           (SELECT range_agg(v.during) FROM waived_span v WHERE v.contract_id = w.id), '{}'::datemultirange))
    """
)
NOTE = text(
    """
    INSERT INTO invoice_dependency (invoice_id, contract_id, kind, on_invoice_id)
    SELECT s.invoice_id, s.contract_id, 'history', last.invoice_id
      FROM invoice_span s
     CROSS JOIN LATERAL (
           SELECT e.invoice_id FROM invoice_span e
            WHERE e.contract_id = s.contract_id AND NOT e.credited AND e.during && daterange(NULL, lower(s.during))
            ORDER BY upper(e.during) DESC LIMIT 1) last
     WHERE s.invoice_id = ANY(:ids)
    """
)
NOTE_LINES = text(
    """
    INSERT INTO invoice_dependency (invoice_id, contract_id, kind, on_invoice_id, pending_line_id)
    SELECT invoice_id, contract_id, 'line', (line->>'corrects')::bigint, id
      FROM pending_line
     WHERE id = ANY(:ids)
    """
)
# The live bills of later days of its contracts, and of the contracts that these bill too; the earliest days first.
RESTING = text(
    """
    WITH RECURSIVE resting AS (
         SELECT cast(:id AS bigint) AS invoice_id
          UNION
         SELECT later.invoice_id
           FROM resting r
           JOIN invoice_span s ON s.invoice_id = r.invoice_id
           JOIN invoice_span later ON later.contract_id = s.contract_id AND NOT later.credited
            AND later.during && daterange(upper(s.during), NULL))
    SELECT i.id, i.public_id, i.number, lower(i.during) AS start, upper(i.during) AS end, i.total, i.currency
      FROM resting r
      JOIN invoice i ON i.id = r.invoice_id
     WHERE i.id <> :id
     ORDER BY lower(i.during), i.id
    """
)
ADJOIN = text(
    """
    SELECT isempty(datemultirange(daterange(:end, :start)) - coalesce(
           (SELECT range_agg(v.during) FROM waived_span v WHERE v.contract_id = :contract), '{}'::datemultirange))
    """
)
LEFT = text(
    """
    SELECT billed->'history' AS history
      FROM invoice i CROSS JOIN LATERAL jsonb_array_elements(i.basis->'contracts') billed
     WHERE i.id = :id
    """
)
# The bill that an invoice was made after, where it was taken back and its days are on no bill again.
LOST = text(
    """
    SELECT before.invoice_id, i.number
      FROM invoice_dependency d
      JOIN invoice_span before ON before.invoice_id = d.on_invoice_id AND before.contract_id = d.contract_id
      JOIN invoice i ON i.id = before.invoice_id
     WHERE d.invoice_id = :id AND d.kind = 'history' AND before.credited
       AND NOT EXISTS (SELECT 1 FROM invoice_span again WHERE again.contract_id = d.contract_id AND NOT again.credited
                          AND upper(again.during) = upper(before.during))
    """
)


@dataclass(frozen=True, slots=True)
class RestingBill:
    """A live bill of later days: it was given what the bills before it left over."""

    id: int
    public_id: UUID
    number: str
    start: date
    end: date  # exclusive
    total: Decimal
    currency: str


ContractAndStart = tuple[int, date]  # a contract's id and the first of some days


def broken(session: Session, contracts: Sequence[RatedContract]) -> dict[ContractAndStart, ConflictError]:
    """Those that do not fit between the bill before and the one after, with the reason.

    Of a contract's days the earlier ones come first. What was rated by nobody (hand-made) is not asked.
    """
    chained = [contract for contract in contracts if contract.given is not UNSET]
    chained.sort(key=lambda contract: (contract.contract.id, contract.start))
    earlier = _earlier(session, chained)
    following = next_bills(session, [(contract.contract.id, contract.span) for contract in chained])
    reasons: dict[ContractAndStart, ConflictError] = {}
    in_order: dict[int, RatedContract] = {}  # by contract: the last that fits
    for contract in chained:
        key = (contract.contract.id, contract.start)
        before = earlier.get(key, EarlierBill(None))
        last = in_order.get(contract.contract.id)
        if last is not None and _adjoin(session, last, contract):
            before = EarlierBill(None, last.history)
        reason = out_of_order(contract, before.gap, before.history, following.get(key))
        if reason is None:
            in_order[contract.contract.id] = contract
        else:
            reasons[key] = reason
    return reasons


def _adjoin(session: Session, last: RatedContract, contract: RatedContract) -> bool:
    """Whether nothing but days that are left unbilled on purpose lies between the days of a contract."""
    if last.end == contract.start:
        return True
    values = {"contract": contract.contract.id, "end": last.end, "start": contract.start}
    return bool(session.execute(ADJOIN, values).scalar_one())


def _earlier(session: Session, contracts: Sequence[RatedContract]) -> dict[ContractAndStart, EarlierBill]:
    ids_by_day: dict[date, list[int]] = {}
    for contract in contracts:
        ids_by_day.setdefault(contract.start, []).append(contract.contract.id)
    return {
        (contract_id, day): bill
        for day, ids in ids_by_day.items()
        for contract_id, bill in histories(session, ids, day).items()
    }


def next_bills(session: Session, due: Sequence[tuple[int, Span]]) -> dict[ContractAndStart, FollowingBill]:
    """(contract, first day of its days) -> the bill that comes next after these days, if there is one."""
    values = {
        "ids": [contract_id for contract_id, _ in due],
        "starts": [span.start for _, span in due],
        "ends": [span.end for _, span in due],
    }
    return {
        (row.contract_id, row.start): FollowingBill(
            row.number, row.next_start, fingerprint(from_json(History, row.history or {}))
        )
        for row in session.execute(NEXT, values)
    }


def resting_on(session: Session, invoice_id: int) -> list[RestingBill]:
    """The live bills that rest on an invoice, the earliest days first."""
    return [RestingBill(**row) for row in session.execute(RESTING, {"id": invoice_id}).mappings()]


def builds(session: Session, invoice_id: int) -> bool:
    """Whether an invoice left anything over that later bills may build on."""
    rows = session.execute(LEFT, {"id": invoice_id})
    return any(builds_on(NOTHING_BEFORE, from_json(History, row.history or {})) for row in rows)


def lost_before(session: Session, invoice_id: int) -> str:
    """The number of a bill that left something over to an invoice, and that was credited and not billed anew."""
    rows = session.execute(LOST, {"id": invoice_id})
    return next((row.number for row in rows if builds(session, row.invoice_id)), "")


def note_dependencies(session: Session, invoice_ids: Sequence[int], line_ids: Sequence[int]) -> None:
    """Keep what invoices that were just written rest on: the bill before, for each contract, and lines they took up."""
    if invoice_ids:
        session.execute(NOTE, {"ids": list(invoice_ids)})
    if line_ids:
        session.execute(NOTE_LINES, {"ids": list(line_ids)})
