from decimal import Decimal

import pytest
from sqlalchemy import func, literal_column, select, text
from sqlalchemy.orm import Session

from cloud_service.store.customers.tables import Client
from cloud_service.store.lists.paging import ROWS_MAX, Listing, ListQuery, Page, all_of, contains, page_of
from tests.cloud_service.store.conftest import Office

CLIENTS = Listing(
    select(Client.number, Client.name), {"number": Client.number, "name": Client.name}, ("number", False), Client.id,
    {"accounts": func.count()},
)  # fmt: skip


def numbers(page: Page) -> list[str]:
    return [row.number for row in page.rows]


def test_a_page_holds_its_rows_and_the_count_and_sums_of_all(office: Office) -> None:
    page = page_of(office.session, CLIENTS, ListQuery(page=2, size=2))

    assert (["C-3"], 3, 2, 2, {"accounts": 3}) == (numbers(page), page.count, page.page, page.pages, page.sums)


@pytest.mark.parametrize(("asked", "given"), [(0, 1), (-3, 1), (9, 2)])
def test_a_page_beyond_the_ends_is_the_nearest(office: Office, asked: int, given: int) -> None:
    assert given == page_of(office.session, CLIENTS, ListQuery(page=asked, size=2)).page


def test_no_page_has_more_rows_than_allowed(office: Office) -> None:
    assert ROWS_MAX == page_of(office.session, CLIENTS, ListQuery(size=10**6)).size


def test_a_list_is_sorted_as_asked_and_by_its_own_order_where_the_column_is_unknown(office: Office) -> None:
    by_name = ListQuery(sort="name", descending=True)

    assert ["C-3", "C-2", "C-1"] == numbers(page_of(office.session, CLIENTS, by_name))
    assert ["C-1", "C-2", "C-3"] == numbers(page_of(office.session, CLIENTS, ListQuery(sort="1; DROP TABLE client")))


def test_rows_that_are_equal_by_the_sort_never_appear_twice(office: Office) -> None:
    same = Listing(CLIENTS.query, {"same": literal_column("1")}, ("same", False), Client.id)
    pages = [numbers(page_of(office.session, same, ListQuery(page=page, size=1))) for page in (1, 2, 3)]

    assert [["C-1"], ["C-2"], ["C-3"]] == pages


def test_a_file_gets_every_row(office: Office) -> None:
    assert ["C-1", "C-2", "C-3"] == [row.number for row in all_of(office.session, CLIENTS, ListQuery(size=1))]


@pytest.mark.parametrize(
    ("typed", "matches"), [("50%", True), (" 50% ", True), ("5_%", False), ("\\", False), ("5%%", False)]
)
def test_signs_of_like_mean_themselves(session: Session, typed: str, matches: bool) -> None:
    found = session.execute(text("SELECT 'a 50% share' LIKE :pattern"), {"pattern": contains(typed)}).scalar()

    assert matches is found


def test_the_first_value_of_a_filter_counts() -> None:
    query = ListQuery(filters={"site": ("Lake House", "Hof")})

    assert ("Lake House", "") == (query.value_of("site"), query.value_of("mode"))
    assert 1 == Page([], 0, 1, 25, {"sum": Decimal(0)}).pages
