"""What is not billed and should be seen: days of contracts, lines that wait. Left unbilled or taken back, with why."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from cloud_service.domain.calendar.billing_cycle import cycles_due
from cloud_service.domain.invoicing.unbilled_days import days_in_words, later_bill
from cloud_service.domain.pricing.history_fingerprint import fingerprint
from cloud_service.store.audit import log
from cloud_service.store.database.session import Session
from cloud_service.store.invoicing import (
    billable_contracts,
    billing_chain,
    billing_run_items,
    corrections,
    pending_lines,
    unbilled_days,
)
from cloud_service.store.invoicing.rating_history import EarlierBill, histories
from cloud_service.store.invoicing.unbilled_days import ContractGaps, UnbilledReason
from common.errors import ConflictError, InputError, NotFoundError
from common.period import Span

CONTRACTS_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class UnbilledDays:
    """Days of a contract that are due and on no bill."""

    contract_id: int
    public_id: UUID
    contract: str
    tenant: str
    entity_id: int
    span: Span
    why: UnbilledReason

    @property
    def words(self) -> str:
        """Why, for commands."""
        if self.why.state == "parked":
            return f"parked: {self.why.reason}"
        if self.why.state:
            return f"in run {self.why.run_name}, {self.why.state}"
        if self.why.credited:
            return f"{self.why.credited} was credited and its days are not billed again"
        return "no run has taken these days up"


def due_days(
    session: Session, entity_ids: Sequence[int], today: date, *, after: int = 0, limit: int = 200
) -> tuple[list[UnbilledDays], int]:
    """The days that are due, by contract after an id; and the id to go on after, 0 where there are no more."""
    due: list[tuple[ContractGaps, Span]] = []
    while len({gaps.candidate.id for gaps, _ in due}) < limit:
        page = unbilled_days.contract_gaps(session, entity_ids, today, after=after, limit=CONTRACTS_AT_ONCE)
        for gaps in page:
            due += [(gaps, span) for span in _due(gaps, today)]
            after = gaps.candidate.id
            if len({gaps.candidate.id for gaps, _ in due}) >= limit:
                break
        else:
            if len(page) < CONTRACTS_AT_ONCE:
                after = 0
                break
    why = unbilled_days.reasons(session, [(gaps.candidate.id, span) for gaps, span in due])
    return _joined([_unbilled(gaps, span, why[gaps.candidate.id, span.start]) for gaps, span in due]), after


def _unbilled(gaps: ContractGaps, span: Span, why: UnbilledReason) -> UnbilledDays:
    return UnbilledDays(gaps.candidate.id, gaps.public_id, gaps.number, gaps.tenant, gaps.entity_id, span, why)


def _joined(rows: Sequence[UnbilledDays]) -> list[UnbilledDays]:
    """Cycles of a contract that follow each other for one and the same reason are one row."""
    joined: list[UnbilledDays] = []
    for row in rows:
        last = joined[-1] if joined else None
        if last and (last.contract_id, last.span.end, last.why) == (row.contract_id, row.span.start, row.why):
            joined[-1] = replace(last, span=Span(last.span.start, row.span.end))
        else:
            joined.append(row)
    return joined


def _due(gaps: ContractGaps, today: date) -> Iterator[Span]:
    """The unbilled days of cycles that are over, each cycle by itself: a run bills them so."""
    contract, window = gaps.candidate, Span(gaps.gaps[0].start, today)
    cycles = cycles_due(
        contract.cycle, contract.day, contract.start, contract.end, window, month=contract.month, year=contract.year
    )
    for cycle in cycles:
        for gap in gaps.gaps:
            start, end = max(cycle.start, gap.start), min(cycle.end, gap.end)
            if start < end:
                yield Span(start, end)


def leave_unbilled(session: Session, contract_id: int, span: Span, *, author: str, reason: str) -> int:
    """Days of a contract are billed to nobody, on purpose; the id, by which it is undone."""
    if not reason.strip():
        raise InputError("leaving days unbilled needs a reason", path="reason")
    (contract,) = billable_contracts.contracts(session, [contract_id])
    if contract.days_in(span) != span:
        raise InputError(f"contract {contract.number} does not run on all of {days_in_words(span)}", path="from")
    if billing_run_items.unbilled(session, [(contract_id, span)]) != [(contract_id, span)]:
        raise ConflictError(
            f"days of {days_in_words(span)} are billed or left unbilled already, or a run is about to bill them",
            path="from", hint="credit the bill, or give up the run, first",
        )  # fmt: skip
    waived_id = unbilled_days.waive(session, contract_id, span, reason=reason, author=author)
    _refuse_later(session, contract_id, span)
    log.note(
        session, author, "contract.leave_unbilled", f"contract:{contract_id}", reason=reason,
        start=span.start.isoformat(), end=span.end.isoformat(),
    )  # fmt: skip
    return waived_id


def _refuse_later(session: Session, contract_id: int, span: Span) -> None:
    """The bill after them was made with what the bill before them leaves over, or it must be made anew."""
    following = billing_chain.next_bills(session, [(contract_id, span)]).get((contract_id, span.start))
    before = histories(session, [contract_id], span.start).get(contract_id, EarlierBill(None))
    if following is not None and before.gap is None and following.given != fingerprint(before.history):
        raise later_bill(following.number, span, following.start)


def bill_after_all(session: Session, entity_ids: Sequence[int], waived_id: int, *, author: str, reason: str) -> None:
    """Days that were left unbilled are to be billed again."""
    if not unbilled_days.waived(session, entity_ids, id_=waived_id):
        raise NotFoundError("these days are not left unbilled")
    row = unbilled_days.unwaive(session, waived_id)
    if row is not None:
        contract_id, span = row
        log.note(
            session, author, "contract.bill_after_all", f"contract:{contract_id}", reason=reason,
            start=span.start.isoformat(), end=span.end.isoformat(),
        )  # fmt: skip


def drop_line(
    session: Session, entity_ids: Sequence[int], line_id: int, today: date, *, author: str, reason: str
) -> None:
    """A line waits for no bill any more; the late readings that a difference dealt with wait again."""
    if not reason.strip():
        raise InputError("taking a line back needs a reason", path="reason")
    lines = pending_lines.listed(session, entity_ids, today, id_=line_id)
    if not lines:
        raise NotFoundError(f"no line {line_id} waits", hint="it may be on a bill by now: credit that one first")
    (line,) = lines
    if line.gives_back:
        raise ConflictError(
            f"{line.label} gives back what a bill took for days that are credited", hint="it must come: let it wait"
        )
    if line.settles:
        raise ConflictError(
            f"{line.label} was billed: without this line it would be paid twice",
            hint="credit the advance bill where it was wrong: then nothing of it waits",
        )
    dropped = pending_lines.drop_line(session, line_id)
    if not dropped:
        raise ConflictError("the line was taken up by a bill meanwhile", hint="credit that bill first")
    for each in dropped:
        if each.corrects is not None:
            corrections.reopen(session, each.corrects, f"difference on the next bill: {each.reason}")
    log.note(
        session, author, "pending_line.drop", f"contract:{line.contract_id}", reason=reason, label=line.label,
        amount=format(line.amount, "f"), lines=[each.id for each in dropped],
    )  # fmt: skip
