"""What ran by itself, what comes next and when, and who else may do what waits: for the page *Today*."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from flask import url_for

from cloud_service.domain.receivables import dunning_days
from cloud_service.domain.receivables.ecb_rates import SATURDAY, newest_published
from cloud_service.store.customers.tables import LegalEntity
from cloud_service.store.database import job_days
from cloud_service.store.database.job_days import JobDay
from cloud_service.store.identity.staff_names import staff_by_role
from cloud_service.store.invoicing import rate_fetching
from cloud_service.store.receivables import dunning_rule_sets
from cloud_service.web.access import ROLES, May
from cloud_service.web.clock import now, today
from cloud_service.web.database import session
from cloud_service.web.language.sentences import gettext as _
from cloud_service.web.language.sentences import ngettext
from common.period import add_months

SHOWN_DAYS = 40


@dataclass(frozen=True, slots=True)
class RanJob:
    """What a job did; `fault` says why it could not."""

    title: str
    company: str
    day: date
    at: datetime
    fault: str
    href: str


@dataclass(frozen=True, slots=True)
class NextJob:
    """What comes by itself, and when."""

    day: date
    title: str
    company: str
    href: str


def ran_lately(entities: Sequence[LegalEntity]) -> list[RanJob]:
    """The last day of each job, the newest first; those that could not be done before all others."""
    by_id = {entity.id: entity for entity in entities}
    rows = job_days.latest(session(), list(by_id), today() - timedelta(days=SHOWN_DAYS))
    jobs = [_ran(row, by_id[row.entity_id]) for row in rows]
    return sorted(sorted(jobs, key=lambda job: job.at, reverse=True), key=lambda job: not job.fault)


def _ran(row: JobDay, entity: LegalEntity) -> RanJob:
    done = row.done
    titles = {
        "reminders": ngettext("%(num)s reminder sent", "%(num)s reminders sent", done),
        "interest": ngettext("%(num)s bill of interest issued", "%(num)s bills of interest issued", done),
        "rates": ngettext("%(num)s new currency rate", "%(num)s new currency rates", done),
        "statements": ngettext("%(num)s statement of account sent", "%(num)s statements of account sent", done),
        "reports": ngettext("%(num)s report mailed", "%(num)s reports mailed", done),
        "billing": _("The billing calendar goes on again"),
        "advances": _("Advance bills are issued again"),
    }
    faults = {
        "reminders": _("Reminders were not sent"),
        "interest": _("Interest was not charged"),
        "rates": _("Currency rates did not come"),
        "statements": _("Statements of account were not sent"),
        "reports": _("Reports were not mailed"),
        "billing": _("The billing calendar stands still"),
        "advances": _("Advance bills were not issued"),
    }
    job = row.job.partition(":")[0]  # reports say behind it which
    title = (faults if row.error else titles).get(job, job)
    return RanJob(title, entity.name, row.day, row.at, row.error, _page(job, entity))


def _page(job: str, entity: LegalEntity) -> str:
    if job in ("statements", "advances"):
        return url_for(f"{job}.index")
    endpoints = {"rates": "currency_rates.index", "reports": "timed_reports.index", "billing": "billing_calendar.edit"}
    return url_for(endpoints.get(job, "dunning_rules.edit"), entity_public_id=entity.public_id)


def comes_next(entities: Sequence[LegalEntity]) -> list[NextJob]:
    """What runs by itself next, by day."""
    return sorted((job for entity in entities for job in _next_of(entity)), key=lambda job: (job.day, job.title))


def _next_of(entity: LegalEntity) -> Iterator[NextJob]:
    rules = dunning_rule_sets.history(session(), entity.id).on(today(), entity.country).rules
    sending = dunning_days.next_sending(rules, today())
    if sending is not None:
        yield NextJob(sending, _("Reminders that are due"), entity.name, _page("reminders", entity))
    if (month := dunning_days.interest_day(rules, today())) is not None:
        yield NextJob(add_months(month, 1), _("Interest of the month"), entity.name, _page("interest", entity))
    if rate_fetching.fetching_of(session(), entity.id).automatic:
        yield NextJob(_next_rates(), _("Currency rates"), entity.name, _page("rates", entity))


def _next_rates() -> date:
    day = newest_published(now()) + timedelta(days=1)
    while day.weekday() >= SATURDAY:
        day += timedelta(days=1)
    return day


def who_may(entity_ids: Sequence[int]) -> dict[May, str]:
    """For each right the people who have it, as one says them; administrators only where nobody else has it."""
    by_role = staff_by_role(session(), entity_ids)
    return {right: _said(_names(by_role, right)) for right in May}


def _names(by_role: dict[str, list[str]], right: May) -> list[str]:
    able = [role for role in by_role if right in ROLES.get(role, frozenset())]
    roles = [role for role in able if role != "admin"] or able
    return sorted({name for role in roles for name in by_role[role]})


def _said(names: list[str]) -> str:
    if not names:
        return _("nobody has the right")
    if len(names) == 1:
        return names[0]
    return ngettext("%(name)s or %(num)s other", "%(name)s or %(num)s others", len(names) - 1, name=names[0])
