from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from sqlalchemy import text

from cloud_service.store.receivables import prepaid
from cloud_service.store.receivables.prepaid import NewPrepaidState, PrepaidContract
from tests.books.world import START
from tests.cloud_service.till import PAID, Till

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
    assert [prepaid_till.account] == prepaid.account_ids(prepaid_till.session, PAID)
    assert [] == prepaid.account_ids(prepaid_till.session, PAID, after=prepaid_till.account)
    assert [] == prepaid.account_ids(prepaid_till.session, date(2025, 12, 31))


def test_a_contract_is_unbilled_since_its_last_invoice_or_its_start(prepaid_till: Till) -> None:
    (fresh,) = prepaid.accounts(prepaid_till.session, [prepaid_till.account], PAID)
    prepaid_till.bill("100.00", 9)  # September of a database whose invoices begin there
    (billed,) = prepaid.accounts(prepaid_till.session, [prepaid_till.account], PAID)
    contract = prepaid_till.world.contracts[0]
    point = fresh.contracts[0].service_point_id

    assert [PrepaidContract(contract, point, START)] == fresh.contracts
    assert [PrepaidContract(contract, point, date(2026, 10, 1))] == billed.contracts


def test_a_look_takes_the_place_of_the_one_before_and_tells_what_a_day_costs(prepaid_till: Till) -> None:
    looks = (replace(state(prepaid_till), balance=D(99)), state(prepaid_till))
    for look in looks:
        prepaid.store_states(prepaid_till.session, [look])
    prepaid.store_states(prepaid_till.session, [])
    (account,) = prepaid.accounts(prepaid_till.session, [prepaid_till.account], PAID)
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
