from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import text

from cloud_service.flow.collect.take_over import EarlierBill, take_back, take_over
from cloud_service.flow.collect.take_over_deposit import take_back_deposit, take_over_deposit
from cloud_service.store.receivables import taken_over
from tests.cloud_service.till import Till

D = Decimal
ON = date(2026, 11, 1)


def taken(till: Till, number: str = "OLD-1") -> int:
    bill = EarlierBill(number, D(5), ON, ON, ON)
    invoice_id = take_over(till.session, till.account, bill, today=ON, author="t")
    assert invoice_id is not None
    return invoice_id


def test_the_newest_edition_of_a_number_is_what_is_known(till: Till) -> None:
    first = taken(till)
    take_back(till.session, first, day=ON, author="t")
    known = taken_over.bill_of_number(till.session, till.world.entity, "OLD-1")
    assert known is not None
    assert (first, 1, True) == (known.id, known.edition, known.taken_back)

    second = taken(till)
    known = taken_over.bill_of_number(till.session, till.world.entity, "OLD-1")
    assert known is not None
    assert (second, 2, False) == (known.id, known.edition, known.taken_back)
    assert taken_over.bill_of_number(till.session, till.world.entity, "OLD-2") is None


@pytest.mark.parametrize(
    ("number", "to_come"),
    [
        ("INV-2026-00004", True), ("INV-2026-4", True), ("CN-2026-00001", True), ("INV-2026-00003", False),
        ("INV-2025-00004", False), ("INV-2026-4a", False), ("2026-00004", False), ("INV-2026-9999999999999", False),
    ],
)  # fmt: skip
def test_a_number_that_a_series_will_give_is_known(till: Till, number: str, *, to_come: bool) -> None:
    till.session.execute(
        text(
            "INSERT INTO number_series (legal_entity_id, kind, prefix, year, next_number)"
            " VALUES (:entity, 'invoice', 'INV-2026-', 2026, 4)"
        ),
        {"entity": till.world.entity},
    )

    assert to_come == taken_over.is_number_to_come(till.session, till.world.entity, number, 2026)


def test_what_rests_on_a_bill_is_told(till: Till) -> None:
    invoice_id = taken(till)
    bill = taken_over.taken_over_bill(till.session, invoice_id)
    assert bill is not None
    assert (False,) * 4 == (bill.paid, bill.reminded, bill.arranged, bill.taken_back)

    till.pay("1.00")

    bill = taken_over.taken_over_bill(till.session, invoice_id)
    assert bill is not None
    assert bill.paid
    assert taken_over.taken_over_bill(till.session, -1) is None


def test_a_security_is_the_same_by_amount_and_day_until_it_is_taken_back(till: Till) -> None:
    payment_id = take_over_deposit(till.session, till.account, D(50), on=ON, today=ON, author="t")
    assert payment_id is not None

    def held(day: date | None) -> int | None:
        return taken_over.security_held(till.session, till.account, D(50), day)

    assert [payment_id, payment_id, None] == [held(ON), held(None), held(date(2026, 11, 2))]
    assert not taken_over.is_taken_back(till.session, payment_id)
    take_back_deposit(till.session, payment_id, day=ON, author="t")
    assert held(None) is None
    assert taken_over.is_taken_back(till.session, payment_id)
    assert 2 == taken_over.count_securities(till.session, till.account)
