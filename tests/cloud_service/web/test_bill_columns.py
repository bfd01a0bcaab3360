from typing import Any

from flask.testing import FlaskClient

from cloud_service.web.bill_columns import COLUMNS, SHORT
from tests.cloud_service.web.conftest import Console
from tests.cloud_service.web.pages import csv_rows


def test_the_file_has_the_columns_in_the_operators_own_words(admin: FlaskClient) -> None:
    rows = csv_rows(admin.get("/bills.csv").text)

    assert [str(column.label) for column in COLUMNS] == list(rows[0])
    assert "BILL NO" in rows[0]


def test_number_and_tenant_lead_to_their_pages(console: Console) -> None:
    class Row:
        public_id = console.ids["INV-1"]
        client_public_id = console.ids["Amina"]

    links: dict[str, Any] = {column.key: column.link for column in COLUMNS if column.link}
    with console.app.test_request_context():
        assert f"/bills/{Row.public_id}" == links["number"](Row)
        assert f"/clients/{Row.client_public_id}" == links["tenant"](Row)


def test_beside_other_things_the_list_is_short_and_not_sorted() -> None:
    assert all(column.on_screen and not column.sortable for column in SHORT)
