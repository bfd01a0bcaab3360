"""A bill of earlier books is a claim like any other, but no turnover, tax or energy; the books agree on every day."""

from datetime import date, timedelta
from decimal import Decimal
from io import BytesIO

import pytest
from sqlalchemy import text

from cloud_service.flow import arrangements, collect, correct_invoice, remind
from cloud_service.flow.collect.take_over import EarlierBill, balance_of_day, take_back, take_over
from cloud_service.flow.dunning import interest as dunning_interest
from cloud_service.flow.match_transfers import lines_of, match_lines
from cloud_service.store.invoicing.issued_invoice import invoice_with_proof
from cloud_service.store.lists.invoices import invoices
from cloud_service.store.lists.paging import ListQuery, page_of
from cloud_service.store.receivables import totals_at_day
from cloud_service.store.receivables.reconciliation import reconcile
from cloud_service.store.receivables.statements_and_ageing import ageing, statement
from cloud_service.store.scope import Scope
from common.errors import ConflictError, EnergyError, InputError, NotFoundError
from tests.cloud_service.payments.camt import entry
from tests.cloud_service.payments.camt import statement as bank_file
from tests.cloud_service.till import Till

D = Decimal
ON = date(2026, 11, 1)
TODAY = date(2026, 11, 27)
OLD = EarlierBill("2025/0815", D("150.00"), date(2026, 8, 3), date(2026, 8, 17), ON, paid=D("30.00"), text="July")
CREDIT = EarlierBill("2025/0901", D("-45.00"), date(2026, 9, 1), date(2026, 9, 1), ON)


def checked(till: Till) -> None:
    """What the database looks at when a transaction ends."""
    till.session.execute(text("SET CONSTRAINTS ALL IMMEDIATE"))
    till.session.execute(text("SET CONSTRAINTS ALL DEFERRED"))


def taken(till: Till, bill: EarlierBill = OLD, account: int | None = None) -> int:
    invoice_id = take_over(till.session, account or till.account, bill, today=TODAY, author="t")
    assert invoice_id is not None
    checked(till)
    return invoice_id


def listed(till: Till) -> list[tuple[str, Decimal, str]]:
    query = ListQuery()
    rows = page_of(till.session, invoices(Scope(), query, TODAY), query).rows
    return [(row.number, row.outstanding, row.state) for row in rows]


def assert_books_agree(till: Till) -> None:
    for days in range(0, 120, 5):
        assert all(proof.agrees for proof in reconcile(till.session, date(2026, 8, 1) + timedelta(days=days)))


def test_what_is_left_of_an_old_bill_is_owed_and_its_other_side_is_no_turnover(till: Till) -> None:
    taken(till)

    assert {"receivable": D(120), "opening": D(-120)} == till.books()
    assert [("2025/0815", D(120), "overdue")] == listed(till)
    figures = totals_at_day.totals(till.session, TODAY)
    assert (D(120), D(120), D(0), D(0), 0, 0) == (
        figures.outstanding, figures.overdue, figures.billed, figures.received, figures.energy, figures.bills
    )  # fmt: skip
    assert_books_agree(till)


def test_it_is_in_our_books_from_its_day_on_and_as_late_as_it_is(till: Till) -> None:
    taken(till)

    assert [] == ageing(till.session, ON - timedelta(days=1))
    (aged,) = ageing(till.session, ON)
    assert D(120) == aged.days_90
    movements = statement(till.session, till.account, date(2026, 1, 1), TODAY).movements
    assert [(ON, "take_over", D(120))] == [(row.day, row.kind, row.amount) for row in movements]


def test_it_has_the_proof_of_a_bill(till: Till) -> None:
    proof = invoice_with_proof(till.session, taken(till))

    assert proof.unchanged
    assert date(2026, 8, 3) == proof.invoice.bill_date


def test_a_transfer_with_the_old_number_pays_it(till: Till) -> None:
    taken(till)
    file = BytesIO(bank_file(entry("120.00", "Rechnung 2025/0815 vielen Dank")))

    (line,) = match_lines(till.session, lines_of(file))
    assert (till.account, {"2025/0815": D(120)}) == (line.match.account_id, line.match.amounts) if line.match else False
    till.pay("120.00")
    assert [("2025/0815", D(0), "paid")] == listed(till)
    assert_books_agree(till)


def test_it_is_reminded_of_and_bears_interest_only_since_it_is_ours(till: Till) -> None:
    invoice_id = taken(till)
    dunning_interest.enter_base_rate(till.session, "DE", date(2026, 7, 1), D("1.27"), author="t")

    assert [("2025/0815",)] == [reminder.invoices for reminder in remind.remind(till.world.begin, TODAY, author="t")]
    (interest,) = dunning_interest.charge_interest(till.world.begin, TODAY, author="t")
    assert ON == interest.draft.during.start
    with pytest.raises(ConflictError, match="it was reminded of"):
        take_back(till.session, invoice_id, day=TODAY, author="t")


def test_credit_of_earlier_books_pays_the_next_bill(till: Till) -> None:
    taken(till, CREDIT)
    assert {"credit": D(-45), "opening": D(45)} == till.books()
    assert_books_agree(till)

    bill = till.bill("100.00")

    assert D("74.00") == till.outstanding(bill)
    assert_books_agree(till)

    till.paid("74.00")
    assert "paid" == {number: state for number, _open, state in listed(till)}[bill.number]


def test_a_balance_without_bills_is_taken_over_under_the_account_s_number(till: Till) -> None:
    taken(till, balance_of_day("A1", D("12.50"), ON))

    assert [("OPENING-A1", D("12.50"), "overdue")] == listed(till)


@pytest.mark.parametrize("bill", [OLD, CREDIT])
def test_taken_back_it_is_gone_from_lists_and_sums_and_may_come_again(till: Till, bill: EarlierBill) -> None:
    invoice_id = taken(till, bill)
    take_back(till.session, invoice_id, day=TODAY, author="t", reason="wrong client")
    checked(till)

    assert {} == till.books()
    assert [] == listed(till)
    assert_books_agree(till)
    with pytest.raises(ConflictError, match="taken back already"):
        take_back(till.session, invoice_id, day=TODAY, author="t")

    again = EarlierBill(bill.number, bill.amount * 2, bill.day, bill.due_date, bill.on)
    taken(till, again)
    assert bill.amount * 2 == sum(till.books()[kind] for kind in ("receivable", "credit") if kind in till.books())
    assert_books_agree(till)


def test_what_money_came_for_stays(till: Till) -> None:
    owed, credit = taken(till), taken(till, CREDIT)
    till.pay("10.00")
    arrangements.dispute(
        till.session, taken(till, EarlierBill("X-1", D(5), ON, ON, ON)), reason="no", day=ON, author="t"
    )

    for invoice_id in (owed, credit):
        with pytest.raises(ConflictError, match="money was booked for it"):
            take_back(till.session, invoice_id, day=TODAY, author="t")


def test_the_same_again_changes_nothing_and_another_amount_is_refused(till: Till) -> None:
    taken(till)

    assert take_over(till.session, till.account, OLD, today=TODAY, author="t") is None
    other = EarlierBill("2025/0815", D(99), OLD.day, OLD.due_date, ON)
    with pytest.raises(ConflictError, match="was taken over before, with 120"):
        take_over(till.session, till.account, other, today=TODAY, author="t")
    till.world.tenant()
    with pytest.raises(ConflictError, match="for account A1"):
        take_over(till.session, till.world.accounts[1], OLD, today=TODAY, author="t")


def test_numbers_of_our_own_bills_are_not_taken(till: Till) -> None:
    own = till.bill("10.00")

    for number, why in (
        (own.number, "a bill of this company itself"),
        ("INV-2026-00002", "a bill of this company will"),
    ):
        with pytest.raises(ConflictError, match=why):
            take_over(till.session, till.account, EarlierBill(number, D(5), ON, ON, ON), today=TODAY, author="t")
    taken(till, EarlierBill("INV-2025-00002", D(5), ON, ON, ON))


@pytest.mark.parametrize(
    ("fields", "path"),
    [
        ({"number": " "}, "number"),
        ({"amount": D(0)}, "amount"),
        ({"amount": D("1.005")}, "amount"),
        ({"paid": D(150)}, "paid"),
        ({"paid": D(-1)}, "paid"),
        ({"day": date(2026, 11, 2)}, "day"),
        ({"due_date": date(2026, 8, 2)}, "due_date"),
        ({"on": date(2026, 11, 28)}, "on"),
    ],
)
def test_what_cannot_be_is_refused_at_its_field(till: Till, fields: dict[str, object], path: str) -> None:
    whole = {"number": "X-1", "amount": D(150), "day": date(2026, 8, 3), "due_date": date(2026, 8, 17), "on": ON}
    with pytest.raises(InputError) as refused:
        take_over(till.session, till.account, EarlierBill(**whole | fields), today=TODAY, author="t")  # type: ignore[arg-type]

    assert path == refused.value.path


def test_another_currency_needs_its_rate(till: Till) -> None:
    till.world.tenant(currency="USD")
    with pytest.raises(EnergyError, match="there is no rate of USD in EUR"):
        take_over(till.session, till.world.accounts[1], OLD, today=TODAY, author="t")


def test_it_is_not_credited_and_a_bill_of_ours_is_not_taken_back(till: Till) -> None:
    invoice_id = taken(till)
    with pytest.raises(ConflictError, match="of the books before ours"):
        correct_invoice.credit(till.session, invoice_id, reason="no", day=TODAY, author="t", clock=lambda: None)  # type: ignore[arg-type,return-value]
    with pytest.raises(NotFoundError, match="no such bill of earlier books"):
        take_back(till.session, till.bill("10.00").id, day=TODAY, author="t")


def test_a_payment_of_both_goes_to_the_older_one_first(till: Till) -> None:
    taken(till)
    bill = till.bill("100.00")
    till.pay("120.00")

    assert D("119.00") == till.outstanding(bill)
    assert collect  # the door of payments is the same
