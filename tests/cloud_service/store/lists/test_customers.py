from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from cloud_service.store.lists import customers
from cloud_service.store.lists.paging import Listing, ListQuery, page_of
from tests.cloud_service.store.conftest import Office

TODAY = date(2026, 11, 20)


def rows(office: Office, listing: Listing, query: ListQuery) -> list[Any]:
    return list(page_of(office.session, listing, query).rows)


def test_clients_stand_with_their_accounts_connections_and_last_bill(office: Office) -> None:
    query = ListQuery()

    assert [("C-1", 1, 1, date(2026, 11, 10)), ("C-2", 1, 1, date(2026, 11, 12))] == [
        (row.number, row.accounts, row.connections, row.last_bill)
        for row in rows(office, customers.clients(office.kilo, query, TODAY), query)
    ]


@pytest.mark.parametrize(("text", "numbers"), [("wanjiku", ["C-1"]), ("c-2@example", ["C-2"]), ("zoe", [])])
def test_clients_are_found_by_name_and_address_and_only_ones_own(office: Office, text: str, numbers: list[str]) -> None:
    query = ListQuery(text=text)

    assert numbers == [row.number for row in rows(office, customers.clients(office.kilo, query, TODAY), query)]


def test_an_account_owes_what_the_ledger_says(office: Office) -> None:
    query = ListQuery()

    assert [("A-1", "postpaid", Decimal(130), Decimal(0)), ("A-2", "prepaid", Decimal(0), Decimal(0))] == [
        (row.number, row.mode, row.outstanding, row.credit)
        for row in rows(office, customers.accounts(office.kilo, query, TODAY), query)
    ]


@pytest.mark.parametrize(
    ("filters", "numbers"),
    [({"mode": ("prepaid",)}, ["A-2"]), ({"client": ("C-1",)}, ["A-1"]), ({"currency": ("KES",)}, ["A-1"])],
)
def test_accounts_are_filtered(office: Office, filters: dict[str, tuple[str, ...]], numbers: list[str]) -> None:
    query = ListQuery(filters=filters)

    assert numbers == [row.number for row in rows(office, customers.accounts(office.kilo, query, TODAY), query)]


def test_a_connection_stands_with_its_meter_and_tariff_of_today(office: Office) -> None:
    query = ListQuery(filters={"site": ("Lake House",)})
    (row,) = rows(office, customers.connections(office.kilo, query, TODAY), query)

    assert ("K-1", "Amina Wanjiku", "M-1", "Tariff K-1", "active", "postpaid") == (
        row.number, row.tenant, row.meter, row.tariff, row.state, row.mode,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("filters", "text", "numbers"),
    [
        ({"state": ("ended", "future")}, "", []),
        ({"account": ("A-2",)}, "", ["K-2"]),
        ({"mode": ("prepaid",)}, "", ["K-2"]),
        ({}, "m-1", ["K-1"]),
    ],
)
def test_connections_are_filtered_and_found_by_their_meter(
    office: Office, filters: dict[str, tuple[str, ...]], text: str, numbers: list[str]
) -> None:
    query = ListQuery(text=text, filters=filters)

    assert numbers == [row.number for row in rows(office, customers.connections(office.kilo, query, TODAY), query)]


def test_a_connection_that_begins_later_is_a_future_one(office: Office) -> None:
    query = ListQuery(filters={"state": ("future",)})

    assert 2 == len(rows(office, customers.connections(office.kilo, query, date(2024, 12, 31)), query))
