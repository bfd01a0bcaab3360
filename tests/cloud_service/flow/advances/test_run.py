"""Bills in advance fall due by their plan, once a period; the bill of their days takes each off exactly once."""

from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import text

from cloud_service.flow import billing_run, collect
from cloud_service.flow.advances.run import due_advances
from cloud_service.flow.customers.contract import move_out
from cloud_service.flow.customers.contract.terms import change_mode
from cloud_service.flow.invoicing import unbilled
from cloud_service.flow.invoicing.outliers import outliers
from cloud_service.flow.issue import issue_waiting_lines
from cloud_service.flow.rate import rate_shard
from cloud_service.store.invoicing import pending_lines
from cloud_service.store.invoicing.advances import bills
from cloud_service.store.receivables.ledger import balances
from cloud_service.store.receivables.reconciliation import reconcile
from common.errors import ConflictError
from common.period import Span
from tests.cloud_service.flow.advances.house import FIRST_QUARTER, JANUARY, House

D = Decimal
FEBRUARY, MARCH, APRIL = date(2026, 2, 1), date(2026, 3, 1), date(2026, 4, 1)


def test_an_advance_is_billed_at_the_beginning_of_each_period_once(house: House) -> None:
    house.agree("100.00")

    (first,) = house.advances(JANUARY).issued
    assert [] == house.advances(date(2026, 1, 31)).issued
    later = house.advances(MARCH).issued

    assert (D("84.03"), D("15.97"), D("100.00")) == (first.draft.net, first.draft.tax, first.draft.total)
    assert (JANUARY, date(2026, 1, 15)) == (first.draft.bill_date, first.draft.due_date)
    assert [Span(FEBRUARY, MARCH), Span(MARCH, APRIL)] == [bill.draft.during for bill in later]
    assert [] == house.advances(MARCH).issued


def test_one_in_arrears_is_billed_when_its_period_is_over(house: House) -> None:
    house.agree("100.00", timing="after")

    assert [] == house.advances(date(2026, 1, 31)).issued
    (bill,) = house.advances(FEBRUARY).issued
    assert Span(JANUARY, FEBRUARY) == bill.draft.during


def test_the_bill_of_the_days_takes_each_advance_off_with_the_tax_it_was_billed_with(house: House) -> None:
    house.agree("100.00")
    house.advances(MARCH)
    settlement = house.bill(FIRST_QUARTER)

    # 90 days of 9.6 kWh, less one hour of the change of the clock: 863.6 × 0.30 = 259.08, three months 30.00
    assert [("energy", D("259.08")), ("standing", D("30.00"))] + [("advance", D("-84.03"))] * 3 == [
        (line.charge, line.amount) for line in settlement.draft.lines
    ]
    # 19 % of 289.08 is 54.93, and three times 15.97 were billed
    assert (D("36.99"), D("54.93") - 3 * D("15.97")) == (settlement.draft.net, settlement.draft.tax)
    assert D("289.08") + D("54.93") == settlement.draft.total + 300
    assert [] == house.in_wait()
    house.world.session.commit()
    assert balances(house.world.session)["receivable", "EUR"] == 300 + settlement.draft.total


def test_a_bill_takes_no_advance_of_days_that_another_bill_is_to_bill(house: House) -> None:
    house.agree("100.00")
    house.advances(MARCH)
    january = house.bill(Span(JANUARY, FEBRUARY), day=date(2026, 3, 5))

    assert ["advance"] == [line.charge for line in january.draft.lines][2:]
    assert 2 == len(house.in_wait())
    february = house.bill(Span(FEBRUARY, MARCH), day=date(2026, 3, 5))
    assert [D("-84.03")] == [line.amount for line in february.draft.lines if line.charge == "advance"]


def test_an_advance_that_reaches_beyond_the_bill_is_taken_off_by_it(house: House) -> None:
    house.agree("100.00", every_months=3)
    house.advances(JANUARY)

    assert D("-84.03") in [line.amount for line in house.bill(Span(JANUARY, FEBRUARY)).draft.lines]
    assert [] == house.in_wait()
    # the days that are billed as used are not billed in advance again
    assert [] == house.advances(MARCH).issued


def test_a_credited_advance_is_gone_and_its_period_is_billed_anew(house: House) -> None:
    house.agree("100.00")
    (first,) = house.advances(JANUARY).issued
    house.credit(first.id, date(2026, 1, 20))

    assert [] == house.in_wait()
    (again,) = house.advances(date(2026, 1, 21)).issued
    settlement = house.bill(Span(JANUARY, FEBRUARY))
    assert [f"Advance bill {again.number}"] == [
        line.label for line in settlement.draft.lines if line.charge == "advance"
    ]


def test_an_advance_that_is_credited_after_it_was_taken_off_is_given_back_by_the_next_bill(house: House) -> None:
    house.agree("100.00")
    (first,) = house.advances(JANUARY).issued
    house.bill(Span(JANUARY, FEBRUARY))
    note = house.credit(first.id, date(2026, 2, 5))

    assert [(f"Advance bill {first.number}, taken back", D("84.03"))] == house.in_wait()
    (march,) = [house.bill(Span(MARCH, APRIL))]
    assert D("84.03") in [line.amount for line in march.draft.lines]
    # 31 days of 9.6 kWh less an hour 89.16 and 10.00: 19 % of it 18.84, and 15.97 back
    assert D("18.84") + D("15.97") == march.draft.tax
    assert -100 == note.draft.total


def test_a_credited_settlement_lets_its_advances_wait_for_the_bill_that_takes_its_place(house: House) -> None:
    house.agree("100.00")
    house.advances(MARCH)
    settlement = house.bill(FIRST_QUARTER)
    house.credit(settlement.id, date(2026, 4, 5))

    assert 3 == len(house.in_wait())
    # a bill of other days leaves them alone
    other = house.bill(Span(APRIL, date(2026, 5, 1)))
    assert "advance" not in [line.charge for line in other.draft.lines]
    again = house.bill(FIRST_QUARTER, day=date(2026, 5, 2))
    assert settlement.draft.total == again.draft.total
    assert [] == house.in_wait()


def test_the_final_bill_takes_all_that_is_left_and_none_comes_for_days_after_the_end(house: House) -> None:
    house.agree("100.00")
    house.advances(MARCH)
    move_out(house.world.session, house.contract, date(2026, 2, 15), author="t")

    assert [] == house.advances(date(2026, 6, 1)).issued
    final = house.bill(Span(FEBRUARY, date(2026, 2, 15)), day=date(2026, 4, 2))
    assert 3 == len([line for line in final.draft.lines if line.charge == "advance"])
    assert final.draft.total < 0
    assert [] == house.in_wait()


def test_the_last_period_is_cut_to_the_contract(house: House) -> None:
    house.agree("100.00")
    move_out(house.world.session, house.contract, date(2026, 2, 15), author="t")

    first, last = house.advances(date(2026, 6, 1)).issued
    assert (D("100.00"), D("50.00"), Span(FEBRUARY, date(2026, 2, 15))) == (
        first.draft.total, last.draft.total, last.draft.during
    )  # fmt: skip


def test_what_is_billed_after_the_final_bill_comes_as_a_bill_of_its_own(house: House) -> None:
    house.agree("100.00")
    (advance,) = house.advances(JANUARY).issued
    move_out(house.world.session, house.contract, FEBRUARY, author="t")
    house.bill(Span(JANUARY, FEBRUARY))
    house.credit(advance.id, date(2026, 2, 5))
    (bill,) = issue_waiting_lines(house.world.session, [house.contract], bill_date=MARCH, author="t")

    assert (D("84.03"), D("100.00")) == (bill.draft.net, bill.draft.total)


def test_an_advance_whose_days_are_not_billed_yet_gets_no_bill_of_its_own(house: House) -> None:
    house.agree("100.00")
    house.advances(JANUARY)

    assert [] == issue_waiting_lines(house.world.session, [house.contract], bill_date=MARCH, author="t")
    assert 1 == len(house.in_wait())


def lower_from(house: House, day: date) -> None:
    """The tax falls from 19 to 16 % on a day."""
    rates = f'[{{"percent": "19", "until": "{day}"}}, {{"percent": "16", "from": "{day}"}}]'
    house.world.session.execute(
        text("UPDATE tariff_version SET document = jsonb_set(document, '{taxes}', cast(:taxes AS jsonb))"),
        {"taxes": f'[{{"name": "VAT", "label": "VAT", "category": "S", "rates": {rates}}}]'},
    )
    house.world.session.execute(text("UPDATE tariff_version SET hash = md5(document::text)"))


def test_each_advance_keeps_the_rate_of_its_day(house: House) -> None:
    lower_from(house, FEBRUARY)
    house.agree("100.00")
    house.advances(FEBRUARY)
    february = house.bill(Span(FEBRUARY, MARCH))
    january = house.bill(Span(JANUARY, FEBRUARY), day=MARCH)

    assert [("S", D(16), D("-86.21"))] == [
        (line.tax_category, line.tax_rate, line.amount) for line in february.draft.lines if line.charge == "advance"
    ]
    assert [D("-84.03")] == [line.amount for line in january.draft.lines if line.charge == "advance"]


def test_what_cannot_be_billed_is_put_aside_alone_until_it_can(house: House) -> None:
    session = house.world.session
    other = house.world.tenant()
    house.agree("100.00")
    house.agree("50.00", contract=other)
    change_mode(session, house.world.accounts[0], "prepaid", date(2026, 1, 15), author="t")
    house.advances(JANUARY)
    run = house.advances(FEBRUARY)

    assert [other] == [bill.draft.lines[0].contract_id for bill in run.issued]
    ((number, span, reason),) = [(each.contract, each.span, each.reason) for each in run.parked]
    assert ("V1", Span(FEBRUARY, MARCH), "A1 is prepaid on 2026-02-01: what it uses is paid before") == (
        number, span, reason.partition(" (")[0]
    )  # fmt: skip
    assert 1 == session.execute(text("SELECT count(*) FROM advance_fault")).scalar()
    change_mode(session, house.world.accounts[0], "postpaid", date(2026, 1, 15), author="t")
    house.advances(date(2026, 2, 2))
    assert 0 == session.execute(text("SELECT count(*) FROM advance_fault")).scalar()


def test_a_trial_says_what_would_be_billed_and_issues_nothing(house: House) -> None:
    house.agree("100.00")

    (due,) = due_advances(house.world.session, house.world.entity, JANUARY)
    assert ("V1", D("84.03"), D("15.97"), "") == (due.contract, due.net, due.tax, due.refusal)
    assert 0 == house.world.session.execute(text("SELECT count(*) FROM invoice")).scalar()


@pytest.mark.parametrize("amount", ["100.10", "0.03", "33.33"])
def test_the_amount_stays_what_was_agreed_to_the_cent(house: House, amount: str) -> None:
    house.agree(amount)
    (bill,) = house.advances(JANUARY).issued

    assert D(amount) == bill.draft.total
    assert house.stored(bill).unchanged
    settlement = house.bill(Span(JANUARY, FEBRUARY))
    (line,) = [each for each in settlement.draft.lines if each.charge == "advance"]
    assert bill.draft.net == -line.amount
    assert D(amount) == -settlement.draft.total + sum((D("99.28"), round(D("99.28") * D("0.19"), 2)), D(0))


def test_the_next_bill_is_compared_with_what_was_used_before_and_not_with_what_was_left_to_pay(house: House) -> None:
    house.agree("100.00")
    house.advances(JANUARY)
    house.bill(Span(JANUARY, FEBRUARY))
    session = house.world.session
    run = billing_run.plan(session, billing_run.RunPlan(house.world.entity, Span(FEBRUARY, MARCH), MARCH, "t"))
    rate_shard(session, run.id)

    assert [] == outliers(session, run.id)


def test_the_line_that_takes_an_advance_off_is_not_taken_back(house: House) -> None:
    house.agree("100.00")
    house.advances(JANUARY)
    session = house.world.session
    line = session.execute(text("SELECT id FROM pending_line")).scalar_one()

    with pytest.raises(ConflictError, match="would be paid twice"):
        unbilled.drop_line(session, [house.world.entity], line, FEBRUARY, author="t", reason="why not")


def test_an_advance_of_days_that_are_left_unbilled_is_listed_and_goes_with_the_next_bill(house: House) -> None:
    house.agree("100.00")
    house.advances(JANUARY)
    session, entities = house.world.session, [house.world.entity]
    assert [] == pending_lines.listed(session, entities, MARCH)
    unbilled.leave_unbilled(session, house.contract, Span(JANUARY, FEBRUARY), author="t", reason="a building site")

    assert [True] == [line.settles for line in pending_lines.listed(session, entities, MARCH)]
    assert "advance" in [line.charge for line in house.bill(Span(FEBRUARY, MARCH)).draft.lines]


@pytest.mark.parametrize(("lower_on", "percent"), [(date(2026, 1, 15), 16), (date(2026, 1, 31), 16), (FEBRUARY, 19)])
def test_one_in_arrears_has_the_rate_of_its_last_day(house: House, lower_on: date, percent: int) -> None:
    lower_from(house, lower_on)
    house.agree("100.00", timing="after")

    (bill,) = house.advances(FEBRUARY).issued
    assert percent == bill.draft.lines[0].tax_rate


def test_the_books_say_the_same_in_four_ways_through_all_of_it(house: House) -> None:
    house.agree("100.00")
    first, *_rest = house.advances(MARCH).issued
    collect.pay(
        house.world.session, house.world.accounts[0], D("150.00"), provider="bank", reference="P-1",
        day=date(2026, 3, 5), author="t",
    )  # fmt: skip
    settlement = house.bill(FIRST_QUARTER)
    house.credit(first.id, date(2026, 4, 3))
    house.credit(settlement.id, date(2026, 4, 4))
    last = house.bill(FIRST_QUARTER, day=date(2026, 4, 6))
    house.world.session.commit()

    # the credited advance is taken off and given back again: what was used is owed, less the two that stay
    assert D("289.08") + D("54.93") - 200 == last.draft.total
    assert [] == house.in_wait()
    for day in (date(2026, 3, 31), date(2026, 4, 1), date(2026, 4, 3), date(2026, 4, 6)):
        assert all(each.agrees for each in reconcile(house.world.session, day))


def test_days_that_are_left_unbilled_are_not_billed_in_advance(house: House) -> None:
    house.agree("100.00")
    unbilled.leave_unbilled(
        house.world.session, house.contract, Span(JANUARY, FEBRUARY), author="t", reason="a building site"
    )

    assert [Span(FEBRUARY, MARCH)] == [bill.draft.during for bill in house.advances(FEBRUARY).issued]


def test_days_whose_bill_was_credited_are_billed_in_advance_again(house: House) -> None:
    house.agree("100.00")
    bill = house.bill(Span(JANUARY, FEBRUARY))
    assert [] == house.advances(date(2026, 1, 31)).issued
    house.credit(bill.id, FEBRUARY)

    assert [Span(JANUARY, FEBRUARY), Span(FEBRUARY, MARCH)] == [
        bill.draft.during for bill in house.advances(FEBRUARY).issued
    ]


def test_a_machine_that_was_off_makes_up_for_what_it_missed(house: House) -> None:
    house.agree("100.00")

    assert 12 == len(house.advances(date(2026, 12, 31)).issued)


def test_a_trial_says_that_the_account_is_prepaid(house: House) -> None:
    house.agree("100.00")
    change_mode(house.world.session, house.world.accounts[0], "prepaid", date(2026, 1, 15), author="t")
    due = due_advances(house.world.session, house.world.entity, FEBRUARY)

    assert [(None, True), (None, True)] == [(each.net, "prepaid on 2026-02-01" in each.refusal) for each in due]


def test_only_a_run_of_the_whole_company_forgets_what_is_not_due_any_more(house: House) -> None:
    session, other = house.world.session, house.world.tenant()
    house.agree("50.00", contract=other)
    bills.note_fault(session, house.contract, Span(JANUARY, FEBRUARY), "no tariff")

    def noted() -> object:
        return session.execute(text("SELECT count(*) FROM advance_fault")).scalar()

    house.advances(JANUARY, [other])
    assert 1 == noted()
    house.advances(FEBRUARY)
    assert 0 == noted()
