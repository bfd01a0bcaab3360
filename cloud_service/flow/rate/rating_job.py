"""Contracts on their way through rating: their tariffs, registers and what they counted, loaded for many at once."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal

from cloud_service.domain.pricing.usage import History
from cloud_service.domain.rating.metered_usage import MeteredUsage, metered_usage
from cloud_service.domain.rating.rated_contract import Rating
from cloud_service.domain.rating.rated_terms import RatedTerms
from cloud_service.domain.rating.register_readings import DayEnds, MountedRegister, SpanReadings
from cloud_service.domain.rating.span_ends import span_ends
from cloud_service.domain.tariffs.unpriced import priced_registers
from cloud_service.flow.rate.spread_registers import priced_by_the_hour, spread_spans
from cloud_service.store.database.session import Session
from cloud_service.store.invoicing import billable_contracts, billed_usage, rated_terms, rating_history
from cloud_service.store.invoicing.billable_contracts import AssignedTariff, BillableContract
from cloud_service.store.invoicing.rating_history import EarlierBill
from cloud_service.store.tariffs.engine_cache import tariff_of
from common.errors import EnergyError, InputError
from common.period import Span, day_start
from common.reading import Kind

READ_BEFORE, READ_AFTER = timedelta(days=400), timedelta(days=100)  # where indexes around the span may lie

PricedRegisters = Mapping[tuple[int, ...], frozenset[str]]  # by the ids of a tariff's versions


@dataclass(slots=True)
class RatingJob:
    """One contract on its way through rating: it ends with ratings, or with the reason why there are none."""

    contract: BillableContract
    span: Span
    assignments: Sequence[AssignedTariff]
    mounted: Sequence[MountedRegister]
    so_far: bool = False  # what is not there yet counts as nothing: for balances, never for invoices
    measured: MeteredUsage | None = None
    earlier: EarlierBill | None = None  # what the bill before left behind
    terms: RatedTerms | None = None  # what it is rated by; not of a job `so_far`
    history: History = field(default_factory=History)  # what the next rating is given
    ratings: list[Rating] = field(default_factory=list)
    total_so_far: Decimal = Decimal(0)  # of a job `so_far`: with taxes, in the contract's currency
    reason: str = ""
    code: str = ""  # of the reason

    def refuse(self, error: EnergyError) -> None:
        """There are no ratings, and this is why."""
        self.reason, self.code = str(error), error.code

    @property
    def usage(self) -> MeteredUsage:
        """What the registers counted; a job without it has a reason and is not asked."""
        if self.measured is None:
            raise InputError(self.reason or f"contract {self.contract.number} has no usage")
        return self.measured


def load(
    session: Session, members: Sequence[BillableContract], span: Span, *, so_far: bool, run_id: int | None = None
) -> list[RatingJob]:
    """A job for each contract: tariffs, registers, what they counted and the history, in few reads for all."""
    zones = {contract.timezone for contract in members}
    first = min(day_start(span.start, zone) for zone in zones)
    last = max(day_start(span.end, zone) for zone in zones)
    ids = [contract.id for contract in members]
    assignments = billable_contracts.assigned_tariffs(session, ids, span)
    mounted = billable_contracts.mounted_registers(
        session, [contract.service_point_id for contract in members], first, last
    )
    registers = [register.register_id for group in mounted.values() for register in group]
    stored = billed_usage.read_days(session, registers, span)
    ended = priced_by_the_hour(session, members, assignments, mounted) if so_far else registers
    ends = {register: stored.ends[register] for register in ended if register in stored.ends}
    undated = [register for register in registers if register not in stored.packed]
    indexes = billed_usage.indexes(session, undated, first - READ_BEFORE, last + READ_AFTER) if undated else {}
    near = _near(session, members, mounted, ends, span) if not so_far else {}
    earlier = rating_history.histories(session, ids, span.start, run_id)
    versions = rated_terms.dated_versions(session, assignments.values()) if not so_far else {}
    priced = _priced_registers(session, assignments.values())
    spread = spread_spans(session, members, assignments, mounted, ends, between=(first, last))
    jobs = []
    for contract in members:
        job = RatingJob(
            contract, span, assignments.get(contract.id, ()), mounted.get(contract.service_point_id, ()), so_far
        )
        job.earlier = earlier.get(contract.id)
        job.history = job.earlier.history if job.earlier else History()
        readings = SpanReadings(
            span, contract.timezone, stored.packed, indexes, so_far, stored.shared, ends, spread, near
        )
        if not so_far:
            job.terms = rated_terms.terms_of(contract, span, job.assignments, job.mounted, versions)
        _measure(job, readings, priced)
        jobs.append(job)
    return jobs


def _near(
    session: Session,
    members: Sequence[BillableContract],
    mounted: Mapping[int, Sequence[MountedRegister]],
    ends: Mapping[int, Sequence[DayEnds]],
    span: Span,
) -> dict[int, list[tuple[datetime, int]]]:
    """The readings around the beginning, of registers that nobody read at either end of the span."""
    instants: dict[int, datetime] = {}
    for contract in members:
        start, end = day_start(span.start, contract.timezone), day_start(span.end, contract.timezone)
        for register in mounted.get(contract.service_point_id, ()):
            days = ends.get(register.register_id)
            if days and register.kind == Kind.INDEX:
                read = span_ends(register, days, start, end)
                if read.opened is None and read.closed is None:
                    instants[register.register_id] = max(start, register.mounted)
    return billed_usage.indexes_near(session, instants)


def _priced_registers(session: Session, assignments: Iterable[Sequence[AssignedTariff]]) -> PricedRegisters:
    """What each tariff has a price for; nothing where it cannot be read, which pricing will say."""
    priced: dict[tuple[int, ...], frozenset[str]] = {}
    for versions in {assignment.versions for group in assignments for assignment in group}:
        try:
            priced[versions] = priced_registers(tariff_of(session, versions).versions)
        except EnergyError:
            priced[versions] = frozenset()
    return priced


def _measure(job: RatingJob, readings: SpanReadings, priced: PricedRegisters) -> None:
    try:
        _refuse_unpriced_days(job)
        theirs = {register for assignment in job.assignments for register in priced[assignment.versions]}
        job.measured = metered_usage(_mounted(job, readings), job.contract.utility, readings, theirs)
    except EnergyError as error:
        job.refuse(error)


def _mounted(job: RatingJob, readings: SpanReadings) -> list[MountedRegister]:
    """The registers that are there on the contract's days in its own zone."""
    return [register for register in job.mounted if register.touches(readings.start, readings.end)]


def _refuse_unpriced_days(job: RatingJob) -> None:
    """Every day of the span must have a price."""
    day = job.span.start
    for assignment in sorted(job.assignments, key=lambda assignment: assignment.span.start):
        if assignment.span.start > day:
            break
        day = max(day, assignment.span.end)
    if day < job.span.end:
        raise InputError(f"no tariff is assigned on {day}", code="no_tariff", hint="assign a tariff from that day on")
