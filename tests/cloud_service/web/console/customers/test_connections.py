from flask.testing import FlaskClient
from sqlalchemy import text

from cloud_service.store.database.session import transaction
from tests.cloud_service.web.conftest import Console
from tests.cloud_service.web.pages import csv_rows, text_of


def test_the_list_joins_point_meter_account_and_tariff(admin: FlaskClient) -> None:
    first = csv_rows(admin.get("/connections.csv").text)[0]

    assert ("K-1", "Amina Wanjiku", "A-1", "Lake House", "Lake House 1", "M-1", "Tariff K-1", "active") == (
        first["Connection"], first["TENANT NAME"], first["Account"], first["Site"], first["Service point"],
        first["Meter"], first["Tariff"], first["State"],
    )  # fmt: skip


def test_a_connection_is_found_by_tenant_place_and_meter(admin: FlaskClient) -> None:
    for query in ("bakery", "Lake Shop", "M-2"):
        numbers = [row["Connection"] for row in csv_rows(admin.get(f"/connections.csv?q={query}").text)]
        assert ["K-2"] == numbers, query


def test_what_has_ended_or_begins_later_stands_under_its_state(fresh: Console) -> None:
    with transaction(fresh.engine) as session:
        session.execute(text("UPDATE contract SET during = '[2025-01-01,2026-11-20)' WHERE number = 'K-1'"))
        session.execute(text("UPDATE contract SET during = '[2026-11-21,)' WHERE number = 'K-2'"))
    admin = fresh.sign_in("admin")

    assert [("K-1", "2026-11-20")] == [
        (row["Connection"], row["Until"]) for row in csv_rows(admin.get("/connections.csv?state=ended").text)
    ]
    assert ["K-2"] == [row["Connection"] for row in csv_rows(admin.get("/connections.csv?state=future").text)]
    assert [] == csv_rows(admin.get("/connections.csv?state=active").text)


def test_a_connection_shows_its_meters_and_tariffs_through_time(console: Console, admin: FlaskClient) -> None:
    page = admin.get(f"/connections/{console.ids['K-1']}").text

    assert "meter-M-1 M-1 1 Jan 2025 now 1" in text_of(page)
    assert "Tariff K-1 Supply 2025-01-01 open" in text_of(page)
    for name, section in (("M-1", "meters"), ("T-K-1", "tariffs"), ("Lake House 1", "points")):
        assert f'href="/{section}/{console.ids[name]}"' in page, name
