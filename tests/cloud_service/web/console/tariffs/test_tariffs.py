from flask.testing import FlaskClient
from sqlalchemy import text

from cloud_service.store.database.session import transaction
from tests.cloud_service.web.conftest import Console
from tests.cloud_service.web.pages import csv_rows, text_of

NEXT_VERSION = (
    "INSERT INTO tariff_version (tariff_id, during, document, hash) SELECT id, '[2027-01-01,)', :document, :hash"
    " FROM tariff WHERE code = 'T-K-1'"
)


def test_the_list_knows_the_valid_version_and_who_is_supplied_by_it(admin: FlaskClient) -> None:
    rows = csv_rows(admin.get("/tariffs.csv").text)

    assert [("T-K-1", "KES", "1", "2025-01-01", "1"), ("T-K-2", "EUR", "1", "2025-01-01", "1")] == [
        (row["Code"], row["Currency"], row["Versions"], row["Valid version since"], row["ACTIVE CONNECTIONS"])
        for row in rows
    ]


def test_a_tariff_is_found_by_code_and_name(admin: FlaskClient) -> None:
    for query in ("T-K-2", "tariff k-2"):
        assert ["T-K-2"] == [row["Code"] for row in csv_rows(admin.get(f"/tariffs.csv?q={query}").text)], query


def test_its_versions_stand_with_their_days_the_newest_first(fresh: Console) -> None:
    with transaction(fresh.engine) as session:
        session.execute(text("UPDATE tariff_version SET during = '[2025-01-01,2027-01-01)'"))
        session.execute(text(NEXT_VERSION), {"document": '{"name": "Tariff of 2027"}', "hash": "cd" * 32})
    page = text_of(fresh.sign_in("admin").get(f"/tariffs/{fresh.ids['T-K-1']}").text)

    assert "From 2027-01-01 not billed yet · cdcdcdcdcdcd Future name Tariff of 2027" in page
    assert page.index("Tariff of 2027") < page.index("From 2025-01-01 up to 2027-01-01")
    assert "abababababab Active" in page
