"""Jobs that a company has on its days, reminders, interest, rates: done once; a machine that was off catches up once.

The worker hands in transactions and the clock; what a job did, or why it could not, is kept for the page *Today*.
"""

import logging
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import date, datetime

import procrastinate

from cloud_service.domain.receivables import dunning_days
from cloud_service.download import download
from cloud_service.flow import account_statement, remind
from cloud_service.flow.dunning.interest import charge_interest
from cloud_service.flow.invoicing import currency_rates
from cloud_service.flow.reports import timed_report
from cloud_service.store.database import job_days
from cloud_service.store.database.session import Session
from cloud_service.store.delivery import timed_reports
from cloud_service.store.delivery.timed_statements import StatementCompany, statement_companies
from cloud_service.store.invoicing import rate_fetching
from cloud_service.store.invoicing.rate_fetching import FetchingCompany
from cloud_service.store.receivables.account_by_account import Begin
from cloud_service.store.receivables.dunned_companies import DunnedCompany, dunned_companies
from common.errors import ConflictError, EnergyError
from common.period import zone

HOURS = range(8, 20)  # nobody gets letters at night
AUTHOR = "calendar"
FAULTS_SHOWN = 3
OUR_FAULT = "something went wrong here"
RATES, STATEMENTS, REPORTS = "rates", "statements", "reports"
log = logging.getLogger("energy.worker")


@dataclass(frozen=True, slots=True)
class DayWork:
    """One job of a company on a day; `work` says how much it did."""

    entity_id: int
    job: str
    day: date
    work: Callable[[Session], int]


@dataclass(frozen=True, slots=True)
class AccountsWork:
    """One job of a company on a day with a transaction an account; what was done before a crash is not done again."""

    entity_id: int
    job: str
    day: date
    work: Callable[[Begin], int]


@dataclass(frozen=True, slots=True)
class DayTools:
    """What these jobs are handed."""

    begin: Callable[[], AbstractContextManager[Session]]
    clock: Callable[[], datetime]
    download: Callable[[str], bytes] = download


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
                _do_accounts(tools, work)

    @app.periodic(cron="23 * * * *")
    @app.task(name="fetch_rates", queue="default", queueing_lock="fetch_rates", lock="fetch_rates")
    def fetch_rates(timestamp: int) -> None:  # noqa: ARG001 - procrastinate passes it
        """The bank's currency rates for the companies that have them fetched."""
        with tools.begin() as session:
            companies = rate_fetching.fetching_companies(session)
        for company in companies:
            _fetch_rates(tools, company)

    @app.periodic(cron="33 * * * *")
    @app.task(name="send_statements", queue="default", queueing_lock="send_statements", lock="send_statements")
    def send_statements(timestamp: int) -> None:  # noqa: ARG001 - procrastinate passes it
        """Statements of the month or quarter that is over, for the clients who get them."""
        with tools.begin() as session:
            companies = statement_companies(session)
        for company in companies:
            _send_statements(tools, company, tools.clock().astimezone(zone(company.timezone)))

    @app.periodic(cron="43 * * * *")
    @app.task(name="send_reports", queue="default", queueing_lock="send_reports", lock="send_reports")
    def send_reports(timestamp: int) -> None:  # noqa: ARG001 - procrastinate passes it
        """Reports of the companies that have some mailed."""
        with tools.begin() as session:
            companies = timed_reports.report_companies(session)
        for company in companies:
            _send_reports(tools, company.entity_id, tools.clock().astimezone(zone(company.timezone)))


def _send_reports(tools: DayTools, entity_id: int, local: datetime) -> None:
    """Each in a transaction of its own, so that a bad one keeps no other back."""
    today = local.date()
    if local.hour not in HOURS:
        return
    with tools.begin() as session:
        reports = timed_reports.reports(session, entity_id)
    for report in reports:
        job = f"{REPORTS}:{report.kind}:{report.every}"
        with _failure_kept(tools, entity_id, job, today):
            with tools.begin() as session:
                sent = timed_report.send_due(session, entity_id, report.kind, report.every, today, author=AUTHOR)
            if sent:
                do_once(tools, DayWork(entity_id, job, today, lambda _session, sent=sent: sent))  # type: ignore[misc]


def _send_statements(tools: DayTools, company: StatementCompany, local: datetime) -> None:
    """Some accounts a transaction, each once; the day's work is noted when all are sent."""
    today, sent, after, more = local.date(), 0, 0, True
    faults: list[str] = []
    if local.hour not in HOURS:
        return
    month = today.replace(day=1)
    with _failure_kept(tools, company.entity_id, STATEMENTS, month):
        while more:
            with tools.begin() as session:
                some = account_statement.send_due(session, company.entity_id, today, author=AUTHOR, after=after)
            sent, after, more = sent + some.sent, some.last, bool(some.last)
            faults += some.faults
        if faults:
            raise ConflictError(
                "; ".join(faults[:FAULTS_SHOWN]), hint=f"{len(faults)} were left out, all others are sent"
            )
        if sent:
            do_once(tools, DayWork(company.entity_id, STATEMENTS, month, lambda _session: sent))


def _fetch_rates(tools: DayTools, company: FetchingCompany) -> None:
    """Ask for what is missing, outside of any transaction; the bank's day is asked for until it is there."""
    with tools.begin() as session:
        file = currency_rates.file_to_fetch(session, company.entity_id, company.base, company.address, tools.clock())
        if file is None or job_days.is_done(session, company.entity_id, RATES, file.day):
            return
    with _failure_kept(tools, company.entity_id, RATES, file.day):
        content = tools.download(file.address)
        do_once(tools, DayWork(company.entity_id, RATES, file.day, lambda session: currency_rates.take_file(
            session, company.entity_id, company.base, content, name=file.address, author=AUTHOR,
            currencies=file.currencies, since=file.since,
        ).new))  # fmt: skip


def _dunning_work(company: DunnedCompany, local: datetime) -> list[AccountsWork]:
    """What falls to a company at a local time."""
    entity, today = company.entity_id, local.date()
    due: list[AccountsWork] = []
    if local.hour in HOURS and dunning_days.sends_on(company.rules, today):
        due.append(AccountsWork(entity, "reminders", today, lambda begin: len(
            remind.remind(begin, today, author=AUTHOR, entity_id=entity, by_mail_only=True))))  # fmt: skip
    month = dunning_days.interest_day(company.rules, today)
    if month is not None and month >= company.valid_from:
        due.append(AccountsWork(entity, "interest", month, lambda begin: len(
            charge_interest(begin, today, author=AUTHOR, entity_id=entity))))  # fmt: skip
    return due


def _do_accounts(tools: DayTools, accounts: AccountsWork) -> None:
    """Do it unless it is done, and note it when all accounts are; what stands in the way of some is kept."""
    with tools.begin() as session:
        if job_days.is_done(session, accounts.entity_id, accounts.job, accounts.day):
            return
    with _failure_kept(tools, accounts.entity_id, accounts.job, accounts.day):
        count = accounts.work(tools.begin)
        do_once(tools, DayWork(accounts.entity_id, accounts.job, accounts.day, lambda _session: count))


def do_once(tools: DayTools, work: DayWork) -> None:
    """Do a day's work in one transaction unless it is done; what stands in its way is kept and tried again."""
    with _failure_kept(tools, work.entity_id, work.job, work.day), tools.begin() as session:
        if job_days.begin(session, work.entity_id, work.job, work.day, tools.clock()):
            job_days.end(session, work.entity_id, work.job, work.day, work.work(session))


@contextmanager
def _failure_kept(tools: DayTools, entity_id: int, job: str, day: date) -> Iterator[None]:
    """What stands in the way of one company is kept for it, and does not keep the next one from its work."""
    try:
        yield
    except EnergyError as error:
        _keep_failure(tools, entity_id, job, day, error)
    except Exception:
        log.exception("%s of company %d on %s", job, entity_id, day)
        _keep_failure(tools, entity_id, job, day, ConflictError(OUR_FAULT, hint="it is in the log, and tried again"))


def _keep_failure(tools: DayTools, entity_id: int, job: str, day: date, error: EnergyError) -> None:
    log.warning("%s of company %d on %s: %s", job, entity_id, day, error)
    said = f"{error.message} ({error.hint})" if error.hint else error.message
    with tools.begin() as session:
        job_days.fail(session, entity_id, job, day, error=said, at=tools.clock())
