"""What contracts cost so far: for balances, never for invoices."""

from collections.abc import Mapping, Sequence
from decimal import Decimal

from cloud_service.domain.calendar.proration import cycles
from cloud_service.flow.rate.matrices import price
from cloud_service.flow.rate.rating_job import load
from cloud_service.store.database.each_alone import each_alone
from cloud_service.store.database.errors import fault_of
from cloud_service.store.database.session import Session
from cloud_service.store.invoicing import billable_contracts
from cloud_service.store.invoicing.billable_contracts import BillableContract
from common.period import Span

Cost = tuple[Decimal, str]  # or nothing, and why it cannot be said
NO_COST = Decimal(0)
ENDS_INSIDE = "ends_inside"  # a year of the tariff ends within the days


def rate_so_far(session: Session, spans: Mapping[int, Span]) -> dict[int, Cost]:
    """Contract -> (what its days cost so far with taxes, "") or (0, why it cannot be said).

    Days and intervals that are not there yet count as nothing, standing charges are counted to the span's end.
    """
    groups: dict[Span, list[int]] = {}
    for contract_id, span in spans.items():
        groups.setdefault(span, []).append(contract_id)
    costs: dict[int, Cost] = {}
    for span, ids in groups.items():
        costs |= each_alone(
            session, billable_contracts.contracts(session, ids),
            work=lambda some, span=span: _costs(session, some, span),  # type: ignore[misc]
            put_aside=lambda contract, error: [(contract.id, (NO_COST, fault_of(error)))],
        )  # fmt: skip
    return costs


def _costs(session: Session, members: Sequence[BillableContract], span: Span) -> list[tuple[int, Cost]]:
    jobs = load(session, members, span, so_far=True)
    price(session, jobs)
    return [
        (
            job.contract.id,
            _month_by_month(session, job.contract, span)
            if job.code == ENDS_INSIDE
            else (NO_COST if job.reason else job.total_so_far, job.reason),
        )
        for job in jobs
    ]


def _month_by_month(session: Session, contract: BillableContract, span: Span) -> Cost:
    """The days in their billing months, each with what the one before leaves over, as bills of them would have it."""
    total, history = NO_COST, None
    for days in cycles(span.start, span.end, contract.cycle_day):
        (job,) = load(session, [contract], days, so_far=True)
        job.history = history or job.history
        price(session, [job])
        if job.reason:
            return NO_COST, job.reason
        total, history = total + job.total_so_far, job.history
    return total, ""
