from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy.orm import Session

from cloud_service.flow import collect
from cloud_service.store.lists.paging import ListQuery, Page, page_of
from cloud_service.store.lists.payments import payments
from cloud_service.store.scope import Scope
from tests.books.world import build
from tests.cloud_service.store.conftest import Office
from tests.cloud_service.till import PAID, Till

D = Decimal


def listed(office: Office, scope: Scope, query: ListQuery) -> Page:
    return page_of(office.session, payments(scope, query), query)


def test_a_payment_stands_with_what_it_settled_and_its_worth_in_local_currency(office: Office) -> None:
    page = listed(office, office.kilo, ListQuery(sort="amount"))

    assert [("R-2", D(10), D(1500), D(10), D(0)), ("R-1", D(20), D(20), D(20), D(0))] == [
        (row.provider_ref, row.amount, row.amount_local, row.allocated, row.unallocated) for row in page.rows
    ]
    assert (D(1520), "KES") == (page.sums["amount_local"], page.sums["local_currency"])


def test_what_went_back_or_was_released_waits_for_no_bill(session: Session) -> None:
    till = Till(build(session, tenants=1))
    till.bill("100.00")
    till.pay("200.00", "B", PAID)
    deposit = till.paid("100.00", "D", kind="deposit")
    collect.pay_out(session, till.account, D(60), reference="P", day=PAID, author="t")
    collect.release_deposit(session, deposit, D(50), day=PAID, author="t")
    collect.give_back(session, deposit, D(10), reference="R", day=PAID, author="t")
    gone = till.paid("30.00", "G")
    collect.give_back(session, gone, D(30), reference="R2", day=PAID, author="t", kind="chargeback")

    query = ListQuery(sort="unallocated")
    page = page_of(session, payments(Scope(), query), query)
    unused = {row.provider_ref: row.unallocated for row in page.rows}
    assert (D(21), D(40), D(0)) == (unused.pop("B"), unused.pop("D"), unused.pop("G"))
    assert [D(50)] == [amount for amount in unused.values() if amount]  # the release, which is credit now


@pytest.mark.parametrize(
    ("filters", "references"),
    [
        ({"provider": ("cash",)}, ["R-2"]),
        ({"kind": ("payment",)}, ["R-2", "R-1"]),
        ({"kind": ("top_up",)}, []),
        ({"account": ("A-1",)}, ["R-1"]),
        ({"from": ("2026-11-16",)}, []),
        ({"to": ("2026-11-15",)}, ["R-2", "R-1"]),
    ],
)
def test_payments_are_filtered(office: Office, filters: Any, references: list[str]) -> None:
    query = ListQuery(filters=filters)

    assert references == [row.provider_ref for row in listed(office, office.kilo, query).rows]


def test_a_customer_sees_own_payments_only(office: Office) -> None:
    assert ["R-1"] == [row.provider_ref for row in listed(office, office.amina, ListQuery()).rows]
    assert [] == listed(office, office.zeta, ListQuery()).rows
