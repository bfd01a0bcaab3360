from datetime import date
from decimal import Decimal

import pytest

from cloud_service.store.lists.invoices import invoice_row, invoices
from cloud_service.store.lists.paging import ListQuery, Page, page_of
from cloud_service.store.lookups.ids_by_name import invoice_id
from cloud_service.store.scope import Scope
from common.errors import NotFoundError
from tests.cloud_service.store.conftest import Office

TODAY = date(2026, 11, 20)
D = Decimal


def listed(office: Office, scope: Scope, query: ListQuery, today: date = TODAY) -> Page:
    return page_of(office.session, invoices(scope, query, today), query)


def test_the_newest_stand_first_with_what_came_in_and_what_is_open(office: Office) -> None:
    rows = listed(office, office.kilo, ListQuery()).rows

    assert [
        ("INV-3", D(10), D(0), "paid"), ("INV-2", D(20), D(30), "part"), ("INV-1", D(0), D(100), "overdue"),
    ] == [(row.number, row.received, row.outstanding, row.state) for row in rows]  # fmt: skip


def test_sums_are_in_local_currency_by_the_rate_of_each_invoice(office: Office) -> None:
    sums = listed(office, office.kilo, ListQuery(size=1)).sums

    assert (D(1650), D(130), "KES", 1) == (
        sums["total_local"], sums["outstanding_local"], sums["local_currency"], sums["currencies"],
    )  # fmt: skip
    assert 1_580_250 == sums["energy"]


@pytest.mark.parametrize(
    ("filters", "numbers"),
    [
        ({"status": ("paid", "overdue")}, ["INV-3", "INV-1"]),
        ({"status": ("nonsense",)}, ["INV-3", "INV-2", "INV-1"]),
        ({"from": ("2026-11-01",), "to": ("2026-11-10",)}, ["INV-2"]),
        ({"account": ("A-2",)}, ["INV-3"]),
        ({"client": ("C-1",)}, ["INV-2", "INV-1"]),
        ({"currency": ("EUR",)}, ["INV-3"]),
        ({"number": ("INV-1",)}, ["INV-1"]),
        ({"mode": ("prepaid",)}, []),
    ],
)
def test_each_filter_leaves_what_fits_it(
    office: Office, filters: dict[str, tuple[str, ...]], numbers: list[str]
) -> None:
    assert numbers == [row.number for row in listed(office, office.kilo, ListQuery(filters=filters)).rows]


@pytest.mark.parametrize(("text", "numbers"), [("amina", ["INV-2", "INV-1"]), ("inv-3", ["INV-3"]), ("a-2", ["INV-3"])])
def test_names_numbers_and_accounts_are_found_in_any_case(office: Office, text: str, numbers: list[str]) -> None:
    assert numbers == [row.number for row in listed(office, office.kilo, ListQuery(text=text)).rows]


def test_nobody_sees_what_is_not_theirs(office: Office) -> None:
    assert ["ZET-1"] == [row.number for row in listed(office, office.zeta, ListQuery()).rows]
    assert ["INV-2", "INV-1"] == [row.number for row in listed(office, office.amina, ListQuery()).rows]
    assert [] == listed(office, Scope(frozenset()), ListQuery()).rows


def test_an_invoice_is_overdue_from_the_day_after_its_due_date(office: Office) -> None:
    one = ListQuery(filters={"number": ("ZET-1",)})

    assert ["open", "overdue"] == [
        listed(office, office.zeta, one, day).rows[0].state for day in (date(2026, 11, 26), date(2026, 11, 27))
    ]


def test_the_row_of_one_invoice_is_found_or_said_to_be_missing(office: Office) -> None:
    assert "Zoe Zorn" == invoice_row(office.session, invoice_id(office.session, "ZET-1"), TODAY).tenant
    with pytest.raises(NotFoundError, match="no such bill"):
        invoice_row(office.session, 0, TODAY)
