from datetime import date
from decimal import Decimal

import pytest

from cloud_service.store.receivables.statements_and_ageing import ageing, statement
from cloud_service.store.scope import Scope
from common.errors import NotFoundError
from tests.cloud_service.till import BILLED, PAID, Till

D = Decimal


def test_a_statement_goes_from_its_opening_to_its_closing_balance(till: Till) -> None:
    till.bill("100.00")
    till.pay("150.00", day=PAID)
    whole = statement(till.session, till.account, BILLED, PAID)
    later = statement(till.session, till.account, PAID, date(2026, 11, 30))

    assert (D(0), [("invoice", D(119), D(119)), ("payment", D(-150), D(-31))], D(-31)) == (
        whole.opening, [(row.kind, row.amount, row.balance) for row in whole.movements], whole.closing,
    )  # fmt: skip
    assert (D(119), D(-31), D(0), D(31)) == (later.opening, later.closing, later.outstanding, later.credit)
    with pytest.raises(NotFoundError, match="account 4711 does not exist"):
        statement(till.session, 4711, BILLED, PAID)


@pytest.mark.parametrize(
    ("day", "bucket"),
    [
        (date(2026, 11, 16), "not_due"), (date(2026, 11, 17), "days_30"), (date(2026, 12, 16), "days_30"),
        (date(2026, 12, 17), "days_60"), (date(2027, 1, 16), "days_90"), (date(2027, 2, 14), "days_90"),
        (date(2027, 2, 15), "older"),
    ],
)  # fmt: skip
def test_what_is_owed_grows_older_by_days_after_the_due_date(till: Till, day: date, bucket: str) -> None:
    till.bill("100.00")  # due on 16 November
    (aged,) = ageing(till.session, day)
    amounts = {name: getattr(aged, name) for name in ("not_due", "days_30", "days_60", "days_90", "older")}

    assert {bucket: D(119)} == {name: amount for name, amount in amounts.items() if amount}
    assert (D(119), D(0), "A1") == (aged.total, aged.credit, aged.account)


def test_ageing_is_of_a_day_an_account_and_a_scope(till: Till) -> None:
    till.bill("100.00")
    till.pay("119.00", day=PAID)
    till.pay("5.00", "2", day=date(2026, 11, 20))

    assert [D(119)] == [aged.total for aged in ageing(till.session, BILLED)]
    assert [] == ageing(till.session, PAID)
    assert [(D(0), D(5))] == [(aged.total, aged.credit) for aged in ageing(till.session, date(2026, 11, 20))]
    assert [] == ageing(till.session, BILLED, Scope(frozenset({till.world.entity + 1})))
    assert [] == ageing(till.session, BILLED, account_id=till.account + 1)
