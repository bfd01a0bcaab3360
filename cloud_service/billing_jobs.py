"""Jobs of the billing calendar: gaps estimated on the last day, runs planned on theirs, calm ones issued.

Every hour all of it is looked at anew by each company's own day: a machine that was off for weeks catches up once.
"""

import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import procrastinate

from cloud_service.flow import billing_run as running
from cloud_service.flow.advances.run import AdvanceIssue, issue_due
from cloud_service.flow.invoicing import outliers
from cloud_service.flow.issue import issue_apart
from cloud_service.flow.metering import estimate_gaps
from cloud_service.flow.rate import rate_contracts
from cloud_service.flow.validate import validate_dirty
from cloud_service.store.database import job_days
from cloud_service.store.database.errors import fault_of, is_away
from cloud_service.store.database.session import Engine, Session
from cloud_service.store.invoicing import parked_items
from cloud_service.store.invoicing.billing_calendar import EntityCalendar, advancing_calendars, automatic_calendars
from cloud_service.store.invoicing.billing_runs import runs_in
from cloud_service.store.invoicing.parked_items import ParkedItem
from cloud_service.store.metering.estimation import estimable_registers, estimates
from cloud_service.store.scope import Scope
from common.errors import EnergyError
from common.period import Span, day_start, zone

JOB, ADVANCES = "billing", "advances"
log = logging.getLogger("energy.worker")


@dataclass(frozen=True, slots=True)
class CalendarTools:
    """What these jobs are handed."""

    engine: Engine
    begin: Callable[[], AbstractContextManager[Session]]
    clock: Callable[[], datetime]


def add_calendar_jobs(app: procrastinate.App, tools: CalendarTools) -> None:
    """Name the jobs in the worker's application."""

    @app.periodic(cron="7 * * * *")
    @app.task(name="plan_runs", queue="default", queueing_lock="plan_runs", lock="bill_by_calendar")
    def plan_runs(timestamp: int) -> None:  # noqa: ARG001 - procrastinate passes it
        """Plan what fell due by each entity's calendar, on its own day, and queue the rating."""
        for entity in _calendars(tools):
            with company_alone(tools, entity):
                plan_by_calendar(tools, entity)

    @app.periodic(cron="22 * * * *")
    @app.task(name="issue_advances", queue="default", queueing_lock="issue_advances", lock="bill_by_calendar")
    def issue_advances(timestamp: int) -> None:  # noqa: ARG001 - procrastinate passes it
        """Issue the bills in advance that fell due, on each entity's own day."""
        with tools.begin() as session:
            entities = advancing_calendars(session)
        for entity in entities:
            with company_alone(tools, entity, ADVANCES):
                issue_due_advances(tools, entity)

    @app.periodic(cron="*/10 * * * *")
    @app.task(name="issue_by_calendar", queue="default", queueing_lock="issue_by_calendar", lock="bill_by_calendar")
    def issue_by_calendar(timestamp: int) -> None:  # noqa: ARG001 - procrastinate passes it
        """Issue the rated runs that may issue without a person."""
        for entity in _calendars(tools):
            with company_alone(tools, entity), tools.begin() as session:
                approve_by_calendar(session, entity)


def _calendars(tools: CalendarTools) -> list[EntityCalendar]:
    with tools.begin() as session:
        return automatic_calendars(session)


def issue_due_advances(tools: CalendarTools, entity: EntityCalendar) -> None:
    """What fell due since a machine was off is made up for; each bill has the date of this day."""
    today = tools.clock().astimezone(zone(entity.timezone)).date()
    issue_due(tools.begin, AdvanceIssue(entity.entity_id, today, issue_apart, running.CALENDAR))


@contextmanager
def company_alone(tools: CalendarTools, entity: EntityCalendar, job: str = JOB) -> Iterator[None]:
    """What stands in the way of one company keeps no other from its work: *Today* says it until it goes well."""
    try:
        yield
    except Exception as error:
        if is_away(error):
            raise
        _note_fault(tools, entity, job, error)
    else:
        with tools.begin() as session:
            job_days.forget_faults(session, entity.entity_id, job)


def _note_fault(tools: CalendarTools, entity: EntityCalendar, job: str, error: Exception) -> None:
    log.error("the billing calendar of company %d: %s", entity.entity_id, error, exc_info=error)
    today = tools.clock().astimezone(zone(entity.timezone)).date()
    with tools.begin() as session:
        job_days.fail(session, entity.entity_id, job, today, error=fault_of(error), at=tools.clock())


def plan_by_calendar(tools: CalendarTools, entity: EntityCalendar) -> None:
    """Estimate what waited until its last day, then plan what fell due and what came back."""
    today = tools.clock().astimezone(zone(entity.timezone)).date()
    if entity.calendar.estimates and _estimate_overdue(tools, entity, today):
        validate_dirty(tools.engine)  # its marks have the time of the database
    with tools.begin() as session:
        planned = running.plan_fallen_due(session, entity.entity_id, entity.calendar, today, _can_be_rated)
        if planned is not None:
            running.start(session, planned.id, "rate", shards=1, author=running.CALENDAR)


def _can_be_rated(session: Session, contracts: Sequence[int], span: Span) -> Iterator[tuple[int, bool]]:
    for outcome in rate_contracts(session, contracts, span, chart=False):
        yield outcome.contract.id, outcome.rated is not None


def _estimate_overdue(tools: CalendarTools, entity: EntityCalendar, today: date) -> int:
    """Estimate the gaps of items whose last day has come, each in a transaction of its own; how many were kept."""
    calendar = entity.calendar
    if calendar.since is None or calendar.last_days is None:
        return 0
    with tools.begin() as session:
        until = today - timedelta(days=calendar.last_days)
        overdue = parked_items.overdue(session, entity.entity_id, calendar.since, until)
    estimates_kept = 0
    for item in overdue:
        try:
            with tools.begin() as session:
                estimates_kept += len(_estimate(session, entity, item, tools.clock()))
        except Exception as error:
            if is_away(error):
                raise
            log.warning(
                "estimate of contract %d for %s: %s", item.contract_id, item.span, error,
                exc_info=not isinstance(error, EnergyError),
            )  # fmt: skip
    return estimates_kept


def _estimate(session: Session, entity: EntityCalendar, item: ParkedItem, now: datetime) -> list[int]:
    """Estimates for all gaps of an item, or none: what no rule knows, or is billed to others, waits for a person."""
    zone_name = estimable_registers.zone_of_contract(session, item.contract_id)
    time = day_start(item.span.start, zone_name), day_start(item.span.end, zone_name)
    registers = estimable_registers.of_contract(session, Scope(), item.contract_id, time)
    gaps = [gap for gap in estimate_gaps.gaps_of(session, registers, now) if gap.gap.known_energy is None]
    if not all(gap.offered and not gap.bills for gap in gaps):
        return []
    ids = [
        estimate_gaps.keep(
            session, gap, estimate_gaps.chosen(gap), author=running.CALENDAR, now=now, confirmed=False,
            reason=f"no readings on the last day of {item.span.start} to {item.span.end - timedelta(days=1)}",
        )
        for gap in gaps
    ]  # fmt: skip
    if not entity.calendar.confirm_estimates:
        estimates.confirm(session, ids, running.CALENDAR, now)
    return ids


def approve_by_calendar(session: Session, entity: EntityCalendar) -> None:
    """Let the calendar's rated runs issue; what is far from the period before is held for a person."""
    for run in runs_in(session, ("rated",)):
        if run.legal_entity_id == entity.entity_id and running.may_issue_itself(session, run, entity.calendar):
            outliers.hold(session, run.id, running.CALENDAR)
            running.approve(session, run.id, running.CALENDAR)
            running.start(session, run.id, "issue", shards=1, author=running.CALENDAR)
