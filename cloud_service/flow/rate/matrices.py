"""Pricing: the jobs with the same tariff and days, and of these those with equal registers, zone and cycle, at once."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal

from cloud_service.domain.calendar.interval_grid import grid
from cloud_service.domain.pricing.usage import Intervals, PriceSeries, RegisterUsage, Usage
from cloud_service.domain.rating.counted_units import check_units, priced_units
from cloud_service.domain.rating.engine import rate_batch
from cloud_service.domain.rating.rated_contract import rating_of
from cloud_service.domain.rating.spot_prices import series_named, series_of_span
from cloud_service.domain.tariffs.charge_periods import versions_in
from cloud_service.domain.tariffs.tariff import Tariff
from cloud_service.domain.tariffs.unpriced import check_rates
from cloud_service.flow.rate.rating_job import RatingJob
from cloud_service.store.database.session import Session
from cloud_service.store.tariffs import market_prices
from cloud_service.store.tariffs.engine_cache import tariff_of
from common.errors import EnergyError, InputError
from common.period import Span, day_start

TariffAndDays = tuple[tuple[int, ...], Span]  # ids of a tariff's versions, and the days they are for


def price(session: Session, jobs: Iterable[RatingJob]) -> None:
    """Give each job its ratings or its reason; in the order of time, as each tariff hands its history to the next."""
    groups = _by_tariff_and_days(jobs)
    for versions, span in sorted(groups, key=lambda tariff_and_days: tariff_and_days[1].start):
        _price_group(session, versions, span, groups[versions, span])


def _by_tariff_and_days(jobs: Iterable[RatingJob]) -> dict[TariffAndDays, list[RatingJob]]:
    groups: dict[TariffAndDays, list[RatingJob]] = {}
    for job in jobs:
        for assignment in job.assignments if not job.reason else ():
            groups.setdefault((assignment.versions, assignment.span), []).append(job)
    return groups


def _price_group(session: Session, versions: tuple[int, ...], span: Span, jobs: Sequence[RatingJob]) -> None:
    """Rate the jobs of one tariff and span; those with equal registers, zone and cycle in one matrix."""
    try:
        tariff = tariff_of(session, versions)
    except EnergyError as error:
        _refuse(jobs, error)
        return
    matrices: dict[tuple[object, ...], list[RatingJob]] = {}
    for job in jobs:
        key = (job.contract.timezone, job.contract.cycle_day, job.usage.signature)
        matrices.setdefault(key, []).append(job)
    for members in matrices.values():
        try:
            prices = _market_prices(session, tariff, span, members[0].contract.timezone)
        except EnergyError as error:
            _refuse(members, error)
            continue
        _rate_together(tariff, span, members, prices)


def _refuse(jobs: Sequence[RatingJob], error: EnergyError) -> None:
    for job in jobs:
        job.refuse(error)


def _market_prices(session: Session, tariff: Tariff, span: Span, zone_name: str) -> dict[str, PriceSeries]:
    """The series that the tariff names, for these days."""
    first, last = day_start(span.start, zone_name), day_start(span.end, zone_name)
    return {
        name: series_of_span(name, market_prices.prices(session, name, first, last), span, zone_name)
        for name in series_named(tariff)
    }


def _rate_together(tariff: Tariff, span: Span, jobs: Sequence[RatingJob], prices: Mapping[str, PriceSeries]) -> None:
    """One matrix; where one row is refused all are rated alone, so that only the bad one is parked."""
    contract = jobs[0].contract
    try:
        if contract.currency != tariff.currency:
            raise InputError(f"the tariff is in {tariff.currency}, the account in {contract.currency}")
        check_rates(versions_in(tariff, span), jobs[0].usage.rates)  # all of a matrix have the same registers
        units = priced_units(versions_in(tariff, span))
        for job in jobs:
            check_units(units, job.usage.sources)
        usages = [_usage(job, span, prices) for job in jobs]
        results = rate_batch(tariff, usages, span, contract.timezone, contract.cycle_day)
        for job, result in zip(jobs, results, strict=True):
            if job.so_far:
                job.total_so_far += result.total
            else:
                job.ratings.append(rating_of(result, tariff, job.contract.id, job.usage.words))
            job.history = result.history
    except EnergyError as error:
        if len(jobs) == 1:
            _refuse(jobs, error)
            return
        for job in jobs:
            _rate_together(tariff, span, [job], prices)


def _usage(job: RatingJob, span: Span, prices: Mapping[str, PriceSeries]) -> Usage:
    """What the job's registers counted on some of its days."""
    registers: dict[str, RegisterUsage] = job.usage.registers
    if span != job.span:
        registers = {
            name: r.on(_steps_of(job, r.step_s, span)) if isinstance(r, Intervals) else r
            for name, r in registers.items()
        }
    values = {name: Decimal(str(value)) for name, value in job.contract.values.items()}
    return Usage(registers, job.history, values, prices)


def _steps_of(job: RatingJob, step_s: int, span: Span) -> slice:
    """Where the steps of some of the job's days lie."""
    return grid(job.span.start, job.span.end, job.contract.timezone, step_s).slice_of(span)
