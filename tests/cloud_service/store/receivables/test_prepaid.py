from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from sqlalchemy import text

from cloud_service.flow.invoicing.unbilled import leave_unbilled
from cloud_service.store.receivables import prepaid
from cloud_service.store.receivables.prepaid import NewPrepaidState
from common.period import Span
from tests.books.world import START
from tests.cloud_service.till import Till

D = Decimal
NOON = datetime(2026, 11, 5, 12, tzinfo=UTC)


@pytest.fixture
def prepaid_till(till: Till) -> Till:
    """The till's account in prepaid mode."""
    till.session.execute(text("UPDATE account_mode SET mode = 'prepaid'"))
    return till


def state(till: Till) -> NewPrepaidState:
    """A look at the account: 10 left after 20 used in four days."""
    return NewPrepaidState(
        till.account, "low", D(30), D(20), D(10), D("2.00"), date(2026, 11, 1), date(2026, 11, 5), D(0), "", NOON
    )


def test_accounts_in_prepaid_mode_are_listed_page_by_page(prepaid_till: Till) -> None:
    assert [prepaid_till.account] == prepaid.account_ids(prepaid_till.session, NOON)
    assert [] == prepaid.account_ids(prepaid_till.session, NOON, after=prepaid_till.account)
    before_berlin, in_berlin = datetime(2025, 12, 31, 22, tzinfo=UTC), datetime(2025, 12, 31, 23, tzinfo=UTC)
    assert [] == prepaid.account_ids(prepaid_till.session, before_berlin)
    assert [prepaid_till.account] == prepaid.account_ids(prepaid_till.session, in_berlin)


def unbilled(till: Till) -> tuple[tuple[date, date | None], ...]:
    (account,) = prepaid.accounts(till.session, [till.account], NOON)
    (contract,) = account.contracts
    return contract.unbilled


def test_a_contract_is_unbilled_since_its_start_or_between_and_after_its_invoices(prepaid_till: Till) -> None:
    assert ((START, None),) == unbilled(prepaid_till)
    prepaid_till.bill("100.00", 8)  # August of a database whose invoices begin there
    assert ((date(2026, 9, 1), None),) == unbilled(prepaid_till)
    prepaid_till.bill("100.00", 10)
    assert ((date(2026, 9, 1), date(2026, 10, 1)), (date(2026, 11, 1), None)) == unbilled(prepaid_till)
    prepaid_till.session.execute(text("UPDATE contract SET during = '[2026-01-01,2026-11-01)'"))
    assert ((date(2026, 9, 1), date(2026, 10, 1)),) == unbilled(prepaid_till)


def test_days_that_are_left_unbilled_on_purpose_use_nothing_up(prepaid_till: Till) -> None:
    june = Span(date(2026, 6, 1), date(2026, 7, 1))
    (contract,) = prepaid_till.world.contracts
    leave_unbilled(prepaid_till.session, contract, june, author="t", reason="a present")

    assert ((START, june.start), (june.end, None)) == unbilled(prepaid_till)


def test_unbilled_days_of_a_contract_end_with_today(prepaid_till: Till) -> None:
    (account,) = prepaid.accounts(prepaid_till.session, [prepaid_till.account], NOON)
    (contract,) = account.contracts

    assert [Span(START, date(2026, 11, 6))] == contract.unbilled_until(date(2026, 11, 6))
    assert [] == contract.unbilled_until(START)
    assert [True, False] == [contract.runs_on(day) for day in (START, date(2025, 12, 31))]


def test_what_ended_long_ago_is_not_looked_at(prepaid_till: Till) -> None:
    prepaid_till.session.execute(text("UPDATE contract SET during = '[2024-01-01,2024-09-01)'"))

    (account,) = prepaid.accounts(prepaid_till.session, [prepaid_till.account], NOON)
    assert [] == account.contracts


def test_an_account_that_is_prepaid_no_more_has_no_balance_of_that_kind(prepaid_till: Till) -> None:
    prepaid.store_states(prepaid_till.session, [state(prepaid_till)])
    prepaid.forget_former(prepaid_till.session, NOON)
    assert D(20) == prepaid.used_so_far(prepaid_till.session, prepaid_till.account)
    prepaid_till.bill("20.00", 11)  # what was used is billed now
    assert D(0) == prepaid.used_so_far(prepaid_till.session, prepaid_till.account)

    prepaid_till.session.execute(text("UPDATE account_mode SET mode = 'postpaid'"))
    prepaid.forget_former(prepaid_till.session, NOON)
    assert D(0) == prepaid.used_so_far(prepaid_till.session, prepaid_till.account)


def test_a_look_takes_the_place_of_the_one_before_and_tells_what_a_day_costs(prepaid_till: Till) -> None:
    looks = (replace(state(prepaid_till), balance=D(99)), state(prepaid_till))
    for look in looks:
        prepaid.store_states(prepaid_till.session, [look])
    prepaid.store_states(prepaid_till.session, [])
    (account,) = prepaid.accounts(prepaid_till.session, [prepaid_till.account], NOON)
    (line,) = prepaid.prepaid_list(prepaid_till.session)

    assert ("low", D(10), D(5)) == (account.state, account.before, account.a_day)
    assert ("A1", D(30), D(20), D(10), D("2.00")) == (
        line.account,
        line.booked,
        line.rated,
        line.balance,
        line.days_left,
    )


def test_booked_is_credit_less_open_invoices_and_leaves_old_debt_out_where_a_share_pays_it(till: Till) -> None:
    till.bill("100.00")  # from before the account was prepaid
    before = prepaid.booked(till.session, [till.account])
    till.session.execute(text("""UPDATE account SET settings = '{"debt_share": "0.5"}'"""))
    till.session.execute(text("UPDATE account_mode SET mode = 'prepaid'"))
    till.pay("40.00", kind="top_up")

    assert {till.account: D(-119)} == before
    assert {till.account: D(20)} == prepaid.booked(till.session, [till.account])
