"""Jobs that a company has on its days, reminders and interest: done once; a machine that was off catches up once.

The worker hands in transactions and the clock; what a job did, or why it could not, is kept for the page *Today*.
"""

import logging
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date, datetime

import procrastinate

from cloud_service.domain.receivables import dunning_days
from cloud_service.flow import remind
from cloud_service.flow.dunning.interest import charge_interest
from cloud_service.store.database import job_days
from cloud_service.store.database.session import Session
from cloud_service.store.receivables.dunned_companies import DunnedCompany, dunned_companies
from common.errors import EnergyError
from common.period import zone

FIRST_HOUR = 8  # nobody gets letters at night
AUTHOR = "calendar"
log = logging.getLogger("energy.worker")


@dataclass(frozen=True, slots=True)
class DayWork:
    """One job of a company on a day; `work` says how much it did."""

    entity_id: int
    job: str
    day: date
    work: Callable[[Session], int]


@dataclass(frozen=True, slots=True)
class DayTools:
    """What these jobs are handed."""

    begin: Callable[[], AbstractContextManager[Session]]
    clock: Callable[[], datetime]


def add_day_jobs(app: procrastinate.App, tools: DayTools) -> None:
    """Name the jobs in the worker's application."""

    @app.periodic(cron="13 * * * *")
    @app.task(name="dun_by_calendar", queue="default", queueing_lock="dun_by_calendar", lock="dun_by_calendar")
    def dun_by_calendar(timestamp: int) -> None:  # noqa: ARG001 - procrastinate passes it
        """Reminders and interest of the companies that let them run by themselves."""
        with tools.begin() as session:
            companies = dunned_companies(session, tools.clock())
        for company in companies:
            for work in _dunning_work(company, tools.clock().astimezone(zone(company.timezone))):
                do_once(tools, work)


def _dunning_work(company: DunnedCompany, local: datetime) -> list[DayWork]:
    """What falls to a company at a local time."""
    entity, today = company.entity_id, local.date()
    due = []
    if local.hour >= FIRST_HOUR and dunning_days.sends_on(company.rules, today):
        due.append(DayWork(entity, "reminders", today, lambda session: len(
            remind.remind(session, today, author=AUTHOR, entity_id=entity))))  # fmt: skip
    month = dunning_days.interest_day(company.rules, today)
    if month is not None and month >= company.valid_from:
        due.append(DayWork(entity, "interest", month, lambda session: len(
            charge_interest(session, today, author=AUTHOR, entity_id=entity))))  # fmt: skip
    return due


def do_once(tools: DayTools, work: DayWork) -> None:
    """Do a day's work in one transaction unless it is done; what stands in its way is kept and tried again."""
    try:
        with tools.begin() as session:
            if job_days.begin(session, work.entity_id, work.job, work.day, tools.clock()):
                job_days.end(session, work.entity_id, work.job, work.day, work.work(session))
    except EnergyError as error:
        log.warning("%s of company %d on %s: %s", work.job, work.entity_id, work.day, error)
        said = f"{error.message} ({error.hint})" if error.hint else error.message
        with tools.begin() as session:
            job_days.fail(session, work.entity_id, work.job, work.day, error=said, at=tools.clock())
