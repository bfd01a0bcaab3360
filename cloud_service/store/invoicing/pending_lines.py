"""Lines that wait for a contract's next invoice: shares of common costs, differences, fees."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

import msgspec
from msgspec import UNSET
from psycopg.types.range import DateRange
from sqlalchemy import text
from sqlalchemy.orm import Session

from cloud_service.domain.invoicing.pending_lines import WaitingLine
from cloud_service.domain.invoicing.rebill_difference import ComparedLine, of_change
from cloud_service.domain.pricing.rated_line import OUTSIDE_VAT, shortest
from cloud_service.domain.pricing.record_json import from_json, to_json
from cloud_service.store.database.bulk_rows import copy_rows, json_value
from common.period import Span

# A share of days that are the contract's no more (it ended earlier than was known) is not billed: it is shared anew.
# An advance waits for the bill of its first day; `free` ones have none to come, or give a settled advance back.
_FREE = """
       (p.line->>'charge' <> 'advance' OR NOT p.line ? 'corrects' OR NOT c.during @> lower(p.during)
        OR EXISTS (SELECT 1 FROM invoice_span s
                    WHERE s.contract_id = c.id AND NOT s.credited AND s.during @> lower(p.during))
        OR EXISTS (SELECT 1 FROM waived_span w WHERE w.contract_id = c.id AND w.during @> lower(p.during)))
"""
WAITING = text(
    f"""
    SELECT p.id, p.contract_id, p.line, upper(c.during) AS contract_end, {_FREE} AS free,
           CASE WHEN p.line ? 'advance'
                THEN (SELECT b.received FROM invoice_balance b WHERE b.invoice_id = (p.line->>'corrects')::bigint)
           END AS paid
      FROM pending_line p
      JOIN contract c ON c.id = p.contract_id
     WHERE p.contract_id = ANY(:ids) AND p.invoice_id IS NULL AND lower(p.during) < :until
       AND (p.line->>'charge' <> 'share' OR p.during <@ c.during)
     ORDER BY p.contract_id, p.id
       FOR UPDATE OF p
    """  # noqa: S608 - our own text
)
RELEASE = text("UPDATE pending_line SET invoice_id = NULL WHERE invoice_id = :invoice")
DROP_WAITING = text("DELETE FROM pending_line WHERE (line->>'corrects')::bigint = :invoice AND invoice_id IS NULL")
KEYS_IN_USE = text("SELECT business_key FROM pending_line WHERE business_key = ANY(:keys)")
DIFFERENCES = text(
    """
    SELECT line
      FROM pending_line
     WHERE (line->>'corrects')::bigint = :invoice
       AND contract_id IN (SELECT contract_id FROM invoice_span WHERE invoice_id = :invoice)
     ORDER BY id
    """
)
BILLED_DIFFERENCES = text(
    """
    SELECT p.contract_id, p.business_key, p.currency, p.line
      FROM pending_line p
     WHERE (p.line->>'corrects')::bigint = :invoice AND p.invoice_id IS NOT NULL
       AND NOT EXISTS (SELECT 1 FROM invoice n WHERE n.corrects_id = p.invoice_id AND n.kind = 'credit_note')
     ORDER BY p.id
    """
)
# Of a run over some contracts only theirs; of one over all, those of all that ended.
# A share of days that turned out not to be the contract's is left to a person, as in WAITING.
_OF_ENDED = """
      FROM pending_line p
      JOIN contract c ON c.id = p.contract_id
      JOIN account a ON a.id = c.account_id
      JOIN client cl ON cl.id = a.client_id
     WHERE p.invoice_id IS NULL AND cl.legal_entity_id = :entity AND lower(p.during) < :until
       AND upper(c.during) <= :until AND (p.line->>'charge' <> 'share' OR p.during <@ c.during)
       AND (EXISTS (SELECT 1 FROM invoice_span s
                     WHERE s.contract_id = c.id AND NOT s.credited AND s.during @> upper(c.during) - 1)
            OR EXISTS (SELECT 1 FROM waived_span w WHERE w.contract_id = c.id AND w.during @> upper(c.during) - 1))
       AND ((SELECT whole FROM billing_run WHERE id = :run)
            OR EXISTS (SELECT 1 FROM billing_item b WHERE b.billing_run_id = :run AND b.contract_id = c.id))
"""
OF_ENDED = text(
    f"""
    SELECT c.account_id, array_agg(DISTINCT c.id ORDER BY c.id) AS contracts
    {_OF_ENDED}
     GROUP BY c.account_id
     ORDER BY c.account_id
     LIMIT :limit
    """
)
SUMS_OF_ENDED = text(
    f"""
    SELECT p.currency, count(*) AS lines, sum(p.amount) AS net
    {_OF_ENDED}
     GROUP BY p.currency
     ORDER BY p.currency
    """
)
LISTED = text(
    f"""
    SELECT p.id, p.contract_id, c.public_id, c.number AS contract, cl.name AS tenant, p.currency, p.amount,
           p.line->>'label' AS label, p.line->>'charge' AS charge, lower(p.during) AS start, upper(p.during) AS end,
           p.reason, p.author, p.created_at,
           upper(c.during) IS NOT NULL AND upper(c.during) <= :today AS ended,
           p.line->>'charge' IN ('difference', 'advance') AND NOT p.line ? 'corrects' AS gives_back,
           p.line ? 'advance' AS settles,
           p.line->>'charge' = 'share' AND NOT p.during <@ c.during AS outside
      FROM pending_line p
      JOIN contract c ON c.id = p.contract_id
      JOIN account a ON a.id = c.account_id
      JOIN client cl ON cl.id = a.client_id
     WHERE p.invoice_id IS NULL AND cl.legal_entity_id = ANY(:entities) AND p.id > :after
       AND (p.id = :id OR (cast(:id AS bigint) IS NULL AND (NOT p.line ? 'advance' OR {_FREE})))
     ORDER BY p.id
     LIMIT :limit
    """  # noqa: S608 - our own text
)
# A difference over several VAT rates is several lines: they go together.
DROP_LINE = text(
    """
    WITH chosen AS (SELECT business_key, contract_id FROM pending_line WHERE id = :id)
    DELETE FROM pending_line p
     USING chosen
     WHERE p.invoice_id IS NULL AND p.contract_id = chosen.contract_id
       AND (p.business_key = chosen.business_key OR (chosen.business_key LIKE 'difference:%'
            AND regexp_replace(p.business_key, ':[^:]*:[^:]*$', '')
                = regexp_replace(chosen.business_key, ':[^:]*:[^:]*$', '')))
    RETURNING p.id, (p.line->>'corrects')::bigint AS corrects, p.reason
    """
)
COLUMNS = ("contract_id", "business_key", "during", "currency", "amount", "line", "reason", "author")


@dataclass(frozen=True, slots=True)
class NewLine:
    """A line to keep for a contract's next invoice; its business key keeps it from being there twice."""

    contract_id: int
    business_key: str
    currency: str
    line: WaitingLine


@dataclass(frozen=True, slots=True)
class ListedLine:
    """A line that waits; `ended`: its contract has ended, `gives_back`: it gives back what a bill took or gave."""

    id: int
    contract_id: int
    public_id: UUID  # of the contract
    contract: str
    tenant: str
    currency: str
    amount: Decimal
    label: str
    charge: str
    start: date
    end: date  # exclusive
    reason: str
    author: str
    created_at: datetime
    ended: bool
    gives_back: bool
    outside: bool = False  # a share of days that are the contract's no more: no bill takes it
    settles: bool = False  # it takes a bill in advance off


@dataclass(frozen=True, slots=True)
class DroppedLine:
    """A line that waits no more; of a difference, the invoice that it corrected."""

    id: int
    corrects: int | None
    reason: str


def listed(
    session: Session, entity_ids: Sequence[int], today: date, *, id_: int | None = None, after: int = 0,
    limit: int = 200,
) -> list[ListedLine]:  # fmt: skip
    """Lines that wait, the longest first; of `id_` only this. An advance whose days are still to be billed is none."""
    values = {"entities": list(entity_ids), "today": today, "id": id_, "after": after, "limit": limit}
    return [ListedLine(**row) for row in session.execute(LISTED, values).mappings()]


def drop_line(session: Session, line_id: int) -> list[DroppedLine]:
    """A line waits no more, and the other rates of the same difference neither; nothing where it waited no more."""
    return [DroppedLine(row.id, row.corrects, row.reason) for row in session.execute(DROP_LINE, {"id": line_id})]


def add(session: Session, lines: Sequence[NewLine], *, reason: str, author: str) -> int:
    """Keep lines for the next invoice; those whose key is there already stay as they are. How many were new."""
    in_use = {row.business_key for row in session.execute(KEYS_IN_USE, {"keys": [new.business_key for new in lines]})}
    fresh = [new for new in lines if new.business_key not in in_use]
    copy_rows(session, "pending_line", COLUMNS, (_row(new, reason, author) for new in fresh))
    return len(fresh)


def _row(new: NewLine, reason: str, author: str) -> tuple[object, ...]:
    line = new.line
    during = DateRange(line.start, line.end, "[)")
    document = json_value(to_json(line))
    return (new.contract_id, new.business_key, during, new.currency, line.amount, document, reason, author)


@dataclass(frozen=True, slots=True)
class LineInWait:
    """A line that may be taken up; of one that is not `free`, the bill of its days takes it."""

    id: int
    line: WaitingLine
    free: bool
    contract_end: date | None  # exclusive

    def is_for(self, span: Span) -> bool:
        """Whether a bill of these days takes it: an advance waits for its days, and for the final bill at most."""
        is_final = self.contract_end is not None and span.end >= self.contract_end
        return self.free or is_final or Span(self.line.start, self.line.end).overlap(span) is not None


def waiting(session: Session, contract_ids: Sequence[int], until: date) -> dict[int, list[LineInWait]]:
    """What waits, by contract; locked until the transaction ends."""
    lines: dict[int, list[LineInWait]] = {}
    for row in session.execute(WAITING, {"ids": list(contract_ids), "until": until}):
        line = _with_paid(from_json(WaitingLine, row.line), row.paid)
        lines.setdefault(row.contract_id, []).append(LineInWait(row.id, line, row.free, row.contract_end))
    return lines


def _with_paid(line: WaitingLine, paid: Decimal | None) -> WaitingLine:
    """The line with what was paid until now of the advance that it takes off."""
    if line.advance is UNSET or paid is None:
        return line
    return msgspec.structs.replace(line, advance=msgspec.structs.replace(line.advance, paid=shortest(paid)))


def of_ended_contracts(session: Session, entity_id: int, run_id: int, until: date, limit: int) -> dict[int, list[int]]:
    """By account, contracts that ended and had their final bill, of which something waits that no next bill takes."""
    values = {"entity": entity_id, "run": run_id, "until": until, "limit": limit}
    return {row.account_id: row.contracts for row in session.execute(OF_ENDED, values)}


@dataclass(frozen=True, slots=True)
class LinesOfEnded:
    """What a run bills besides, of contracts that had their final bill, in one currency and without tax."""

    currency: str
    lines: int
    net: Decimal


def sums_of_ended(session: Session, entity_id: int, run_id: int, until: date) -> list[LinesOfEnded]:
    """The same in figures, for who approves the run."""
    rows = session.execute(SUMS_OF_ENDED, {"entity": entity_id, "run": run_id, "until": until})
    return [LinesOfEnded(row.currency, row.lines, row.net) for row in rows]


def take_back(session: Session, invoice_id: int) -> None:
    """An invoice is credited: the lines it took up wait again, differences to it that nobody billed are gone."""
    session.execute(DROP_WAITING, {"invoice": invoice_id})
    session.execute(RELEASE, {"invoice": invoice_id})


def billed_differences(session: Session, invoice_id: int) -> list[NewLine]:
    """The differences to an invoice that stand on live later ones, as they were kept."""
    rows = session.execute(BILLED_DIFFERENCES, {"invoice": invoice_id})
    return [NewLine(row.contract_id, row.business_key, row.currency, from_json(WaitingLine, row.line)) for row in rows]


def earlier_differences(session: Session, invoice_id: int) -> list[ComparedLine]:
    """The changes that earlier differences of an invoice billed or will bill, as lines with their VAT rate."""
    compared: list[ComparedLine] = []
    for row in session.execute(DIFFERENCES, {"invoice": invoice_id}):
        compared += _changes(from_json(WaitingLine, row.line))
    return compared


def _changes(line: WaitingLine) -> list[ComparedLine]:
    """The lines that a difference lists; where there are several VAT rates they stand with the first one only."""
    vat = line.vat or OUTSIDE_VAT
    changes = [of_change(change, vat) for change in line.changes or ()]
    rest = line.amount - sum((change.amount for change in changes), Decimal(0))
    if rest:
        changes.append(ComparedLine("difference", "", "", None, Decimal(0), rest, vat))
    return changes
