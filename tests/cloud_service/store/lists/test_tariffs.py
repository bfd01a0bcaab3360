from datetime import date

from cloud_service.store.lists.paging import ListQuery, page_of
from cloud_service.store.lists.tariffs import tariffs
from tests.cloud_service.store.conftest import Office


def test_a_tariff_stands_with_its_versions_and_the_connections_it_prices_today(office: Office) -> None:
    query = ListQuery(text="t-k")
    rows = page_of(office.session, tariffs(office.kilo, query, date(2026, 11, 20)), query).rows

    assert [("T-K-1", 1, date(2025, 1, 1), 1), ("T-K-2", 1, date(2025, 1, 1), 1)] == [
        (row.code, row.versions, row.current_since, row.connections) for row in rows
    ]


def test_before_its_first_day_a_tariff_prices_nothing(office: Office) -> None:
    query = ListQuery()
    rows = page_of(office.session, tariffs(office.zeta, query, date(2024, 12, 31)), query).rows

    assert [("T-K-3", None, 0)] == [(row.code, row.current_since, row.connections) for row in rows]
