from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import procrastinate
import pytest
from procrastinate.testing import InMemoryConnector
from sqlalchemy import Engine, text

from cloud_service.day_jobs import DayTools, add_day_jobs
from cloud_service.domain.receivables.report_days import ReportDays
from cloud_service.flow.deliver import deliver
from cloud_service.flow.issue import issue
from cloud_service.flow.rate import rate_contracts
from cloud_service.flow.reports.timed_report import ReportPlan, remove_report, send_now, set_report
from cloud_service.mail import Outbox
from cloud_service.store.database.session import transaction
from cloud_service.store.delivery.timed_reports import letters
from common.errors import InputError, NotFoundError, UnavailableError
from common.period import Span
from tests.books.world import World, build
from tests.cloud_service.documents.test_spreadsheet import cells

OCTOBER = Span(date(2026, 10, 1), date(2026, 11, 1))
SET = date(2026, 11, 20)
TO = ("a@example.org", "b@example.org")


@pytest.fixture
def world(session: Any) -> World:
    world = build(session, tenants=2)
    for register in world.registers:
        world.readings(register, OCTOBER)
    rated = [one.rated for one in rate_contracts(session, world.contracts, OCTOBER) if one.rated]
    issue(session, rated, bill_date=date(2026, 11, 2), author="test")
    session.commit()
    return world


@pytest.fixture
def run_at(engine: Engine) -> Callable[[datetime], None]:
    def run(now: datetime) -> None:
        app = procrastinate.App(connector=InMemoryConnector())
        add_day_jobs(app, DayTools(lambda: transaction(engine), lambda: now))
        app.tasks["send_reports"](timestamp=0)

    return run


def have(world: World, kind: str, *, day: int = 1, every: str = "month", working_day: bool = False) -> None:
    set_report(world.session, world.entity, ReportPlan(kind, ReportDays(every, day, working_day), TO), SET, author="t")
    world.session.commit()


def sent(world: World) -> list[tuple[str, date, date, str]]:
    world.session.rollback()
    return [
        (row.kind, row.first_day, row.last_day, row.recipient) for row in reversed(letters(world.session, world.entity))
    ]


def sheet(world: World) -> list[tuple[str | None, str]]:
    """(type, text) of the newest file's cells; numbers have no type."""
    query = text("SELECT body FROM document WHERE kind = 'report_xlsx' ORDER BY id DESC LIMIT 1")
    return cells(world.session.execute(query).scalar_one())


def test_bills_of_the_month_go_once_to_each_address_from_eight(
    world: World, run_at: Callable[[datetime], None]
) -> None:
    have(world, "bills")
    for hour in (6, 7, 8):  # 7, 8, 9 in Berlin
        run_at(datetime(2026, 12, 1, hour, 30, tzinfo=UTC))
        assert (0 if hour == 6 else 2) == len(sent(world))

    november = (date(2026, 11, 1), date(2026, 11, 30))
    assert [("bills", *november, to) for to in TO] == sent(world)
    assert [("reports:bills:month", 2, "")] == [
        tuple(row) for row in world.session.execute(text("SELECT job, done, error FROM job_day"))
    ]
    assert (48, [(None, "118.29")] * 2) == (len(sheet(world)), sheet(world)[21::16])


def test_amounts_are_numbers(world: World, run_at: Callable[[datetime], None]) -> None:
    have(world, "open_items")
    run_at(datetime(2026, 12, 1, 9, tzinfo=UTC))
    rows = sheet(world)
    assert (27, ("inlineStr", "Account"), (None, "118.29")) == (len(rows), rows[0], rows[-1])


def test_a_machine_that_was_off_sends_each_month_of_payments_and_open_items_once(
    world: World, run_at: Callable[[datetime], None]
) -> None:
    have(world, "open_items")
    have(world, "payments")
    run_at(datetime(2027, 2, 3, 9, tzinfo=UTC))
    run_at(datetime(2027, 2, 3, 10, tzinfo=UTC))

    first = [row for row in sent(world) if row[3] == TO[0]]
    told = text("SELECT DISTINCT told_until FROM timed_report")
    assert [date(2027, 2, 1)] == list(world.session.execute(told).scalars())
    assert [("open_items", date(2027, 2, 3), date(2027, 2, 3))] == [row[:3] for row in first if row[0] == "open_items"]
    assert [date(2026, 11, 1), date(2026, 12, 1), date(2027, 1, 1)] == [row[1] for row in first if row[0] == "payments"]


def test_a_letter_that_the_relay_did_not_take_is_tried_again(world: World, run_at: Callable[[datetime], None]) -> None:
    have(world, "open_items")
    now = datetime(2026, 12, 1, 9, tzinfo=UTC)
    run_at(now)
    ids = list(world.session.execute(text("SELECT id FROM delivery WHERE kind = 'report' ORDER BY id")).scalars())
    outbox = Outbox()
    outbox.refusals.append(UnavailableError("the relay is away"))
    for _try in range(2):
        deliver(lambda: transaction(world.session.get_bind()), ids, outbox, lambda: now, public_url="")  # type: ignore[arg-type]

    assert sorted(TO) == sorted(letter.recipient for letter in outbox.letters)
    assert {"open-items-2026-12-01-2026-12-01.xlsx"} == {letter.attachments[0].filename for letter in outbox.letters}
    world.session.rollback()
    assert {"sent"} == {letter.state for letter in letters(world.session, world.entity)}


def test_no_row_of_another_company_is_in_it(world: World) -> None:
    other = build(world.session)
    set_report(world.session, other.entity, ReportPlan("open_items", ReportDays("month", 1), TO), SET, author="t")
    set_report(world.session, other.entity, ReportPlan("bills", ReportDays("month", 1), TO), SET, author="t")
    for kind in ("open_items", "bills"):
        assert 2 == send_now(world.session, other.entity, kind, "month", date(2026, 12, 2), author="t")
        assert (9 if kind == "open_items" else 16) == len(sheet(world))
    assert [] == letters(world.session, world.entity)


def test_a_report_is_changed_removed_and_refused_with_a_reason(world: World) -> None:
    plan = ReportPlan("bills", ReportDays("week", 1), ["a@example.org", " a@example.org "])
    assert set_report(world.session, world.entity, plan, SET, author="t")
    assert not set_report(world.session, world.entity, plan, SET, author="t")
    for recipients in ([], ["nobody"], [f"{count}@example.org" for count in range(21)]):
        with pytest.raises(InputError) as refused:
            set_report(world.session, world.entity, ReportPlan("bills", plan.days, recipients), SET, author="t")
        assert "recipients" == refused.value.path
    remove_report(world.session, world.entity, "bills", "week", author="t")
    with pytest.raises(NotFoundError):
        send_now(world.session, world.entity, "bills", "week", SET, author="t")
    actions = world.session.execute(text("SELECT action FROM audit WHERE action LIKE 'report.%' ORDER BY id")).scalars()
    assert ["report.set", "report.remove"] == list(actions)
