"""Who moved out and had the final bill has no next one: shares and differences come as a bill of their own."""

from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from cloud_service.flow import billing_run as running
from cloud_service.flow import correct_invoice
from cloud_service.flow.billing_run import RunPlan
from cloud_service.flow.customers.contract import move_out
from cloud_service.flow.invoicing.unbilled import leave_unbilled
from cloud_service.flow.issue import issue, issue_shard, issue_waiting_lines
from cloud_service.flow.rate import rate_again, rate_shard
from cloud_service.store.invoicing import pending_lines
from cloud_service.store.invoicing.pending_lines import NewLine
from cloud_service.store.receivables.ledger import balances
from common.errors import InputError
from common.period import Span
from tests.books.world import World, build, noon
from tests.cloud_service.flow.test_correct_invoice import late
from tests.cloud_service.store.invoicing.test_pending_lines import share

OCTOBER = Span(date(2026, 10, 1), date(2026, 11, 1))
NOVEMBER = Span(date(2026, 11, 1), date(2026, 12, 1))
BILLS = text(
    "SELECT i.id, i.number, i.account_id, i.net, i.tax, i.energy,"
    " (SELECT count(*) FROM invoice_span s WHERE s.invoice_id = i.id) AS spans FROM invoice i ORDER BY i.id"
)


@pytest.fixture
def world(session: Session) -> World:
    """V1 moved out on 16 October and is billed; V2 stays."""
    world = build(session, tenants=2)
    world.session.execute(text("UPDATE contract SET during = daterange('2026-10-01', NULL)"))
    for register in world.registers:
        world.readings(register, Span(OCTOBER.start, NOVEMBER.end))
    move_out(session, world.contracts[0], date(2026, 10, 16), author="t")
    run(world, OCTOBER)
    return world


def run(world: World, span: Span, contracts: list[int] | None = None, bill_date: date | None = None) -> None:
    planned = running.plan(
        world.session, RunPlan(world.entity, span, bill_date or span.end, "t", contract_ids=contracts)
    )
    rate_shard(world.session, planned.id)
    running.report(world.session, planned.id)
    running.approve(world.session, planned.id, "t")
    while issue_shard(world.session, planned.id, author="t"):
        pass
    running.report(world.session, planned.id)


def wait(world: World, contract: int, amount: str, key: str = "stairs", until: date = date(2026, 10, 16)) -> None:
    line = share(amount, end=until)
    pending_lines.add(world.session, [NewLine(contract, key, "EUR", line)], reason="Stairs", author="t")


def test_a_share_of_a_former_tenant_comes_with_the_next_run_as_a_bill_of_its_own(world: World) -> None:
    wait(world, world.contracts[0], "100.00")
    run(world, NOVEMBER)
    former, own = world.session.execute(BILLS).all()[2:][::-1]

    assert (world.accounts[0], Decimal("100.00"), 0, 0) == (former.account_id, former.net, former.energy, former.spans)
    assert (world.accounts[1], 1) == (own.account_id, own.spans)
    assert not pending_lines.waiting(world.session, world.contracts, NOVEMBER.end)


def test_a_share_of_days_after_the_end_is_left_to_a_person(world: World) -> None:
    wait(world, world.contracts[0], "100.00", until=OCTOBER.end)
    assert [] == pending_lines.sums_of_ended(world.session, world.entity, 1, NOVEMBER.end)
    run(world, NOVEMBER)

    assert [1, 1, 1] == [bill.spans for bill in world.session.execute(BILLS)]
    (line,) = pending_lines.listed(world.session, [world.entity], NOVEMBER.end)
    assert ("V1", True) == (line.contract, line.ended)


def test_a_difference_to_a_final_bill_is_billed_once_with_its_vat(world: World) -> None:
    first = world.session.execute(BILLS).all()[0]
    late(world, date(2026, 10, 5), 200)
    correct_invoice.bill_difference(
        world.session, first.id, rate_again(world.session, first.id), reason="late", author="t",
        clock=lambda: noon(NOVEMBER.start),
    )  # fmt: skip
    run(world, NOVEMBER)
    run(world, Span(date(2026, 12, 1), date(2027, 1, 1)))
    bills = [bill for bill in world.session.execute(BILLS).all() if bill.account_id == world.accounts[0]]
    world.session.commit()

    # 9.6 kWh × 0.30 = 2.88, 19 % of it 0.55
    assert [(Decimal("2.88"), Decimal("0.55"))] == [(bill.net, bill.tax) for bill in bills[1:]]
    assert balances(world.session)["receivable", "EUR"] == sum(
        bill.net + bill.tax for bill in world.session.execute(BILLS)
    )


def test_a_bill_of_lines_that_cannot_be_the_e_invoice_its_client_wants_leaves_them_waiting(world: World) -> None:
    world.session.execute(text("UPDATE client SET einvoice = 'einvoice_ubl' WHERE number = 'C1'"))
    wait(world, world.contracts[0], "100.00")
    with pytest.raises(InputError, match=r"an e-invoice \(einvoice_ubl\) cannot be made: the seller needs a VAT id"):
        issue_waiting_lines(world.session, world.contracts[:1], bill_date=NOVEMBER.end, author="t")

    world.session.execute(text("UPDATE legal_entity SET vat_id = 'DE123456789'"))
    (bill,) = issue_waiting_lines(world.session, world.contracts[:1], bill_date=NOVEMBER.end, author="t")
    assert Decimal("100.00") == bill.draft.net


def test_a_line_in_the_clients_favour_becomes_credit(world: World) -> None:
    wait(world, world.contracts[0], "-25.00")
    (bill,) = issue_waiting_lines(world.session, world.contracts[:1], bill_date=NOVEMBER.end, author="t")
    world.session.commit()

    assert (Decimal("-25.00"), 0) == (bill.draft.total, balances(world.session).get(("credit", "EUR"), 0))
    # it settles what is open of the final bill at once
    assert (
        Decimal("25.00")
        == world.session.execute(
            text("SELECT sum(amount) FROM allocation WHERE credit_note_id = :id OR invoice_id = :id"), {"id": bill.id}
        ).scalar()
    )


def test_a_run_of_one_connection_bills_nothing_of_the_former_tenants(world: World) -> None:
    wait(world, world.contracts[0], "100.00")
    run(world, NOVEMBER, world.contracts[1:])

    assert [world.contracts[0]] == list(pending_lines.waiting(world.session, world.contracts, NOVEMBER.end))


def test_where_the_final_bill_is_still_to_come_the_line_waits_for_it(session: Session) -> None:
    world = build(session, tenants=1)
    world.readings(world.registers[0], Span(OCTOBER.start, date(2026, 10, 16)))
    session.execute(text("UPDATE contract SET during = daterange('2026-10-01', NULL)"))
    move_out(session, world.contracts[0], date(2026, 10, 16), author="t")
    wait(world, world.contracts[0], "100.00")
    run(world, Span(date(2026, 9, 1), OCTOBER.start), bill_date=OCTOBER.end)
    assert [] == session.execute(BILLS).all()

    run(world, OCTOBER)
    assert [1] == [bill.spans for bill in session.execute(BILLS)]
    assert [Decimal("100.00")] == session.execute(
        text("SELECT amount FROM invoice_line WHERE charge = 'share'")
    ).scalars().all()  # fmt: skip


def test_what_a_credited_bill_of_lines_had_waits_again_and_is_billed_once_more(world: World) -> None:
    wait(world, world.contracts[0], "100.00")
    (bill,) = issue_waiting_lines(world.session, world.contracts[:1], bill_date=NOVEMBER.end, author="t")
    correct_invoice.credit(
        world.session, bill.id, reason="wrong address", day=NOVEMBER.end, author="t", clock=lambda: noon(NOVEMBER.end)
    )
    run(world, NOVEMBER)
    run(world, Span(date(2026, 12, 1), date(2027, 1, 1)))
    nets = [row.net for row in world.session.execute(BILLS) if row.account_id == world.accounts[0] and not row.spans]

    assert [Decimal(100), Decimal(-100), Decimal(100)] == nets


def test_while_the_final_bill_is_taken_back_the_line_waits_for_the_new_one(world: World) -> None:
    final = world.session.execute(
        text("SELECT invoice_id FROM invoice_span WHERE contract_id = :id"), {"id": world.contracts[0]}
    ).scalar_one()
    correct_invoice.credit(
        world.session, final, reason="wrong address", day=OCTOBER.end, author="t", clock=lambda: noon(OCTOBER.end)
    )
    wait(world, world.contracts[0], "100.00")
    run(world, NOVEMBER)
    assert 1 == len(pending_lines.waiting(world.session, world.contracts[:1], NOVEMBER.end))

    run(world, OCTOBER, bill_date=NOVEMBER.end)
    again = [row for row in world.session.execute(BILLS) if row.account_id == world.accounts[0]][-1]
    assert 1 == again.spans
    assert (
        Decimal("100.00")
        == world.session.execute(
            text("SELECT amount FROM invoice_line WHERE charge = 'share' AND invoice_id = :id"), {"id": again.id}
        ).scalar_one()
    )


def test_where_the_last_days_are_left_unbilled_the_line_comes_alone(session: Session) -> None:
    world = build(session, tenants=1)
    session.execute(text("UPDATE contract SET during = daterange('2026-10-01', NULL)"))
    move_out(session, world.contracts[0], date(2026, 10, 16), author="t")
    wait(world, world.contracts[0], "100.00")
    leave_unbilled(
        session, world.contracts[0], Span(OCTOBER.start, date(2026, 10, 16)), author="t", reason="no meter hung there"
    )
    run(world, NOVEMBER)

    assert [(Decimal("100.00"), 0)] == [(row.net, row.spans) for row in session.execute(BILLS)]


def test_who_has_gone_by_the_day_of_the_bill_is_a_former_tenant_of_that_day(world: World) -> None:
    wait(world, world.contracts[0], "100.00")
    gone = [
        pending_lines.of_ended_contracts(world.session, world.entity, 1, day, 10)
        for day in (date(2026, 10, 15), date(2026, 10, 16))
    ]

    assert [{}, {world.accounts[0]: world.contracts[:1]}] == gone


def test_a_run_bills_nothing_of_the_former_tenants_of_another_company(world: World) -> None:
    other = build(world.session)
    other.serial = 50
    other.tenant()
    other.readings(other.registers[0], Span(OCTOBER.start, NOVEMBER.end))
    wait(world, world.contracts[0], "100.00")
    run(other, NOVEMBER)
    assert [] == [row.net for row in world.session.execute(BILLS) if not row.spans]

    run(world, NOVEMBER)
    assert [Decimal("100.00")] == [row.net for row in world.session.execute(BILLS) if not row.spans]


def test_a_difference_that_came_as_a_bill_of_its_own_is_given_back_with_the_bill_it_corrects(world: World) -> None:
    first = world.session.execute(BILLS).all()[0]
    late(world, date(2026, 10, 5), 200)
    correct_invoice.bill_difference(
        world.session, first.id, rate_again(world.session, first.id), reason="late", author="t",
        clock=lambda: noon(NOVEMBER.start),
    )  # fmt: skip
    run(world, NOVEMBER)
    rated = rate_again(world.session, first.id)
    note = correct_invoice.credit(
        world.session, first.id, reason="wrong", day=NOVEMBER.end, author="t", clock=lambda: noon(NOVEMBER.end)
    )
    issue(world.session, rated, bill_date=NOVEMBER.end, author="t", instead_of=note)
    total = sum(row.net for row in world.session.execute(BILLS) if row.account_id == world.accounts[0])

    # 15 days: 144 kWh and the 9.6 that came late, × 0.30 = 46.08; 15/31 of 10.00 = 4.84
    assert Decimal("50.92") == total


def test_two_connections_of_one_account_share_the_bill_and_are_told_apart(world: World) -> None:
    world.session.execute(
        text("UPDATE contract SET account_id = :account, during = daterange(lower(during), '2026-11-16')"
             " WHERE id = :id"),
        {"account": world.accounts[0], "id": world.contracts[1]},
    )  # fmt: skip
    wait(world, world.contracts[0], "100.00")
    wait(world, world.contracts[1], "50.00", "roof")
    (bill,) = issue_waiting_lines(world.session, world.contracts, bill_date=NOVEMBER.end, author="t")

    assert ["Heating · Flat 1", "Heating · Flat 2"] == [line.label for line in bill.draft.lines]
    assert Decimal("150.00") == bill.draft.total
