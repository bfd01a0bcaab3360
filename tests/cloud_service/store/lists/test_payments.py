from decimal import Decimal
from typing import Any

import pytest

from cloud_service.store.lists.paging import ListQuery, Page, page_of
from cloud_service.store.lists.payments import payments
from cloud_service.store.scope import Scope
from tests.cloud_service.store.conftest import Office

D = Decimal


def listed(office: Office, scope: Scope, query: ListQuery) -> Page:
    return page_of(office.session, payments(scope, query), query)


def test_a_payment_stands_with_what_it_settled_and_its_worth_in_local_currency(office: Office) -> None:
    page = listed(office, office.kilo, ListQuery(sort="amount"))

    assert [("R-2", D(10), D(1500), D(10), D(0)), ("R-1", D(20), D(20), D(20), D(0))] == [
        (row.provider_ref, row.amount, row.amount_local, row.allocated, row.unallocated) for row in page.rows
    ]
    assert (D(1520), "KES") == (page.sums["amount_local"], page.sums["local_currency"])


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
