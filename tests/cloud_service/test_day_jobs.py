from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import procrastinate
import pytest
from procrastinate.testing import InMemoryConnector
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from cloud_service.day_jobs import DayTools, DayWork, add_day_jobs, do_once
from cloud_service.domain.receivables.dunning import read_rules
from cloud_service.download import download
from cloud_service.flow import remind
from cloud_service.flow.account_statement import set_every
from cloud_service.flow.dunning.interest import enter_base_rate
from cloud_service.flow.dunning.rules import set_rules
from cloud_service.flow.issue import issue
from cloud_service.flow.rate import rate_contracts
from cloud_service.store.database.session import transaction
from cloud_service.store.invoicing import rate_fetching
from cloud_service.store.invoicing.rate_fetching import RateFetching
from common.period import Span
from tests.books.world import World, build
from tests.cloud_service.ecb_files import file_server, xml

OCTOBER = Span(date(2026, 10, 1), date(2026, 11, 1))
BILLED = date(2026, 11, 2)  # due on 16 November, a Monday
RULES = {
    "steps": [{"name": "first", "days": 5}, {"name": "second", "days": 15}],
    "pause_days": 5, "sending": "itself", "working_days": True, "holidays": "de",
    "interest": {"person": "5", "base_country": "DE", "booking": "itself"},
}  # fmt: skip


@pytest.fixture
def world(session: Session) -> World:
    world = build(session, tenants=2)
    for register in world.registers:
        world.readings(register, OCTOBER)
    rated = [one.rated for one in rate_contracts(session, world.contracts, OCTOBER) if one.rated]
    issue(session, rated, bill_date=BILLED, author="test")
    set_rules(session, world.entity, read_rules(RULES), BILLED, today=BILLED, author="t")
    session.commit()
    return world


@pytest.fixture
def run_at(engine: Engine) -> Callable[[datetime], None]:
    def begin() -> AbstractContextManager[Session]:
        return transaction(engine)

    def run(now: datetime) -> None:
        app = procrastinate.App(connector=InMemoryConnector())
        add_day_jobs(app, DayTools(begin, lambda: now))
        app.tasks["dun_by_calendar"](timestamp=0)

    return run


def rows(world: World, query: str) -> list[tuple[Any, ...]]:
    world.session.rollback()
    return [tuple(row) for row in world.session.execute(text(query))]


STEPS = "SELECT name, day, count(*) FROM dunning_step GROUP BY 1, 2 ORDER BY 2"
JOBS = "SELECT job, day, done, error FROM job_day ORDER BY day, job"


def test_reminders_go_out_on_the_first_working_day_at_eight_and_once(
    world: World, run_at: Callable[[datetime], None]
) -> None:
    run_at(datetime(2026, 11, 21, 12, tzinfo=UTC))  # five days after the due day: a Saturday
    run_at(datetime(2026, 11, 23, 6, 59, tzinfo=UTC))  # Monday, before 8 o'clock in Berlin
    run_at(datetime(2026, 11, 23, 19, tzinfo=UTC))  # and at 20 o'clock
    assert [] == rows(world, STEPS)

    for minute in (0, 30):
        run_at(datetime(2026, 11, 23, 7, minute, tzinfo=UTC))

    assert [("first", date(2026, 11, 23), 2)] == rows(world, STEPS)
    assert [("reminders", date(2026, 11, 23), 2, "")] == rows(world, JOBS)
    assert [(2,)] == rows(world, "SELECT count(*) FROM delivery WHERE kind = 'reminder'")


def test_a_machine_that_was_off_for_weeks_catches_up_with_one_letter_an_account(
    world: World, run_at: Callable[[datetime], None]
) -> None:
    enter_base_rate(world.session, "DE", date(2026, 7, 1), Decimal("1.27"), author="t")
    enter_base_rate(world.session, "DE", date(2027, 1, 1), Decimal("1.27"), author="t")
    world.session.commit()
    run_at(datetime(2027, 1, 7, 9, tzinfo=UTC))
    run_at(datetime(2027, 1, 7, 10, tzinfo=UTC))

    assert [("first", date(2027, 1, 7), 2)] == rows(world, STEPS)
    assert [("interest", date(2027, 1, 1), 2, ""), ("reminders", date(2027, 1, 7), 2, "")] == rows(world, JOBS)
    # 118.29 × 6.27 % × 51/365, from 17 November to 7 January
    assert [("1.04", 2)] == rows(
        world, "SELECT trim_scale(total)::text, count(*) FROM invoice WHERE basis ? 'interest_on' GROUP BY 1"
    )


def test_what_stands_in_the_way_is_kept_and_tried_again(world: World, run_at: Callable[[datetime], None]) -> None:
    run_at(datetime(2026, 12, 1, 9, tzinfo=UTC))
    (interest, reminders) = rows(world, JOBS)
    assert ("reminders", 2, "") == (reminders[0], reminders[2], reminders[3])
    assert interest[3].startswith("no base rate is known for 2026-11-17 (enter what is published")

    enter_base_rate(world.session, "DE", date(2026, 7, 1), Decimal("1.27"), author="t")
    world.session.commit()
    run_at(datetime(2026, 12, 1, 10, tzinfo=UTC))

    assert ("interest", date(2026, 12, 1), 2, "") == rows(world, JOBS)[0]


def test_interest_is_not_charged_for_a_month_that_began_before_the_rules(
    world: World, run_at: Callable[[datetime], None]
) -> None:
    run_at(datetime(2026, 11, 30, 9, tzinfo=UTC))

    assert ["reminders"] == [row[0] for row in rows(world, JOBS)]


def test_a_client_without_an_address_gets_no_step_and_no_fee_by_itself(
    world: World, run_at: Callable[[datetime], None]
) -> None:
    world.session.execute(text("UPDATE client SET email = '' WHERE number = 'C1'"))
    world.session.commit()
    run_at(datetime(2026, 11, 23, 9, tzinfo=UTC))

    assert [("first", date(2026, 11, 23), 1)] == rows(world, STEPS)
    left = remind.remind(world.begin, date(2026, 11, 23), author="t")
    assert [("A1", "")] == [(letter.account, letter.recipient) for letter in left]


def test_nothing_runs_by_itself_where_a_person_approves(world: World, run_at: Callable[[datetime], None]) -> None:
    by_hand = read_rules({"steps": [{"name": "first", "days": 5}]})
    set_rules(world.session, world.entity, by_hand, BILLED, today=BILLED, author="t")
    world.session.commit()
    run_at(datetime(2026, 12, 1, 9, tzinfo=UTC))

    assert ([], []) == (rows(world, STEPS), rows(world, JOBS))


@pytest.fixture
def fetching(session: Session) -> World:
    world = build(session)
    world.tenant(currency="USD")
    return world


def fetch_at(engine: Engine, now: datetime) -> None:
    app = procrastinate.App(connector=InMemoryConnector())
    tools = DayTools(lambda: transaction(engine), lambda: now, lambda address: download(address, private=True))
    add_day_jobs(app, tools)
    app.tasks["fetch_rates"](timestamp=0)


def test_the_bank_s_rates_are_fetched_once_a_day_and_missed_days_with_them(fetching: World, engine: Engine) -> None:
    with file_server() as server:
        rate_fetching.set_fetching(fetching.session, fetching.entity, RateFetching(True, server.url))
        fetching.session.commit()
        evening = datetime(2026, 11, 27, 18, tzinfo=UTC)
        fetch_at(engine, evening)
        assert "127.0.0.1 answers 404" in rows(fetching, JOBS)[0][3]

        server.give("/eurofxref-hist-90d.xml", xml())
        for _hour in range(2):
            fetch_at(engine, evening)

        assert [("rates", date(2026, 11, 27), 3, "")] == rows(fetching, JOBS)
        assert ["/eurofxref-hist-90d.xml"] * 2 == server.asked
        server.give("/eurofxref-hist-90d.xml", xml())
        fetch_at(engine, datetime(2026, 12, 2, 18, tzinfo=UTC))  # nothing new came: the bank was closed
        fetch_at(engine, datetime(2026, 12, 2, 19, tzinfo=UTC))
        assert ("rates", date(2026, 12, 2), 0, "") == rows(fetching, JOBS)[-1]
        assert 3 == len(server.asked)


def test_rates_of_a_company_that_did_not_ask_are_never_fetched(fetching: World, engine: Engine) -> None:
    with file_server() as server:
        rate_fetching.set_fetching(fetching.session, fetching.entity, RateFetching(False, server.url))
        fetching.session.commit()
        fetch_at(engine, datetime(2026, 11, 27, 18, tzinfo=UTC))
        assert ([], []) == (server.asked, rows(fetching, JOBS))


def test_statements_go_out_on_the_first_from_eight_o_clock_and_all_of_them(world: World, engine: Engine) -> None:
    for account in world.accounts:
        set_every(world.session, account, "month", BILLED, author="t")
    world.session.commit()
    for hour in (6, 7, 8):
        app = procrastinate.App(connector=InMemoryConnector())
        now = datetime(2026, 12, 1, hour, 30, tzinfo=UTC)  # 7:30, 8:30, 9:30 in Berlin
        add_day_jobs(app, DayTools(lambda: transaction(engine), lambda now=now: now))  # type: ignore[misc]
        app.tasks["send_statements"](timestamp=0)
        assert (0 if hour == 6 else 2) == len(rows(world, "SELECT 1 FROM account_statement"))

    assert [("statements", date(2026, 12, 1), 2, "")] == rows(world, JOBS)


def test_a_fault_of_ours_is_kept_for_its_company_and_tried_again(
    world: World, engine: Engine, caplog: pytest.LogCaptureFixture
) -> None:
    answers = iter((0, 1))
    tools = DayTools(lambda: transaction(engine), lambda: datetime(2026, 11, 2, 9, tzinfo=UTC))
    work = DayWork(world.entity, "reminders", BILLED, lambda _session: 7 // next(answers))

    do_once(tools, work)
    assert [("reminders", BILLED, 0, "something went wrong here (it is in the log, and tried again)")] == rows(
        world, JOBS
    )
    assert "ZeroDivisionError" in caplog.text

    do_once(tools, work)
    assert [("reminders", BILLED, 7, "")] == rows(world, JOBS)
