"""Reports on their days: open items, payments and bills as spreadsheets, mailed to who a company names, each once."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

from cloud_service.documents.report_sheet import report_sheet
from cloud_service.documents.translations import locale_of, localizer_for
from cloud_service.domain.receivables import report_days
from cloud_service.domain.receivables.report_days import KINDS, OPEN_ITEMS, PAYMENTS, ReportDays
from cloud_service.mail.letter import address
from cloud_service.store.audit import log
from cloud_service.store.customers import legal_entities
from cloud_service.store.database import job_queue
from cloud_service.store.database.session import Session
from cloud_service.store.delivery import outgoing, timed_reports
from cloud_service.store.delivery.timed_reports import TimedReport
from cloud_service.store.lists.invoices import invoices
from cloud_service.store.lists.paging import ListQuery, all_of
from cloud_service.store.lists.payments import payments
from cloud_service.store.receivables import dunning_rule_sets, statements_and_ageing
from cloud_service.store.scope import Scope
from common.errors import InputError

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
RECIPIENTS_MAX = 20
ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class ReportPlan:
    """What is mailed when and to whom."""

    kind: str
    days: ReportDays
    recipients: Sequence[str]


def set_report(
    session: Session, entity_id: int, plan: ReportPlan, today: date, *, author: str, reason: str = ""
) -> bool:
    """Have a report mailed from today on, or change the one of that kind and span; whether that was a change."""
    if plan.kind not in KINDS:
        raise InputError(f"{plan.kind!r} is no report", path="kind", hint=", ".join(KINDS))
    recipients = _checked(plan.recipients)
    before = timed_reports.locked_report(session, entity_id, plan.kind, plan.days.every)
    after = {"day": plan.days.day, "working_day": plan.days.working_day, "recipients": recipients}
    old = {name: getattr(before, name, None) for name in after}
    if old == after:
        return False
    told_until = max(before.told_until, today - ONE_DAY) if before else today - ONE_DAY
    timed_reports.set_report(
        session, entity_id, plan.kind, plan.days.every, day=plan.days.day, working_day=plan.days.working_day,
        recipients=recipients, told_until=told_until,
    )  # fmt: skip
    subject = f"legal_entity:{entity_id}"
    past, present = ({_named(plan.kind, plan.days.every, name): side[name] for name in after} for side in (old, after))
    log.note_change(session, log.AuditChange(author, "report.set", subject, past, present, reason))
    return True


def _named(kind: str, every: str, name: str) -> str:
    return f"{kind} each {every}: {name}"


def _checked(recipients: Sequence[str]) -> list[str]:
    """Addresses that can be written to, each once."""
    unique = list(dict.fromkeys(text.strip() for text in recipients if text.strip()))
    if not 1 <= len(unique) <= RECIPIENTS_MAX:
        raise InputError(f"{len(unique)} addresses", path="recipients", hint=f"from 1 to {RECIPIENTS_MAX}")
    for recipient in unique:
        try:
            address(recipient)
        except InputError as error:
            raise InputError(error.message, path="recipients", hint="one address a line") from error
    return unique


def remove_report(session: Session, entity_id: int, kind: str, every: str, *, author: str, reason: str = "") -> None:
    """Mail it no more; NotFoundError where there is none."""
    report = timed_reports.report_of(session, entity_id, kind, every)
    timed_reports.remove(session, report.id)
    log.note(session, author, "report.remove", f"legal_entity:{entity_id}", reason=reason, kind=kind, every=every)


def days_of(session: Session, report: TimedReport, today: date) -> ReportDays:
    """The days of a report, with the holidays of the company's reminders."""
    country = legal_entities.entity_fields(session, report.entity_id).country
    rules = dunning_rule_sets.history(session, report.entity_id).on(today, country).rules
    return ReportDays(report.every, report.day, report.working_day, rules.holidays)


def next_day(session: Session, report: TimedReport, today: date) -> date:
    """When it is sent next; today where it is late."""
    return max(report_days.next_day(days_of(session, report, today), report.told_until), today)


def send_due(session: Session, entity_id: int, kind: str, every: str, today: date, *, author: str) -> int:
    """The letters of what is owed: open items as of today once, each missed month or week of the others."""
    report = timed_reports.locked_report(session, entity_id, kind, every)
    planned = report_days.due_days(days_of(session, report, today), report.told_until, today) if report else []
    if report is None or not planned:
        return 0
    sent = 0
    for day in planned[-1:] if kind == OPEN_ITEMS else planned:
        sent += _send(session, report, report_days.covered_days(kind, every, day, today), today, day.isoformat())
    timed_reports.told(session, report.id, planned[-1])
    log.note(session, author, "report.send", f"legal_entity:{entity_id}", kind=kind, every=every, letters=sent)
    return sent


def send_now(session: Session, entity_id: int, kind: str, every: str, today: date, *, author: str) -> int:
    """The letters of the span that is over, or of what is open today; what comes on its day comes all the same."""
    report = timed_reports.report_of(session, entity_id, kind, every)
    days = report_days.covered_days(kind, every, today, today)
    sent = _send(session, report, days, today, uuid4().hex)
    log.note(session, author, "report.send", f"legal_entity:{entity_id}", kind=kind, every=every, letters=sent)
    return sent


def _send(session: Session, report: TimedReport, days: tuple[date, date], today: date, mark: str) -> int:
    """One file, one letter a recipient."""
    entity = legal_entities.entity_fields(session, report.entity_id)
    rows = _rows(session, report, days, today)
    localizer = localizer_for(locale_of(entity.locale, entity.country))
    title, period = localizer.label(f"report.{report.kind}"), localizer.period(*days)
    body = report_sheet(report.kind, rows, today, entity.locale)
    filename = f"{report.kind.replace('_', '-')}-{days[0]}-{days[1]}.xlsx"
    document_id = outgoing.keep_document(session, "report_xlsx", filename, XLSX, body)
    content = {
        "locale": str(localizer.locale), "document": document_id, "theme": outgoing.theme(session, report.entity_id),
        "subject": localizer.label("report.subject", title=title, period=period, company=entity.name),
        "text": localizer.label("report.text", title=title, period=period, rows=str(len(rows))),
        "sender_name": entity.name, "recipient_name": entity.name, "reply_to": entity.email,
        "footer": [entity.name],
    }  # fmt: skip
    domain = entity.email.rpartition("@")[2] or "localhost"
    ids = []
    for place, recipient in enumerate(report.recipients, 1):
        ids += outgoing.queue_message(
            session, account_id=None, kind="report", recipient=recipient,
            message_id=f"<report-{report.id}-{mark}-{place}@{domain}>", content=content,
        )  # fmt: skip
    for delivery_id in ids:
        timed_reports.keep(session, report.id, days, document_id, delivery_id)
    job_queue.defer_all(session, "deliver", [{"deliveries": [id_]} for id_ in ids], queue="deliver")
    return len(ids)


def _rows(session: Session, report: TimedReport, days: tuple[date, date], today: date) -> list[Any]:
    """The rows of the page's own file, of this company alone."""
    scope = Scope(entities=frozenset({report.entity_id}))
    if report.kind == OPEN_ITEMS:
        return [row for row in statements_and_ageing.ageing(session, days[1], scope) if row.total]
    first, last = (day.isoformat() for day in days)
    query = ListQuery(filters={"from": (first,), "to": (last,)}, descending=True)
    if report.kind == PAYMENTS:
        return list(all_of(session, payments(scope, replace(query, sort="day")), replace(query, sort="day")))
    query = replace(query, sort="bill_date")
    return list(all_of(session, invoices(scope, query, today), query))
