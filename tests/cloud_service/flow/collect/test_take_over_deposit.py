from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import text

from cloud_service.flow import collect
from cloud_service.flow.collect.take_over_deposit import take_back_deposit, take_over_deposit
from cloud_service.store.receivables import totals_at_day
from cloud_service.store.receivables.reconciliation import reconcile
from common.errors import ConflictError, InputError, NotFoundError
from tests.cloud_service.till import Till

D = Decimal
ON, TODAY = date(2026, 11, 1), date(2026, 11, 27)


def checked(till: Till) -> None:
    """What the database looks at when a transaction ends."""
    till.session.execute(text("SET CONSTRAINTS ALL IMMEDIATE"))
    till.session.execute(text("SET CONSTRAINTS ALL DEFERRED"))


def held(till: Till, amount: str = "200.00") -> int | None:
    return take_over_deposit(till.session, till.account, D(amount), on=ON, today=TODAY, author="t")


def test_a_security_is_held_without_money_coming_in(till: Till) -> None:
    deposit = held(till)

    assert deposit is not None
    assert held(till) is None
    assert {"deposit": D(-200), "opening": D(200)} == till.books()
    assert D(0) == totals_at_day.totals(till.session, TODAY).received
    assert all(proof.agrees for proof in reconcile(till.session, TODAY))


def test_it_is_released_like_any_other(till: Till) -> None:
    deposit = held(till)
    assert deposit is not None
    collect.release_deposit(till.session, deposit, D(50), day=TODAY, author="t")

    assert (D(-150), D(-50)) == (till.books()["deposit"], till.books()["credit"])
    with pytest.raises(ConflictError, match="it was released, or given back"):
        take_back_deposit(till.session, deposit, day=TODAY, author="t")


def test_taken_back_nothing_is_held_and_it_may_come_again(till: Till) -> None:
    deposit = held(till)
    assert deposit is not None
    take_back_deposit(till.session, deposit, day=TODAY, author="t")
    checked(till)

    assert {} == till.books()
    assert all(proof.agrees for proof in reconcile(till.session, TODAY))
    with pytest.raises(ConflictError):
        take_back_deposit(till.session, deposit, day=TODAY, author="t")
    assert held(till) not in (None, deposit)


def test_what_cannot_be_held_is_refused(till: Till) -> None:
    for amount in ("0", "-1", "1.005"):
        with pytest.raises(InputError, match="is not an amount of EUR to hold"):
            held(till, amount)
    with pytest.raises(InputError, match="in the future"):
        take_over_deposit(till.session, till.account, D(1), on=date(2026, 11, 28), today=TODAY, author="t")
    with pytest.raises(NotFoundError, match="no such security"):
        take_back_deposit(till.session, till.paid("5.00", kind="deposit"), day=TODAY, author="t")
