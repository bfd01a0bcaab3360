"""What one bill leaves over is used once, in whatever order the months are rated, parked, mended and taken back."""

from datetime import date

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from cloud_service.flow import billing_run as running
from cloud_service.flow import correct_invoice
from cloud_service.flow.billing_run import RunPlan
from cloud_service.flow.invoicing.unbilled import leave_unbilled
from cloud_service.flow.issue import issue
from cloud_service.flow.rate import rate_again, rate_contracts, rate_shard
from cloud_service.store.invoicing import billing_run_items
from cloud_service.store.invoicing.billing_calendar import BillingCalendar
from cloud_service.store.invoicing.invoice_rows import WrittenInvoice
from common.errors import ConflictError
from common.period import Span
from tests.books.world import World, build, noon
from tests.cloud_service.flow.surplus import (
    AUTUMN,
    DECEMBER,
    NOVEMBER,
    OCTOBER,
    SEPTEMBER,
    approve,
    forget,
    live_bills,
    parked,
    rate,
    remember,
    roof,
    run,
)

TODAY = date(2027, 1, 10)
MISSING = date(2026, 10, 15)


@pytest.fixture
def world(session: Session) -> World:
    return roof(session)


def bill_of(world: World, month: int) -> int:
    return int(
        world.session.execute(
            text(
                "SELECT s.invoice_id FROM invoice_span s WHERE NOT s.credited"
                " AND extract(month FROM lower(s.during)) = :month"
            ),
            {"month": month},
        ).scalar_one()
    )


def credit(world: World, month: int) -> WrittenInvoice:
    return correct_invoice.credit(
        world.session, bill_of(world, month), reason="wrong", day=TODAY, author="t", clock=lambda: noon(TODAY)
    )


def test_a_surplus_is_used_once_where_one_run_bills_two_months(world: World) -> None:
    run(world, SEPTEMBER)

    assert [] == run(world, AUTUMN)
    # 288 kWh are left over; 298 - 288 = 10 kWh × 1.00 in October, nothing is left for the 288 kWh of November
    assert [(9, "0.00"), (10, "10.00"), (11, "288.00")] == live_bills(world)


def test_it_is_used_on_where_days_between_are_left_unbilled_and_one_run_bills_both_sides(world: World) -> None:
    (contract,) = world.contracts
    run(world, SEPTEMBER)
    left_out = Span(date(2026, 10, 10), date(2026, 10, 20))
    leave_unbilled(world.session, contract, left_out, author="t", reason="a present")

    assert [] == run(world, AUTUMN)
    # of 288 kWh the 9 days before take 86.4, the 12 days after them (one of 25 hours) 115.6; 86 are left for November
    assert [(9, "0.00"), (10, "0.00"), (10, "0.00"), (11, "202.00")] == live_bills(world)


def test_a_month_waits_for_the_one_before_that_is_parked_and_both_are_right_once_it_is_mended(world: World) -> None:
    run(world, SEPTEMBER)
    forget(world, MISSING)
    (lacking,) = run(world, OCTOBER)
    (waiting,) = run(world, NOVEMBER)
    remember(world, MISSING)

    assert "1 of 31 days" in lacking
    assert waiting.startswith("October 2026 is not billed yet (bill these days first")
    assert [] == run(world, OCTOBER) + run(world, NOVEMBER)
    assert [(9, "0.00"), (10, "10.00"), (11, "288.00")] == live_bills(world)


def test_so_it_does_where_both_are_in_one_run(world: World) -> None:
    run(world, SEPTEMBER)
    forget(world, MISSING)
    lacking, waiting = sorted(run(world, AUTUMN), key=lambda reason: reason.startswith("October"))

    assert ("1 of 31 days" in lacking, waiting[:30]) == (True, "October 2026 is not billed yet")
    assert [(9, "0.00")] == live_bills(world)


def test_where_nothing_was_billed_before_a_month_that_a_run_has_parked_is_waited_for(world: World) -> None:
    forget(world, date(2026, 9, 15))
    run(world, SEPTEMBER)
    (waiting,) = run(world, OCTOBER)
    remember(world, date(2026, 9, 15))

    assert waiting.startswith("September 2026 is not billed yet")
    assert [] == run(world, SEPTEMBER) + run(world, OCTOBER)
    assert [(9, "0.00"), (10, "10.00")] == live_bills(world)


def test_billing_may_begin_in_the_midst_of_a_contract(world: World) -> None:
    """Its earlier days were billed by somebody else."""
    assert [] == run(world, OCTOBER)
    assert [(10, "298.00")] == live_bills(world)


def test_earlier_days_that_leave_something_over_are_not_billed_behind_the_back_of_a_later_bill(world: World) -> None:
    run(world, OCTOBER)
    (refused,) = run(world, SEPTEMBER)

    assert refused.startswith("INV-2026-00001 rests on what the bill of September 2026 leaves over")
    assert "credit the bills from 2026-10-01 on first" in refused
    credit(world, 10)
    assert [] == run(world, SEPTEMBER) + run(world, OCTOBER)
    assert [(9, "0.00"), (10, "10.00")] == live_bills(world)


def test_what_was_rated_on_a_bill_that_is_taken_back_before_the_approval_is_rated_again(world: World) -> None:
    run(world, SEPTEMBER)
    october = rate(world, OCTOBER)
    credit(world, 9)

    (reason,) = approve(world, october)
    assert "the bill before changed after the rating" in reason or "September 2026 is not billed yet" in reason
    assert [] == live_bills(world)


def test_a_month_taken_back_and_billed_anew_as_it_was_leaves_the_later_ones_alone(world: World) -> None:
    run(world, SEPTEMBER)
    run(world, AUTUMN)
    rated = rate_again(world.session, bill_of(world, 9))
    note = credit(world, 9)
    issue(world.session, rated, bill_date=TODAY, author="t", instead_of=note)

    assert [(9, "0.00"), (10, "10.00"), (11, "288.00")] == live_bills(world)


def test_one_that_leaves_something_else_over_is_refused_while_later_bills_rest_on_it(world: World) -> None:
    run(world, SEPTEMBER)
    run(world, AUTUMN)
    world.session.execute(text("DELETE FROM interval_day WHERE day < '2026-10-01'"))
    world.readings(world.registers[0], SEPTEMBER, wh=150)
    world.readings(world.registers[0] + 1, SEPTEMBER, wh=200)
    rated = rate_again(world.session, bill_of(world, 9))
    note = credit(world, 9)

    with pytest.raises(ConflictError, match="rests on what the bill of September 2026 leaves over") as refused:
        issue(world.session, rated, bill_date=TODAY, author="t", instead_of=note)
    assert "later_bills" == refused.value.code


def test_december_does_not_build_on_a_november_that_was_taken_back(world: World) -> None:
    run(world, SEPTEMBER)
    run(world, AUTUMN)
    credit(world, 11)
    (outcome,) = rate_contracts(world.session, world.contracts, DECEMBER)

    assert outcome.rated is None
    assert outcome.reason.startswith("November 2026 is not billed yet")
    assert "earlier_unbilled" == outcome.code


def test_months_that_keep_nothing_are_billed_in_any_order(session: Session) -> None:
    world = build(session, tenants=1)
    for span in (SEPTEMBER, OCTOBER, NOVEMBER):
        world.readings(world.registers[0], span)
    forget(world, MISSING)
    run(world, SEPTEMBER)
    (lacking,) = run(world, AUTUMN)
    remember(world, MISSING)

    assert "1 of 31 days" in lacking
    assert [] == run(world, OCTOBER)
    assert [9, 10, 11] == [month for month, _net in live_bills(world)]


def test_the_billing_calendar_takes_a_waiting_month_up_by_itself_once_the_one_before_is_billed(world: World) -> None:
    calendar = BillingCalendar(automatic=True, since=OCTOBER.start)

    def planned() -> list[int]:
        """The months that a new run of the calendar bills and issues."""
        run_planned = running.plan_fallen_due(
            world.session, world.entity, calendar, date(2026, 12, 20), lambda session, ids, span: (
                (each.contract.id, each.rated is not None) for each in rate_contracts(session, ids, span)
            ),
        )  # fmt: skip
        if run_planned is None:
            return []
        rate_shard(world.session, run_planned.id)
        running.report(world.session, run_planned.id)
        approve(world, run_planned.id)
        items = billing_run_items.items(world.session, run_planned.id)
        return sorted(item.start.month for item in items if item.state == "issued")

    run(world, SEPTEMBER)
    forget(world, MISSING)
    assert ([], []) == (planned(), planned())
    remember(world, MISSING)

    assert ([10], [11], []) == (planned(), planned(), planned())
    assert [(9, "0.00"), (10, "10.00"), (11, "288.00")] == live_bills(world)


def test_a_dry_run_keeps_nothing_waiting(world: World) -> None:
    forget(world, date(2026, 9, 15))
    dry = running.plan(world.session, RunPlan(world.entity, SEPTEMBER, TODAY, "t", dry_run=True))
    rate_shard(world.session, dry.id)

    assert "1 of 30 days" in parked(world, dry.id)[0]
    assert [] == run(world, OCTOBER)
    assert [(10, "298.00")] == live_bills(world)


def test_a_difference_waits_until_the_bill_before_that_was_taken_back_is_billed_anew(world: World) -> None:
    run(world, SEPTEMBER)
    run(world, OCTOBER)
    october = bill_of(world, 10)
    taken_back = credit(world, 9)

    def difference() -> list[object]:
        again = rate_again(world.session, october)
        return list(
            correct_invoice.bill_difference(
                world.session, october, again, reason="late", author="t", clock=lambda: noon(TODAY)
            )
        )

    with pytest.raises(ConflictError, match="was credited and is not billed anew") as refused:
        difference()
    assert [] == run(world, SEPTEMBER)

    assert ("not_billed_yet", True) == (refused.value.code, taken_back.draft.total <= 0)
    assert [] == difference()
