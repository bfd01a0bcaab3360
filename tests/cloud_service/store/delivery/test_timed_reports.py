"""Reports on their days: one in use for each kind and span, letters of a company by pages, the newest first."""

from datetime import date
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from cloud_service.store.delivery import timed_reports
from common.errors import NotFoundError
from tests.books.world import build

DAY = date(2026, 11, 20)
NOVEMBER = (date(2026, 11, 1), date(2026, 11, 30))


def have(session: Session, entity: int, kind: str = "bills", every: str = "month", **changes: Any) -> int:
    """The id of a report that the company has mailed."""
    terms: dict[str, Any] = {
        "day": 1,
        "working_day": False,
        "recipients": ["a@example.org"],
        "told_until": DAY,
    } | changes
    timed_reports.set_report(session, entity, kind, every, **terms)
    return timed_reports.report_of(session, entity, kind, every).id


def sending(session: Session, report: int, recipient: str) -> None:
    """A letter with a report, as it is noted."""
    document = session.execute(
        text("""
        INSERT INTO document (kind, filename, sha256, body, media_type)
        VALUES ('report_xlsx', 'bills.xlsx', decode(:sha, 'hex'), 'x', 'text/plain') RETURNING id"""),
        {"sha": "00" * 32},
    ).scalar_one()
    delivery = session.execute(
        text("""
        INSERT INTO delivery (kind, recipient, message_id, state, error)
        VALUES ('report', :recipient, :message, 'bounced', 'no such mailbox') RETURNING id"""),
        {"recipient": recipient, "message": f"<{recipient}>"},
    ).scalar_one()
    timed_reports.keep(session, report, NOVEMBER, document, delivery)


def test_setting_one_again_changes_the_one_in_use(session: Session) -> None:
    entity = build(session, tenants=0).entity
    first = have(session, entity)
    again = have(session, entity, day=5, working_day=True, recipients=["b@example.org"], told_until=date(2026, 12, 1))
    (report,) = timed_reports.reports(session, entity)

    assert first == again == report.id
    assert (5, True, ["b@example.org"], date(2026, 12, 1)) == (
        report.day, report.working_day, report.recipients, report.told_until,
    )  # fmt: skip


def test_a_removed_one_is_not_found_and_one_set_after_it_is_another(session: Session) -> None:
    entity = build(session, tenants=0).entity
    first, weekly = have(session, entity), have(session, entity, every="week")
    timed_reports.remove(session, first)

    assert timed_reports.locked_report(session, entity, "bills", "month") is None
    with pytest.raises(NotFoundError):
        timed_reports.report_of(session, entity, "bills", "month")
    assert [weekly] == [report.id for report in timed_reports.reports(session, entity)]
    assert have(session, entity) not in (first, weekly)


def test_companies_are_those_with_a_report_in_use_once_each(session: Session) -> None:
    having, removed = build(session, tenants=0).entity, build(session, tenants=0).entity
    build(session, tenants=0)
    have(session, having), have(session, having, every="week")
    timed_reports.remove(session, have(session, removed))

    assert [(having, "Europe/Berlin")] == [
        (company.entity_id, company.timezone) for company in timed_reports.report_companies(session)
    ]


def test_only_the_report_itself_is_noted_as_dealt_with(session: Session) -> None:
    entity = build(session, tenants=0).entity
    monthly, weekly = have(session, entity), have(session, entity, every="week")
    timed_reports.told(session, monthly, date(2026, 12, 1))

    assert {monthly: date(2026, 12, 1), weekly: DAY} == {
        report.id: report.told_until for report in timed_reports.reports(session, entity)
    }


def test_letters_are_a_companys_own_newest_first_by_pages_and_stay_known(session: Session) -> None:
    entity, other = build(session, tenants=0).entity, build(session, tenants=0).entity
    report, others = have(session, entity), have(session, other)
    for recipient in ("a@example.org", "b@example.org", "c@example.org"):
        sending(session, report, recipient)
    sending(session, others, "d@example.org")
    newest = timed_reports.letters(session, entity, rows=2)

    assert {report} == set(timed_reports.last_sent(session, entity))
    timed_reports.remove(session, report)
    rest = timed_reports.letters(session, entity, before=newest[-1].id, rows=2)
    assert ["c@example.org", "b@example.org", "a@example.org"] == [letter.recipient for letter in [*newest, *rest]]
    assert (*NOVEMBER, "bounced", "no such mailbox") == (
        rest[0].first_day, rest[0].last_day, rest[0].state, rest[0].error,
    )  # fmt: skip
    assert {} == timed_reports.last_sent(session, entity)
