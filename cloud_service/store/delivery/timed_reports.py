"""Reports on their days: which a company has, to whom they go, which were sent and what became of the letters."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from psycopg.types.json import Jsonb
from sqlalchemy import text
from sqlalchemy.orm import Session

from common.errors import NotFoundError

REPORTS = text(
    """
    SELECT r.id, r.public_id, r.legal_entity_id AS entity_id, r.kind, r.every, r.day, r.working_day, r.recipients,
           r.told_until
      FROM timed_report r
     WHERE r.legal_entity_id = :entity AND r.removed_at IS NULL
     ORDER BY r.kind, r.every
    """
)
LOCKED = text(
    """
    SELECT r.id, r.public_id, r.legal_entity_id AS entity_id, r.kind, r.every, r.day, r.working_day, r.recipients,
           r.told_until
      FROM timed_report r
     WHERE r.legal_entity_id = :entity AND r.kind = :kind AND r.every = :every AND r.removed_at IS NULL
       FOR UPDATE
    """
)
COMPANIES = text(
    """
    SELECT DISTINCT e.id, e.timezone
      FROM timed_report r
      JOIN legal_entity e ON e.id = r.legal_entity_id
     WHERE r.removed_at IS NULL
     ORDER BY e.id
    """
)
SET = text(
    """
    INSERT INTO timed_report (legal_entity_id, kind, every, day, working_day, recipients, told_until)
    VALUES (:entity, :kind, :every, :day, :working_day, :recipients, :told_until)
    ON CONFLICT (legal_entity_id, kind, every) WHERE removed_at IS NULL
    DO UPDATE SET day = :day, working_day = :working_day, recipients = :recipients, told_until = :told_until
    """
)
REMOVE = text("UPDATE timed_report SET removed_at = now() WHERE id = :id")
TOLD = text("UPDATE timed_report SET told_until = :day WHERE id = :id")
KEEP = text(
    """
    INSERT INTO report_sending (report_id, first_day, last_day, document_id, delivery_id)
    VALUES (:report, :first_day, :last_day, :document, :delivery)
    """
)
SENDINGS = text(
    """
    SELECT s.id, r.kind, r.every, s.first_day, s.last_day, s.created_at, d.recipient,
           d.state, d.error
      FROM report_sending s
      JOIN timed_report r ON r.id = s.report_id
      JOIN delivery d ON d.id = s.delivery_id
     WHERE r.legal_entity_id = :entity
       AND (cast(:before AS bigint) IS NULL OR s.id < :before)
     ORDER BY s.id DESC
     LIMIT :rows
    """
)
LAST_SENT = text(
    """
    SELECT r.id, newest.created_at
      FROM timed_report r
      JOIN LATERAL (SELECT s.created_at
                            FROM report_sending s
                           WHERE s.report_id = r.id
                           ORDER BY s.id DESC
                           LIMIT 1) newest
        ON true
     WHERE r.legal_entity_id = :entity AND r.removed_at IS NULL
    """
)


@dataclass(frozen=True, slots=True)
class TimedReport:
    """A report in use; `told_until` is the last planned day that was dealt with."""

    id: int
    public_id: UUID
    entity_id: int
    kind: str
    every: str
    day: int
    working_day: bool
    recipients: list[str]
    told_until: date


@dataclass(frozen=True, slots=True)
class ReportCompany:
    """A company that has reports mailed; its days are those of its zone."""

    entity_id: int
    timezone: str


@dataclass(frozen=True, slots=True)
class ReportLetter:
    """A letter with a report, and what became of it."""

    id: int
    kind: str
    every: str
    first_day: date
    last_day: date
    created_at: datetime
    recipient: str
    state: str
    error: str


def reports(session: Session, entity_id: int) -> list[TimedReport]:
    """Those that a company has mailed."""
    return [TimedReport(**row) for row in session.execute(REPORTS, {"entity": entity_id}).mappings()]


def locked_report(session: Session, entity_id: int, kind: str, every: str) -> TimedReport | None:
    """The one of that kind and span, locked until the transaction ends."""
    row = session.execute(LOCKED, {"entity": entity_id, "kind": kind, "every": every}).mappings().one_or_none()
    return TimedReport(**row) if row else None


def report_companies(session: Session) -> list[ReportCompany]:
    """The companies that have some."""
    return [ReportCompany(row.id, row.timezone) for row in session.execute(COMPANIES)]


def set_report(
    session: Session, entity_id: int, kind: str, every: str, *, day: int, working_day: bool, recipients: list[str],
    told_until: date,
) -> None:  # fmt: skip
    """Write the one of that kind and span."""
    row = {"entity": entity_id, "kind": kind, "every": every, "day": day, "working_day": working_day}
    session.execute(SET, row | {"recipients": Jsonb(recipients), "told_until": told_until})


def remove(session: Session, report_id: int) -> None:
    """Out of use; its letters stay known."""
    session.execute(REMOVE, {"id": report_id})


def told(session: Session, report_id: int, day: date) -> None:
    """What was planned up to a day is dealt with."""
    session.execute(TOLD, {"id": report_id, "day": day})


def keep(session: Session, report_id: int, days: tuple[date, date], document_id: int, delivery_id: int) -> None:
    """Note a letter."""
    row = {"report": report_id, "first_day": days[0], "last_day": days[1], "document": document_id}
    session.execute(KEEP, row | {"delivery": delivery_id})


def letters(session: Session, entity_id: int, *, before: int | None = None, rows: int = 50) -> list[ReportLetter]:
    """A company's letters with reports, the newest first, a page of them."""
    bounds = {"entity": entity_id, "before": before, "rows": rows}
    return [ReportLetter(**row) for row in session.execute(SENDINGS, bounds).mappings()]


def last_sent(session: Session, entity_id: int) -> dict[int, datetime]:
    """When each report in use was last sent, by its id."""
    return {row.id: row.created_at for row in session.execute(LAST_SENT, {"entity": entity_id})}


def report_of(session: Session, entity_id: int, kind: str, every: str) -> TimedReport:
    """The one of that kind and span, locked; NotFoundError where there is none."""
    report = locked_report(session, entity_id, kind, every)
    if report is None:
        raise NotFoundError(f"there is no report {kind} each {every}", path="kind")
    return report
