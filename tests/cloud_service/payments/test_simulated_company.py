"""The simulated company's pages and API, by Flask's own client; its webhooks against a server on loopback."""

import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask import Flask, Response, request
from flask.testing import FlaskClient
from werkzeug.serving import make_server

from cloud_service.payments import signature
from cloud_service.payments.company_books import CompanyBooks
from cloud_service.payments.simulated_company import Messenger, create_company

NOW = datetime(2026, 11, 2, 12, 0, tzinfo=UTC)
KEY = {"Authorization": "Bearer key"}
TERMS = {
    "reference": "INV-1", "description": "Energy", "amount": "118.29", "currency": "EUR",
    "return_url": "https://energy.example/back",
}  # fmt: skip


@pytest.fixture
def books(tmp_path: Path) -> Iterator[CompanyBooks]:
    books = CompanyBooks(tmp_path / "payments.sqlite", lambda: NOW)
    yield books
    books.close()


@pytest.fixture
def client(books: CompanyBooks) -> FlaskClient:
    return create_company(books, "key", "https://pay.example").test_client()


def test_who_has_not_the_key_is_turned_away(client: FlaskClient) -> None:
    assert [401, 401, 401] == [
        client.post("/v1/links", json=TERMS).status_code,
        client.get("/v1/links/link_1", headers={"Authorization": "Bearer other"}).status_code,
        client.get("/v1/settlements").status_code,
    ]


def test_a_link_leads_to_a_page_whose_buttons_lead_back_to_the_shop(client: FlaskClient) -> None:
    link = client.post("/v1/links", json=TERMS, headers=KEY).get_json()
    page = client.get(f"/pay/{link['id']}")
    answer = client.post(f"/pay/{link['id']}", data={"answer": "pay"})

    assert f"https://pay.example/pay/{link['id']}" == link["url"]
    assert b"118.29" in page.data
    assert (303, "https://energy.example/back") == (answer.status_code, answer.headers["Location"])
    assert "paid" == client.get(f"/v1/links/{link['id']}", headers=KEY).get_json()["state"]


def test_pages_load_nothing_from_elsewhere_and_are_not_kept(client: FlaskClient) -> None:
    headers = client.get("/pay/unknown").headers

    assert "no-store" == headers["Cache-Control"]
    assert headers["Content-Security-Policy"].startswith("default-src 'none'")


@pytest.mark.parametrize(
    ("changes", "status"),
    [({"return_url": "javascript:alert(1)"}, 400), ({"amount": "much"}, 400), ({"amount": "0"}, 400)],
)
def test_terms_that_make_no_sense_are_refused(client: FlaskClient, changes: dict[str, str], status: int) -> None:
    assert status == client.post("/v1/links", json=TERMS | changes, headers=KEY).status_code


def test_an_unknown_link_is_not_found_and_a_refund_of_too_much_a_conflict(
    client: FlaskClient, books: CompanyBooks
) -> None:
    payment = books.pay(books.add_link(TERMS, "")["id"])["payment"]

    assert 404 == client.get("/v1/links/link_1", headers=KEY).status_code
    assert 409 == client.post("/v1/refunds", json={"payment": payment, "amount": "200"}, headers=KEY).status_code


@pytest.mark.parametrize(("status", "left"), [(204, 0), (503, 1)])
def test_an_event_is_told_with_a_right_signature_until_the_shop_answers_2xx(
    books: CompanyBooks, status: int, left: int
) -> None:
    shop, calls = Flask("shop"), []

    @shop.post("/webhooks")
    def hear() -> Response:
        signature.check("secret", request.get_data(), request.headers[signature.HEADER], NOW)
        calls.append(request.get_json()["type"])
        return Response(status=status)

    server = make_server("127.0.0.1", 0, shop, threaded=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    books.pay(books.add_link(TERMS, "")["id"])
    Messenger(books, f"http://127.0.0.1:{server.server_port}/webhooks", "secret", lambda: NOW).tell_all()
    server.shutdown()
    thread.join()
    server.server_close()
    waiting = books._db.execute("SELECT count(*) FROM event WHERE NOT taken").fetchone()[0]

    assert (["payment.paid"], left) == (calls, waiting)
