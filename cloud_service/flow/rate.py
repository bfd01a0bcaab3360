"""Contracts and a span in, priced lines out: those with the same tariff, zone and days are rated as one matrix.

Nothing is written here. A contract that cannot be rated comes back with its reason; the others are not held up.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from cloud_service.domain.calendar.interval_grid import grid
from cloud_service.domain.invoicing.invoice import rated_facts
from cloud_service.domain.pricing.usage import History, Intervals, PriceSeries, Register, Usage
from cloud_service.domain.rating.combined import join
from cloud_service.domain.rating.engine import rate_batch
from cloud_service.domain.rating.metered_usage import MeteredUsage, metered_usage
from cloud_service.domain.rating.register_readings import MountedRegister, RegisterReadings
from cloud_service.domain.rating.spot_prices import series_named, series_of_span
from cloud_service.domain.tariffs.charge_periods import versions_in
from cloud_service.domain.tariffs.tariff import Tariff
from cloud_service.domain.tariffs.unpriced import check_rates
from cloud_service.store.database.session import Session
from cloud_service.store.invoicing import billable_contracts as known
from cloud_service.store.invoicing import billed_usage, billing_runs, corrections, rating_history
from cloud_service.store.invoicing.billable_contracts import Contract, Priced
from cloud_service.store.tariffs import market_prices
from cloud_service.store.tariffs.engine_cache import tariff_of
from common.errors import ConflictError, EnergyError, InputError
from common.period import Span, add_months, day_start

Facts = dict[str, Any]
CHART_MONTHS = 12


@dataclass(frozen=True, slots=True)
class Outcome:
    """What rating made of one contract: `rated` (plain values, see `domain.invoice`), or why it could not be rated."""

    contract: Contract
    span: Span | None
    rated: Facts | None = None
    reason: str = ""


@dataclass(slots=True)
class _Job:
    """One contract on its way through rating."""

    contract: Contract
    span: Span
    priced: Sequence[Priced]
    counters: Sequence[MountedRegister]
    measured: MeteredUsage | None = None
    history: History = field(default_factory=History)
    parts: list[Facts] = field(default_factory=list)
    reason: str = ""
    so_far: bool = False


def rate_contracts(session: Session, ids: Sequence[int], span: Span, *, chart: bool = True) -> list[Outcome]:
    """Rate each contract on the days of the span on which it runs, in the order of the contracts' ids.

    `chart` adds the last twelve months of use, for invoices.
    """
    outcomes: list[Outcome] = []
    groups: dict[Span, list[Contract]] = {}
    for contract in known.contracts(session, ids):
        days = contract.days_in(span)
        if days is None:
            outcomes.append(Outcome(contract, None, reason="the contract does not run in these days"))
        else:
            groups.setdefault(days, []).append(contract)
    for days, members in groups.items():
        outcomes += _rate_span(session, members, days, chart=chart)
    return sorted(outcomes, key=lambda outcome: outcome.contract.id)


def rate_again(session: Session, invoice_id: int) -> list[Facts]:
    """The days of an issued invoice's contracts as they are rated now: what a correction compares with or bills."""
    original = corrections.original(session, invoice_id)
    outcomes = rate_contracts(session, original.contracts, original.during)
    for one in outcomes:
        if one.rated is None:
            raise ConflictError(f"contract {one.contract.number} cannot be rated anew: {one.reason}")
    return [one.rated for one in outcomes if one.rated is not None]


def rate_so_far(session: Session, spans: Mapping[int, Span]) -> dict[int, tuple[Decimal, str]]:
    """Contract -> (what its days cost so far with taxes, "") or (0, why it cannot be said).

    For balances, never for invoices: days and intervals that are not there yet count as nothing, standing charges are
    counted to the span's end.
    """
    groups: dict[Span, list[int]] = {}
    for contract_id, span in spans.items():
        groups.setdefault(span, []).append(contract_id)
    found: dict[int, tuple[Decimal, str]] = {}
    for span, ids in groups.items():
        for job in _priced_jobs(session, known.contracts(session, ids), span, so_far=True):
            amount = sum((Decimal(part["total"]) for part in job.parts), Decimal(0))
            found[job.contract.id] = (Decimal(0) if job.reason else amount, job.reason)
    return found


def rate_shard(session: Session, run_id: int, limit: int = 500) -> int:
    """Rate up to `limit` waiting items of a run and keep the results; the number worked on, 0 when none was free."""
    claimed = billing_runs.claim(session, run_id, "waiting", limit)
    by_span: dict[Span, dict[int, int]] = {}
    for item in claimed:
        by_span.setdefault(Span(item.start, item.end), {})[item.contract_id] = item.id
    rated: list[tuple[int, Facts]] = []
    for span, members in by_span.items():
        for outcome in rate_contracts(session, list(members), span):
            item_id = members[outcome.contract.id]
            if outcome.rated is not None and outcome.span == span:
                rated.append((item_id, outcome.rated))
            else:
                billing_runs.park(session, [item_id], outcome.reason or f"the contract runs only {outcome.span}")
    billing_runs.store_rated(session, rated)
    return len(claimed)


def _rate_span(session: Session, members: Sequence[Contract], span: Span, *, chart: bool) -> list[Outcome]:
    read_at = billed_usage.snapshot_time(session).isoformat()
    jobs = _priced_jobs(session, members, span)
    before = rating_history.histories(session, [job.contract.id for job in jobs], span.start) if chart else {}
    months = _months(session, jobs, before, span) if chart else {}
    return [_outcome(job, months.get(job.contract.id, []), read_at) for job in jobs]


def _priced_jobs(session: Session, members: Sequence[Contract], span: Span, *, so_far: bool = False) -> list[_Job]:
    """Load and price; each job has its parts or its reason."""
    jobs = _load(session, members, span, so_far=so_far)
    before = rating_history.histories(session, [job.contract.id for job in jobs], span.start)
    for job in jobs:
        job.history = History.from_json(before[job.contract.id].history) if job.contract.id in before else History()
    for (tariff_key, days), group in sorted(_same(jobs).items(), key=lambda one: one[0][1].start):
        _price(session, tariff_key, days, group)  # in the order of time: each tariff hands its history to the next
    return jobs


def _load(session: Session, members: Sequence[Contract], span: Span, *, so_far: bool) -> list[_Job]:
    """Tariffs, registers and what they counted, in four reads for all contracts."""
    zones = {contract.timezone for contract in members}
    first = min(day_start(span.start, zone) for zone in zones)
    last = max(day_start(span.end, zone) for zone in zones)
    priced = known.priced(session, [contract.id for contract in members], span)
    counters = known.counters(session, [contract.service_point_id for contract in members], first, last)
    registers = [counter.register_id for group in counters.values() for counter in group]
    days = billed_usage.packed_days(session, registers, span)
    undated = [register for register in registers if register not in days]
    around = (first - timedelta(days=400), last + timedelta(days=100))
    indexes = billed_usage.indexes(session, undated, *around) if undated else {}
    jobs = []
    for contract in members:
        job = _Job(contract, span, priced.get(contract.id, ()), counters.get(contract.service_point_id, ()))
        job.so_far = so_far
        reads = RegisterReadings(span, contract.timezone, days, indexes, so_far)
        try:
            _check_tariffs(job)
            job.measured = metered_usage(_mounted(job, reads), contract.utility, reads)
        except EnergyError as error:
            job.reason = str(error)
        jobs.append(job)
    return jobs


def _mounted(job: _Job, reads: RegisterReadings) -> list[MountedRegister]:
    """The counters that are there on the contract's days in its own zone."""
    first, last = day_start(reads.span.start, reads.zone_name), day_start(reads.span.end, reads.zone_name)
    return [c for c in job.counters if c.mounted < last and (c.dismounted is None or c.dismounted > first)]


def _check_tariffs(job: _Job) -> None:
    """Every day of the span must have a price."""
    day = job.span.start
    for one in sorted(job.priced, key=lambda one: one.span.start):
        if one.span.start > day:
            break
        day = max(day, one.span.end)
    if day < job.span.end:
        raise InputError(f"no tariff is assigned on {day}", code="no_tariff", hint="assign a tariff from that day on")


Same = tuple[tuple[int, ...], Span]


def _same(jobs: Iterable[_Job]) -> dict[Same, list[tuple[_Job, Priced]]]:
    """Contract parts by tariff versions and days."""
    groups: dict[Same, list[tuple[_Job, Priced]]] = {}
    for job in jobs:
        for one in job.priced if not job.reason else ():
            groups.setdefault((one.versions, one.span), []).append((job, one))
    return groups


def _price(session: Session, versions: tuple[int, ...], span: Span, group: Sequence[tuple[_Job, Priced]]) -> None:
    """Rate the contracts of one tariff and span; those with equal registers, zone and cycle in one matrix."""
    try:
        tariff = tariff_of(session, versions)
    except EnergyError as error:
        for job, _ in group:
            job.reason = str(error)
        return
    matrices: dict[tuple[object, ...], list[_Job]] = {}
    for job, _ in group:
        assert job.measured is not None  # noqa: S101 - a job without usage has a reason and is in no group
        key = (job.contract.timezone, job.contract.cycle_day, job.measured.signature)
        matrices.setdefault(key, []).append(job)
    for members in matrices.values():
        try:
            prices = _market_prices(session, tariff, span, members[0].contract.timezone)
        except EnergyError as error:
            for job in members:
                job.reason = str(error)
            continue
        _rate_together(tariff, span, members, prices)


def _market_prices(session: Session, tariff: Tariff, span: Span, zone_name: str) -> dict[str, PriceSeries]:
    """The series that the tariff names, for these days."""
    first, last = day_start(span.start, zone_name), day_start(span.end, zone_name)
    return {
        name: series_of_span(name, market_prices.prices(session, name, first, last), span, zone_name)
        for name in series_named(tariff)
    }


def _rate_together(tariff: Tariff, span: Span, jobs: Sequence[_Job], prices: Mapping[str, PriceSeries]) -> None:
    """One matrix; where one row is refused all are rated alone, so that only the bad one is parked."""
    contract = jobs[0].contract
    try:
        if contract.currency != tariff.currency:
            raise InputError(f"the tariff is in {tariff.currency}, the account in {contract.currency}")
        assert jobs[0].measured is not None  # noqa: S101 - see _price
        check_rates(versions_in(tariff, span), jobs[0].measured.rates)  # all of a matrix have the same registers
        usages = [_usage(job, span, prices) for job in jobs]
        results = rate_batch(tariff, usages, span, contract.timezone, contract.cycle_day)
        for job, rated in zip(jobs, results, strict=True):
            facts = {"total": rated.total} if job.so_far else rated_facts(rated, tariff)
            job.parts.append(facts | {"contract_id": job.contract.id})
            job.history = rated.history
    except EnergyError as error:
        if len(jobs) == 1:
            jobs[0].reason = str(error)
            return
        for job in jobs:
            _rate_together(tariff, span, [job], prices)


def _usage(job: _Job, span: Span, prices: Mapping[str, PriceSeries]) -> Usage:
    assert job.measured is not None  # noqa: S101 - see _price
    registers: dict[str, Register] = job.measured.registers
    if span != job.span:
        registers = {
            name: Intervals(r.values[_slice(job, r.step_s, span)], r.step_s, r.scale) if isinstance(r, Intervals) else r
            for name, r in registers.items()
        }
    values = {name: Decimal(str(value)) for name, value in job.contract.values.items()}
    return Usage(registers, job.history, values, prices)


def _slice(job: _Job, step_s: int, span: Span) -> slice:
    """Where the steps of some of the job's days lie."""
    return grid(job.span.start, job.span.end, job.contract.timezone, step_s).slice_of(span)


def _months(
    session: Session, jobs: Sequence[_Job], before: dict[int, rating_history.Earlier], span: Span
) -> dict[int, list[tuple[str, int]]]:
    """Use of the months before, per contract: from the invoice before, or from the readings where there is none."""
    found = {contract: list(one.usage) for contract, one in before.items()}
    fresh = [job for job in jobs if job.contract.id not in found]
    registers = {
        c.register_id: job.contract.id
        for job in fresh
        for c in job.counters
        if c.direction != "export" and c.unit == "kWh"
    }
    if registers:
        year = Span(add_months(span.start.replace(day=1), 1 - CHART_MONTHS), span.start)
        for register, totals in billed_usage.monthly_totals(session, list(registers), year).items():
            found.setdefault(registers[register], []).extend((month.isoformat(), total) for month, total in totals)
    return found


def _outcome(job: _Job, months: Sequence[tuple[str, int]], read_at: str) -> Outcome:
    if job.reason or not job.parts:
        return Outcome(job.contract, job.span, None, job.reason or "no tariff prices these days")
    assert job.measured is not None  # noqa: S101 - see _price
    contract = job.contract
    rated = join(job.parts)
    usage: dict[str, int] = dict(months)
    month = job.span.start.replace(day=1).isoformat()
    usage[month] = int(usage.get(month, 0)) + int(rated["energy"])
    rated["contract"] = {
        "id": contract.id,
        "number": contract.number,
        "account_id": contract.account_id,
        "point": contract.point,
        "grid_id": contract.grid_id,
        "utility": contract.utility,
        "site": contract.site,
        "timezone": contract.timezone,
        "meters": sorted({source["meter"] for source in job.measured.sources}),
        "tariffs": [
            {"role": one.role, "code": one.code, "versions": list(one.versions),
             "start": one.span.start.isoformat(), "end": one.span.end.isoformat()}
            for one in job.priced
        ],
    }  # fmt: skip
    rated["rated_at"] = read_at
    rated["sources"] = job.measured.sources
    rated["usage"] = [[key, usage[key]] for key in sorted(usage)][-CHART_MONTHS:]
    return Outcome(contract, job.span, rated)


def month_span(year: int, month: int) -> Span:
    """The calendar month as a span."""
    start = date(year, month, 1)
    return Span(start, add_months(start, 1))
