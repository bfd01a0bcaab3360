"""The billing calendar's jobs by an injected clock: waiting for readings, the last day, coming back, catching up."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import procrastinate
import pytest
from procrastinate.testing import InMemoryConnector
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from cloud_service.billing_jobs import CalendarTools, add_calendar_jobs, issue_due_advances, plan_by_calendar
from cloud_service.domain.invoicing.advances.plan import AdvanceTerms
from cloud_service.flow import billing_run as running
from cloud_service.flow.advances.plan import agree
from cloud_service.flow.billing_calendar import set_calendar
from cloud_service.flow.issue import issue_shard
from cloud_service.flow.metering import estimate_decisions, estimate_gaps
from cloud_service.flow.metering.enter_reading import ManualReading, enter
from cloud_service.flow.rate import rate_shard
from cloud_service.flow.validate import validate_dirty
from cloud_service.store.customers.tables import LegalEntity
from cloud_service.store.database import job_days
from cloud_service.store.database.session import transaction
from cloud_service.store.invoicing.billing_calendar import BillingCalendar, advancing_calendars, automatic_calendars
from cloud_service.store.invoicing.billing_runs import run_of
from cloud_service.store.metering.estimation import estimable_registers, estimates
from cloud_service.store.scope import Scope
from common.errors import ConflictError
from common.period import Span, day_start
from tests.books.world import ZONE, World, build

CALENDAR = BillingCalendar(automatic=True, since=date(2026, 10, 1), after_days=2, last_days=10, incomplete="estimate")
SEPTEMBER = Span(date(2026, 9, 1), date(2026, 10, 1))
NOW = datetime(2027, 6, 1, tzinfo=UTC)


class Office:
    """A company whose first flat is read on time and whose second is not, and a clock."""

    def __init__(self, engine: Engine, session: Session, calendar: BillingCalendar = CALENDAR) -> None:
        self.engine, self.session = engine, session
        self.world: World = build(session, tenants=2)
        set_calendar(session, self.world.entity, calendar, author="boss")
        session.commit()

    def read(self, meter: str, day: date, index: int) -> None:
        at = day_start(day, ZONE)
        enter(self.engine, ManualReading(meter, "import", at, Decimal(index), "Ada", "round"), NOW)
        while validate_dirty(self.engine).days:
            pass

    def on(self, year: int, month: int, day: int) -> None:
        """What the jobs do in the morning of a day: plan, and rate what was planned."""
        clock = datetime(year, month, day, 8, tzinfo=UTC)
        tools = CalendarTools(self.engine, lambda: transaction(self.engine), lambda: clock)
        for entity in automatic_calendars(self.session):
            plan_by_calendar(tools, entity)
        for run in self.runs("rating"):
            while rate_shard(self.session, run):
                pass
            running.report(self.session, run)
        self.session.commit()

    def runs(self, state: str) -> list[int]:
        self.session.commit()
        return list(
            self.session.scalars(text("SELECT id FROM billing_run WHERE state = :state ORDER BY id"), {"state": state})
        )

    def items(self) -> list[tuple[str, str, str]]:
        """Contract, state, code of all items that are not given up."""
        self.session.commit()
        rows = self.session.execute(
            text(
                "SELECT c.number, b.state, b.code FROM billing_item b JOIN contract c ON c.id = b.contract_id"
                " WHERE b.state <> 'cancelled' ORDER BY lower(b.during), c.number, b.id"
            )
        )
        return [tuple(row) for row in rows]

    def issue(self, run: int) -> None:
        running.approve(self.session, run, "boss")
        while issue_shard(self.session, run, author="boss", deliver=False):
            pass
        running.report(self.session, run)
        self.session.commit()


@pytest.fixture
def office(engine: Engine, session: Session) -> Office:
    """Both flats were read on 1 September and on 1 October; in November only the first."""
    office = Office(engine, session)
    for meter in ("m1", "m2"):
        office.read(meter, date(2026, 9, 1), 1000)
        office.read(meter, date(2026, 10, 1), 1300)
    office.read("m1", date(2026, 11, 1), 1610)
    return office


def test_what_lacks_readings_waits_and_is_estimated_on_the_last_day_for_a_person_to_confirm(office: Office) -> None:
    office.on(2026, 11, 2)
    assert [] == office.items()
    office.on(2026, 11, 3)
    assert [("V1", "rated", ""), ("V2", "parked", "missing_index")] == office.items()
    office.on(2026, 11, 10)
    assert 0 == office.session.execute(text("SELECT count(*) FROM gap_estimate")).scalar()

    office.on(2026, 11, 11)

    assert [("V1", "rated", ""), ("V2", "rated", "")] == office.items()
    first, second = office.runs("rated")
    with pytest.raises(ConflictError, match="1 estimates"):
        running.approve(office.session, second, "boss")
    office.session.rollback()
    (estimate,) = estimates.of_run(office.session, second)
    assert (True, running.CALENDAR, 310_417) == (estimate.waits, estimate.author, estimate.total)
    assert [] == estimates.of_run(office.session, first)

    estimate_decisions.confirm(office.session, [estimate.id], author="boss", reason="as usual", now=NOW)
    office.issue(second)

    assert [("V1", "rated", ""), ("V2", "issued", "")] == office.items()
    office.on(2026, 11, 12)
    assert 2 == len(office.items())


def test_a_company_may_let_estimates_issue_without_a_person(engine: Engine, session: Session) -> None:
    calm = replace(CALENDAR, confirm_estimates=False, approval="itself")
    office = Office(engine, session, calm)
    for meter in ("m1", "m2"):
        office.read(meter, date(2026, 9, 1), 1000)
        office.read(meter, date(2026, 10, 1), 1300)

    office.on(2026, 11, 3)
    assert ["missing_index", "missing_index"] == [code for _contract, _state, code in office.items()]
    office.on(2026, 11, 11)

    (run,) = office.runs("rated")
    assert running.may_issue_itself(session, run_of(session, run), calm)
    assert [running.CALENDAR] * 2 == list(session.scalars(text("SELECT confirmed_by FROM gap_estimate")))


def test_an_unconfirmed_estimate_holds_a_run_that_would_issue_itself(office: Office) -> None:
    itself = replace(CALENDAR, approval="itself")
    office.on(2026, 11, 3)
    office.on(2026, 11, 11)
    first, second = (run_of(office.session, run) for run in office.runs("rated"))

    assert running.may_issue_itself(office.session, first, itself)
    assert not running.may_issue_itself(office.session, second, itself)


def test_a_parked_connection_comes_back_once_when_its_readings_arrive(office: Office) -> None:
    office.on(2026, 11, 3)
    office.read("m2", date(2026, 11, 1), 1600)

    office.on(2026, 11, 4)
    office.on(2026, 11, 4)

    assert [("V1", "rated", ""), ("V2", "rated", "")] == office.items()
    for run in office.runs("rated"):
        office.issue(run)
    office.on(2026, 11, 20)
    assert [("V1", "issued", ""), ("V2", "issued", "")] == office.items()
    assert 2 == office.session.execute(text("SELECT count(*) FROM invoice")).scalar()


def test_what_no_rule_knows_and_what_is_parked_otherwise_waits_for_a_person(engine: Engine, session: Session) -> None:
    office = Office(engine, session)
    office.read("m1", date(2026, 10, 1), 1300)  # nothing is known of its use, and nothing at all of the other
    session.execute(text("DELETE FROM tariff_assignment WHERE contract_id = :id"), {"id": office.world.contracts[1]})
    session.commit()

    office.on(2026, 11, 3)
    office.on(2026, 11, 15)

    assert [("V1", "parked", "missing_index"), ("V2", "parked", "no_tariff")] == office.items()
    assert 0 == session.execute(text("SELECT count(*) FROM gap_estimate")).scalar()


def test_a_machine_that_was_off_for_weeks_catches_up_once(office: Office) -> None:
    """Off from October to the middle of January: three months, of which one flat lacks the readings."""
    office.read("m1", date(2027, 1, 1), 2220)

    office.on(2027, 1, 12)
    assert ["rated", "parked"] * 3 == [state for _contract, state, _code in office.items()]
    office.on(2027, 1, 12)
    office.on(2027, 1, 13)

    assert ["rated"] * 6 == [state for _contract, state, _code in office.items()]
    assert [] == office.runs("rating")
    spans = office.session.execute(
        text("SELECT lower(during), upper(during) FROM billing_item WHERE state = 'rated' ORDER BY 1, contract_id")
    )
    assert [1, 1, 1, 1, 1, 1] == [span[0].day for span in spans]


def test_a_reading_between_rating_and_issuing_brings_its_connection_back(office: Office) -> None:
    office.on(2026, 11, 3)
    (run,) = office.runs("rated")
    enter(
        office.engine,
        ManualReading("m1", "import", day_start(date(2026, 11, 1), ZONE), Decimal(1615), "Ada", "misread"),
        NOW,
    )
    while validate_dirty(office.engine).days:
        pass
    office.issue(run)
    assert ("V1", "parked", "readings_changed") == office.items()[0]

    office.on(2026, 11, 4)

    assert ("V1", "rated", "") == office.items()[0]


def test_a_gap_that_reaches_into_billed_days_waits_for_a_person(engine: Engine, session: Session) -> None:
    """September is billed by an estimate that was withdrawn since: the gap of October begins in it."""
    office = Office(engine, session)
    for meter in ("m1", "m2"):
        office.read(meter, date(2026, 9, 1), 1000)
        office.read(meter, date(2026, 9, 21), 1200)
    time = day_start(date(2026, 9, 1), ZONE), day_start(date(2026, 10, 1), ZONE)
    kept = []
    for contract in office.world.contracts:
        registers = estimable_registers.of_contract(session, Scope(), contract, time)
        (gap,) = [gap for gap in estimate_gaps.gaps_of(session, registers, NOW) if gap.gap.known_energy is None]
        kept.append(estimate_gaps.keep(session, gap, estimate_gaps.chosen(gap), author="Ada", reason="x", now=NOW))
    session.commit()
    office.read("m1", date(2026, 10, 1), 1300)
    september = running.plan(session, running.RunPlan(office.world.entity, SEPTEMBER, SEPTEMBER.end, "boss"))
    rate_shard(session, september.id)
    running.report(session, september.id)
    office.issue(september.id)
    estimate_decisions.withdraw(
        session, kept[1], author="Ada", reason="wrong", now=NOW, scope=Scope(), although_billed=True
    )
    session.commit()
    while validate_dirty(engine).days:
        pass

    office.on(2026, 11, 3)
    office.on(2026, 11, 15)

    assert [("V1", "rated"), ("V2", "parked")] == [row[:2] for row in office.items() if row[1] != "issued"]


def test_a_company_whose_calendar_fails_keeps_no_other_from_its_runs_and_says_so_until_it_goes_well(
    engine: Engine, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    office = Office(engine, session)
    other = LegalEntity(name="Other", address="Hafen 2\n20457 Hamburg", country="DE", currency="EUR", timezone=ZONE)
    session.add(other)
    session.flush()
    set_calendar(session, other.id, CALENDAR, author="boss")
    session.commit()
    plan, planned = running.plan_fallen_due, []

    def fails(own: Session, entity: int, *arguments: Any) -> Any:
        if entity == office.world.entity:
            raise ZeroDivisionError("a fault of ours")
        planned.append(entity)
        return plan(own, entity, *arguments)

    monkeypatch.setattr(running, "plan_fallen_due", fails)
    app = procrastinate.App(connector=InMemoryConnector())
    clock = datetime(2026, 11, 3, 8, tzinfo=UTC)
    add_calendar_jobs(app, CalendarTools(engine, lambda: transaction(engine), lambda: clock))
    app.tasks["plan_runs"](timestamp=0)

    assert [other.id] == planned
    (job,) = job_days.latest(session, [office.world.entity, other.id], date(2026, 11, 1))
    assert (office.world.entity, "billing") == (job.entity_id, job.job)
    assert "ZeroDivisionError: a fault of ours" in job.error

    monkeypatch.undo()
    app.tasks["plan_runs"](timestamp=0)
    session.commit()
    assert [""] == [job.error for job in job_days.latest(session, [office.world.entity], date(2026, 11, 1))]


def test_bills_in_advance_are_issued_on_the_company_s_own_day(engine: Engine, session: Session) -> None:
    office = Office(engine, session, BillingCalendar(advances=True))
    agree(session, office.world.contracts[0], AdvanceTerms(Decimal("100.00")), date(2026, 10, 1), author="boss")
    session.commit()
    for hour in (datetime(2026, 9, 30, 21, 30, tzinfo=UTC), datetime(2026, 9, 30, 22, 30, tzinfo=UTC)):
        tools = CalendarTools(engine, lambda: transaction(engine), lambda hour=hour: hour)  # type: ignore[misc]
        for entity in advancing_calendars(session):
            issue_due_advances(tools, entity)
            issue_due_advances(tools, entity)

    # in Berlin it is October half an hour after ten
    assert [(date(2026, 10, 1), Decimal(100))] == [
        (row.bill_date, row.total) for row in session.execute(text("SELECT bill_date, total FROM invoice"))
    ]
    assert [] == automatic_calendars(session)


def test_companies_that_do_not_want_it_issue_no_bills_in_advance_by_themselves(
    engine: Engine, session: Session
) -> None:
    office = Office(engine, session)

    assert [] == advancing_calendars(session)
    assert [office.world.entity] == [entity.entity_id for entity in automatic_calendars(session)]
