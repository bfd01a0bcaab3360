"""What is on no bill is seen, with its reason; it is billed, left unbilled, or taken back."""

from datetime import date
from decimal import Decimal
from functools import partial

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from cloud_service.flow import billing_run as running
from cloud_service.flow import correct_invoice
from cloud_service.flow.billing_run import RunPlan
from cloud_service.flow.customers.contract import change_cycle, move_out
from cloud_service.flow.invoicing.unbilled import bill_after_all, drop_line, due_days, leave_unbilled
from cloud_service.flow.issue import issue_shard
from cloud_service.flow.rate import rate_again, rate_shard
from cloud_service.store.audit.log import verify
from cloud_service.store.invoicing import pending_lines, unbilled_days
from cloud_service.store.invoicing.corrections import touched
from cloud_service.store.invoicing.pending_lines import NewLine
from common.errors import ConflictError, InputError, NotFoundError
from common.period import Span, months
from tests.books.world import World, build, noon
from tests.cloud_service.flow.surplus import OCTOBER, SEPTEMBER, forget, live_bills, roof, run
from tests.cloud_service.flow.test_correct_invoice import difference_over_two_rates, late
from tests.cloud_service.store.invoicing.test_pending_lines import share

TODAY = date(2026, 12, 10)
JULY = date(2026, 7, 1)
Rows = list[tuple[date, date, str]]


@pytest.fixture
def world(session: Session) -> World:
    """A tenant from July on, with all readings up to December."""
    world = build(session)
    world.tenant(start=JULY)
    world.readings(world.registers[0], Span(JULY, TODAY))
    return world


def days(world: World, today: date = TODAY) -> Rows:
    rows, after = due_days(world.session, [world.entity], today)
    assert 0 == after
    return [(row.span.start, row.span.end, row.words) for row in rows]


def test_days_of_long_ago_are_listed_and_billed_from_there(session: Session) -> None:
    """Nothing is too old to be seen: a year whose bill was credited, nine years back."""
    world = build(session)
    world.tenant(start=date(2017, 2, 1), end=date(2017, 3, 17))
    session.execute(text("UPDATE meter_mount SET during = tstzrange('2017-01-31T23:00Z', NULL)"))
    session.execute(text("UPDATE tariff_version SET during = daterange('2017-01-01', NULL)"))
    world.readings(world.registers[0], Span(date(2017, 2, 1), date(2017, 3, 17)))
    assert [(date(2017, 2, 1), date(2017, 3, 17), "no run has taken these days up")] == days(world)

    run(world, Span(date(2017, 2, 1), TODAY))

    assert [] == days(world)
    assert 2 == len(live_bills(world))


def test_days_that_a_change_of_the_cycle_left_behind_are_listed_and_billed_from_there(world: World) -> None:
    """Quarterly, then monthly from 10 September on: July and August were never to be due again."""
    change_cycle(world.session, world.accounts[0], "quarterly", 1, author="t")
    change_cycle(world.session, world.accounts[0], "monthly", 1, author="t")
    for span in months(Span(date(2026, 9, 1), date(2026, 12, 1))):
        run(world, span)
    assert [(JULY, date(2026, 9, 1), "no run has taken these days up")] == days(world)

    planned = running.plan(
        world.session, RunPlan(world.entity, Span(JULY, TODAY), TODAY, "t", contract_ids=world.contracts)
    )
    rate_shard(world.session, planned.id)
    running.report(world.session, planned.id)
    assert "in run 2026-07, rated" == days(world)[0][2]
    running.approve(world.session, planned.id, "t")
    issue_shard(world.session, planned.id, author="t")
    assert [] == days(world)
    assert [7, 8, 9, 10, 11] == [month for month, _net in live_bills(world)]


def test_each_reason_is_told(world: World) -> None:
    run(world, Span(JULY, date(2026, 8, 1)))
    forget(world, date(2026, 8, 15))
    run(world, Span(date(2026, 8, 1), date(2026, 9, 1)))
    correct_invoice.credit(
        world.session, 1, reason="wrong", day=TODAY, author="t", clock=lambda: noon(TODAY)
    )  # fmt: skip
    credited, lacking, untouched = days(world, date(2026, 10, 10))

    assert (JULY, "INV-2026-00001 was credited and its days are not billed again") == (credited[0], credited[2])
    assert lacking[2].startswith("parked: ")
    assert "1 of 31 days" in lacking[2]
    assert (date(2026, 9, 1), "no run has taken these days up") == (untouched[0], untouched[2])


def test_days_of_a_cycle_that_goes_on_are_not_due(world: World) -> None:
    change_cycle(world.session, world.accounts[0], "yearly", 1, author="t")

    assert [] == days(world)
    assert [(JULY, date(2027, 1, 1))] == [row[:2] for row in days(world, date(2027, 1, 1))]


def test_who_moved_out_within_the_month_under_way_is_due_at_once(world: World) -> None:
    run(world, Span(JULY, date(2026, 12, 1)))
    assert [] == days(world)
    move_out(world.session, world.contracts[0], date(2026, 12, 6), author="t")

    assert [(date(2026, 12, 1), date(2026, 12, 6))] == [row[:2] for row in days(world)]


def test_connections_are_listed_page_by_page(world: World) -> None:
    for _ in range(3):
        world.tenant(start=date(2026, 11, 1))
    pages, after = [], 0
    while True:
        rows, after = due_days(world.session, [world.entity], TODAY, after=after, limit=2)
        pages.append(sorted({row.contract for row in rows}))
        if not after:
            break

    assert [["V1", "V2"], ["V3", "V4"]] == [page for page in pages if page]
    assert ([], 0) == due_days(world.session, [], TODAY)


def test_days_that_are_left_unbilled_are_billed_by_no_run_until_that_is_undone(world: World) -> None:
    august = Span(date(2026, 8, 1), date(2026, 9, 1))
    run(world, Span(JULY, august.start))
    waived = leave_unbilled(world.session, world.contracts[0], august, author="t", reason="goodwill")
    run(world, august)
    assert date(2026, 9, 1) == days(world)[0][0]
    assert [7] == [month for month, _net in live_bills(world)]

    bill_after_all(world.session, [world.entity], waived, author="t", reason="not agreed")
    run(world, august)
    assert [7, 8] == [month for month, _net in live_bills(world)]
    assert [] == unbilled_days.waived(world.session, [world.entity])
    world.session.commit()
    assert verify(world.session).broken_id is None


def test_what_is_billed_or_not_the_contracts_cannot_be_left_unbilled(world: World) -> None:
    run(world, Span(JULY, date(2026, 8, 1)))

    with pytest.raises(ConflictError, match="July 2026 are billed or left"):
        leave_unbilled(world.session, world.contracts[0], Span(JULY, date(2026, 8, 1)), author="t", reason="x")
    with pytest.raises(InputError, match="does not run on all of June 2026"):
        leave_unbilled(world.session, world.contracts[0], Span(date(2026, 6, 1), JULY), author="t", reason="x")
    with pytest.raises(InputError, match="needs a reason"):
        leave_unbilled(world.session, world.contracts[0], Span(date(2026, 8, 1), TODAY), author="t", reason=" ")
    with pytest.raises(NotFoundError):
        bill_after_all(world.session, [world.entity], 999, author="t", reason="")


def test_a_month_that_is_left_unbilled_keeps_nobody_waiting(session: Session) -> None:
    """September's surplus goes on to November."""
    world = roof(session)
    run(world, SEPTEMBER)
    forget(world, date(2026, 10, 15))
    run(world, OCTOBER)
    leave_unbilled(session, world.contracts[0], OCTOBER, author="t", reason="meter was stolen")

    assert [] == run(world, Span(OCTOBER.end, date(2026, 12, 1)))
    assert [(9, "0.00"), (11, "0.00")] == live_bills(world)


def test_days_on_which_a_later_bill_rests_are_not_left_unbilled(session: Session) -> None:
    world = roof(session)
    run(world, SEPTEMBER)
    run(world, OCTOBER)
    first = session.execute(text("SELECT min(id) FROM invoice")).scalar_one()
    correct_invoice.credit(session, first, reason="x", day=TODAY, author="t", clock=lambda: noon(TODAY))

    with pytest.raises(ConflictError, match="INV-2026-00002 rests on"):
        leave_unbilled(session, world.contracts[0], SEPTEMBER, author="t", reason="goodwill")


def wait(world: World, amount: str, key: str = "stairs") -> int:
    pending_lines.add(
        world.session, [NewLine(world.contracts[0], key, "EUR", share(amount))], reason="Stairs", author="t"
    )
    return pending_lines.listed(world.session, [world.entity], TODAY)[-1].id


def test_a_line_that_waits_is_taken_back_once(world: World) -> None:
    line = wait(world, "100.00")
    drop_line(world.session, [world.entity], line, TODAY, author="t", reason="typed twice")

    assert [] == pending_lines.listed(world.session, [world.entity], TODAY)
    with pytest.raises(NotFoundError, match="on a bill by now"):
        drop_line(world.session, [world.entity], line, TODAY, author="t", reason="typed twice")


def test_a_line_of_another_company_is_not_found(world: World) -> None:
    with pytest.raises(NotFoundError):
        drop_line(world.session, [world.entity + 1], wait(world, "1.00"), TODAY, author="t", reason="x")


def test_a_difference_that_is_taken_back_lets_the_late_reading_wait_again(world: World) -> None:
    run(world, Span(JULY, date(2026, 8, 1)))
    late(world, date(2026, 7, 5), 200)
    correct_invoice.bill_difference(
        world.session, 1, rate_again(world.session, 1), reason="late", author="t", clock=lambda: noon(TODAY)
    )
    assert [] == touched(world.session)
    (line,) = pending_lines.listed(world.session, [world.entity], TODAY)
    drop_line(world.session, [world.entity], line.id, TODAY, author="t", reason="the reading was wrong")

    assert [1] == [row.invoice_id for row in touched(world.session)]
    assert ("2.88", False) == (f"{line.amount:.2f}", line.ended)


def test_the_lines_of_a_difference_of_several_rates_go_together(session: Session) -> None:
    world = difference_over_two_rates(session)
    first, second = pending_lines.listed(session, [world.entity], TODAY)
    drop_line(session, [world.entity], second.id, TODAY, author="t", reason="the reading was wrong")

    assert first.id != second.id
    assert [] == pending_lines.listed(session, [world.entity], TODAY)
    assert [1] == [row.invoice_id for row in touched(session)]


def test_of_two_differences_to_a_bill_one_is_taken_back(world: World) -> None:
    run(world, Span(JULY, date(2026, 8, 1)))
    for number, day in enumerate((5, 6)):
        late(world, date(2026, 7, day), 200)
        bill_date = date(2026, 12, 8 + number)
        correct_invoice.bill_difference(
            world.session, 1, rate_again(world.session, 1), reason="late", author="t", clock=partial(noon, bill_date)
        )
    left_alone, line = pending_lines.listed(world.session, [world.entity], TODAY)
    drop_line(world.session, [world.entity], line.id, TODAY, author="t", reason="the reading was wrong")

    assert [left_alone.id] == [left.id for left in pending_lines.listed(world.session, [world.entity], TODAY)]


def test_what_gives_a_billed_difference_back_must_come(world: World) -> None:
    run(world, Span(JULY, date(2026, 8, 1)))
    late(world, date(2026, 7, 5), 200)
    correct_invoice.bill_difference(
        world.session, 1, rate_again(world.session, 1), reason="late", author="t", clock=lambda: noon(TODAY)
    )
    run(world, Span(date(2026, 8, 1), date(2026, 9, 1)))
    correct_invoice.credit(world.session, 1, reason="x", day=TODAY, author="t", clock=lambda: noon(TODAY))
    (line,) = pending_lines.listed(world.session, [world.entity], TODAY)

    assert Decimal("-2.88") == line.amount
    with pytest.raises(ConflictError, match="gives back"):
        drop_line(world.session, [world.entity], line.id, TODAY, author="t", reason="x")


def test_a_backdated_move_in_is_listed(session: Session) -> None:
    """Entered in October from July on; the runs of October and November have billed theirs."""
    world = build(session)
    world.tenant(start=JULY)
    world.readings(world.registers[0], Span(JULY, TODAY))
    run(world, OCTOBER)
    left = days(world, date(2026, 11, 5))

    assert [(JULY, OCTOBER.start)] == [row[:2] for row in left]
