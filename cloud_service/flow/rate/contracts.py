"""Rating of contracts: for invoices, for corrections, for balances, and for the shards of billing runs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

import msgspec
from msgspec import UNSET

from cloud_service.domain.invoicing.unbilled_days import not_billed_yet
from cloud_service.domain.pricing.history_fingerprint import builds_on, fingerprint
from cloud_service.domain.rating.combined import join
from cloud_service.domain.rating.monthly_use import UseByMonth, use_by_month
from cloud_service.domain.rating.rated_contract import (
    MonthlyUse,
    RatedContract,
    RatedContractFacts,
    Rating,
    TariffOnDays,
)
from cloud_service.flow.rate.matrices import price
from cloud_service.flow.rate.months_before import CHART_MONTHS, months_before
from cloud_service.flow.rate.rating_job import RatingJob, load
from cloud_service.store.database.each_alone import each_alone
from cloud_service.store.database.errors import fault_of
from cloud_service.store.database.session import Session
from cloud_service.store.invoicing import billable_contracts, billed_usage, billing_run_items, corrections
from cloud_service.store.invoicing.billable_contracts import BillableContract
from cloud_service.store.invoicing.billing_run_items import RunItem
from cloud_service.store.invoicing.rating_history import EarlierBill
from common.errors import ConflictError
from common.period import Span
from common.reading import Unit

NOT_RATED_HERE = "no tariff prices these days"
OUR_FAULT = "fault"
RatedItem = tuple[int, RatedContract]


@dataclass(frozen=True, slots=True)
class RatingOutcome:
    """What rating made of one contract, or why it could not be rated."""

    contract: BillableContract
    span: Span | None
    rated: RatedContract | None = None
    reason: str = ""
    code: str = ""  # of the reason


def rate_contracts(
    session: Session, ids: Sequence[int], span: Span, *, chart: bool = True, run_id: int | None = None
) -> list[RatingOutcome]:
    """Rate each contract on the days of the span on which it runs, in the order of the contracts' ids.

    `chart` adds the use of the months before, for invoices. What run `run_id` has rated of earlier days hands on what
    it leaves over.
    """
    outcomes: list[RatingOutcome] = []
    groups: dict[Span, list[BillableContract]] = {}
    for contract in billable_contracts.contracts(session, ids):
        days = contract.days_in(span)
        if days is None:
            outcomes.append(RatingOutcome(contract, None, reason="the contract does not run in these days"))
        else:
            groups.setdefault(days, []).append(contract)
    for days, members in groups.items():
        outcomes += each_alone(
            session, members,
            work=lambda some, days=days: _rate_span(session, some, days, chart=chart, run_id=run_id),  # type: ignore[misc]
            put_aside=lambda contract, error, days=days: [_put_aside(contract, days, error)],  # type: ignore[misc]
        )  # fmt: skip
    return sorted(outcomes, key=lambda outcome: outcome.contract.id)


def rate_again(session: Session, invoice_id: int) -> list[RatedContract]:
    """The days of an issued invoice's contracts as they are rated now: what a correction compares with or bills."""
    original = corrections.original(session, invoice_id)
    return rate_all(session, original.contracts, original.during)


def rate_all(session: Session, contract_ids: Sequence[int], span: Span) -> list[RatedContract]:
    """Each of some contracts; refused where one of them cannot be rated."""
    outcomes = rate_contracts(session, contract_ids, span)
    for outcome in outcomes:
        if outcome.rated is None:
            raise ConflictError(
                f"contract {outcome.contract.number} cannot be rated anew: {outcome.reason}", code=outcome.code
            )
    return [outcome.rated for outcome in outcomes if outcome.rated is not None]


def rate_shard(session: Session, run_id: int, limit: int = 500) -> int:
    """Rate up to `limit` waiting items of a run and keep the results; the number worked on, 0 when none was free.

    Of a contract's spans the earlier ones come first: the later ones build on them.
    """
    worked = 0
    while worked < limit and (claimed := billing_run_items.claim(session, run_id, "waiting", limit - worked)):
        _rate_claimed(session, run_id, claimed)
        worked += len(claimed)
    return worked


def _rate_claimed(session: Session, run_id: int, claimed: Sequence[RunItem]) -> None:
    item_ids_by_span: dict[Span, dict[int, int]] = {}
    for item in claimed:
        item_ids_by_span.setdefault(Span(item.start, item.end), {})[item.contract_id] = item.id
    rated: list[RatedItem] = []
    for span, item_ids in item_ids_by_span.items():
        for outcome in rate_contracts(session, list(item_ids), span, run_id=run_id):
            item_id = item_ids[outcome.contract.id]
            if outcome.rated is not None and outcome.span == span:
                rated.append((item_id, outcome.rated))
            else:
                reason = outcome.reason or f"the contract runs only {outcome.span}"
                billing_run_items.park(session, [item_id], reason, outcome.code)
    each_alone(
        session, rated,
        work=lambda some: _kept(session, some),
        put_aside=lambda item, error: _parked(session, item, error),
    )  # fmt: skip


def _kept(session: Session, rated: Sequence[RatedItem]) -> Sequence[RatedItem]:
    billing_run_items.store_rated(session, rated)
    return rated


def _parked(session: Session, item: RatedItem, error: Exception) -> Sequence[RatedItem]:
    billing_run_items.park(session, [item[0]], fault_of(error), OUR_FAULT)
    return []


def _put_aside(contract: BillableContract, days: Span, error: Exception) -> RatingOutcome:
    """A contract whose rating raised what no rule expects: it alone has no rating, and says why."""
    return RatingOutcome(contract, days, reason=fault_of(error), code=getattr(error, "code", OUR_FAULT))


def _rate_span(
    session: Session, members: Sequence[BillableContract], span: Span, *, chart: bool, run_id: int | None
) -> list[RatingOutcome]:
    read_at = billed_usage.snapshot_time(session)
    jobs = load(session, members, span, so_far=False, run_id=run_id)
    price(session, jobs)
    used = {job.contract.id: _used(job) for job in jobs}
    units = {contract: use.unit for contract, use in used.items() if use is not None}
    months = months_before(session, jobs, span, units) if chart else {}
    return [_outcome(job, used[job.contract.id], months.get(job.contract.id, {}), read_at) for job in jobs]


def _used(job: RatingJob) -> UseByMonth | None:
    if job.reason or job.measured is None:
        return None
    return use_by_month(job.measured, job.contract.utility, job.span, job.contract.timezone)


def _outcome(job: RatingJob, used: UseByMonth | None, before: Mapping[date, int], read_at: datetime) -> RatingOutcome:
    if job.reason or not job.ratings:
        return RatingOutcome(job.contract, job.span, None, job.reason or NOT_RATED_HERE, job.code)
    rating = join(job.ratings)
    earlier = job.earlier or EarlierBill(None)
    if earlier.gap is not None and builds_on(earlier.history, rating.history):
        job.refuse(not_billed_yet(earlier.gap))
        return RatingOutcome(job.contract, job.span, None, job.reason, job.code)
    rated = RatedContract(
        **{name: getattr(rating, name) for name in Rating.__struct_fields__},
        contract=_facts(job),
        rated_at=read_at,
        sources=tuple(job.usage.sources),
        usage=_with_months(before, used),
        counted=used.counted if used else UNSET,
        unit=used.unit if used else UNSET,
        given=fingerprint(earlier.history),
        terms=UNSET if job.terms is None else job.terms,
    )
    if used and used.unit == Unit.KWH:
        rated = msgspec.structs.replace(rated, energy=used.counted)
    return RatingOutcome(job.contract, job.span, rated)


def _with_months(before: Mapping[date, int], used: UseByMonth | None) -> tuple[MonthlyUse, ...]:
    by_month = dict(before)
    for month, counted in used.by_month.items() if used else ():
        by_month[month] = by_month.get(month, 0) + counted
    return tuple(MonthlyUse(month, by_month[month]) for month in sorted(by_month))[-CHART_MONTHS:]


def _facts(job: RatingJob) -> RatedContractFacts:
    contract = job.contract
    return RatedContractFacts(
        id=contract.id,
        number=contract.number,
        account_id=contract.account_id,
        point=contract.point,
        grid_id=contract.grid_id,
        utility=contract.utility,
        site=contract.site,
        timezone=contract.timezone,
        until=contract.end or UNSET,
        meters=tuple(sorted({source.meter for source in job.usage.sources})),
        tariffs=tuple(
            TariffOnDays(
                assignment.role, assignment.code, assignment.versions, assignment.span.start, assignment.span.end
            )
            for assignment in job.assignments
        ),
    )
