"""Providers' calls through the real application: forged ones change nothing, true ones book once in any order."""

import itertools
import json
import random
import threading
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session
from werkzeug.serving import make_server

from cloud_service.app import create_app
from cloud_service.flow.issue import issue
from cloud_service.flow.rate import rate_contracts
from cloud_service.payments import signature
from cloud_service.payments.company_books import CompanyBooks
from cloud_service.payments.simulated_company import Messenger, create_company
from cloud_service.settings import Settings
from cloud_service.store.invoicing.invoice_rows import Issued
from common.period import Span
from tests.books.world import World, build

OCTOBER = Span(date(2026, 10, 1), date(2026, 11, 1))
KEY, SECRET = "key-of-the-test", "webhook-secret-of-the-test"


@dataclass
class Shop:
    """The application, the company and one issued invoice of 118.29 EUR."""

    client: FlaskClient
    books: CompanyBooks
    engine: Engine
    invoice: Issued

    def one(self, query: str) -> Any:
        with self.engine.connect() as connection:
            return connection.execute(text(query)).scalar()

    def to_pay(self) -> str:
        """The payer follows the link of the bill; the company's name of the page."""
        answer = self.client.get(f"/pay/{self.invoice.public_id}/go")
        assert answer.status_code == 303, answer.text
        return str(answer.headers["Location"]).rpartition("/")[2]

    def call(self, body: bytes, header: str | None = None) -> int:
        header = signature.sign(SECRET, body, datetime.now(UTC)) if header is None else header
        return self.client.post("/webhooks/simulated", data=body, headers={signature.HEADER: header}).status_code

    def bodies(self) -> list[bytes]:
        return [body for _, body in self.books.due_events()]

    def left(self) -> Decimal:
        return Decimal(
            self.one(
                "SELECT i.total - coalesce(sum(a.amount), 0) FROM invoice i"
                " LEFT JOIN allocation a ON a.invoice_id = i.id GROUP BY i.id"
            )
        )


def serve(app: Any) -> Any:
    server = make_server("127.0.0.1", 0, app, threaded=True)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    return server


@pytest.fixture
def shop(session: Session, engine: Engine, tmp_path: Path) -> Iterator[Shop]:
    world = build(session, tenants=1)
    world.readings(world.registers[0], OCTOBER)
    (issued,) = bill(world)
    books = CompanyBooks(tmp_path / "payments.sqlite", lambda: datetime.now(UTC))
    company = serve(create_company(books, KEY))
    settings = Settings(
        "", "", "s" * 32, payment_provider="simulated",
            payment_url=f"http://127.0.0.1:{company.server_port}", payment_secret=KEY,
        payment_webhook_secret=SECRET, demo=True,
    )  # fmt: skip
    app = create_app(settings, engine)
    yield Shop(app.test_client(), books, engine, issued)
    company.shutdown()
    company.server_close()
    books.close()


def bill(world: World) -> list[Issued]:
    outcomes = rate_contracts(world.session, world.contracts, OCTOBER)
    issued = issue(world.session, [o.rated for o in outcomes if o.rated], bill_date=date(2026, 11, 2), author="test")
    world.session.commit()
    return issued


def test_a_payer_follows_the_bill_s_link_pays_and_the_bill_is_settled(shop: Shop) -> None:
    page = shop.client.get(f"/pay/{shop.invoice.public_id}").text
    assert "118.29" in page

    link = shop.to_pay()
    assert "118.29" == shop.books.link(link)["amount"]
    shop.books.pay(link)
    assert [200] == [shop.call(body) for body in shop.bodies()]

    assert Decimal(0) == shop.left()
    assert Decimal("118.29") == shop.one("SELECT amount FROM payment")
    assert "Paid" in shop.client.get(f"/pay/{shop.invoice.public_id}").text


def test_the_same_link_leads_to_the_same_page_while_the_amount_stays(shop: Shop) -> None:
    assert shop.to_pay() == shop.to_pay()
    assert 1 == shop.one("SELECT count(*) FROM payment_request")


def test_a_paid_bill_leads_to_no_page(shop: Shop) -> None:
    shop.books.pay(shop.to_pay())
    [shop.call(body) for body in shop.bodies()]

    assert 409 == shop.client.get(f"/pay/{shop.invoice.public_id}/go").status_code


def test_nobody_learns_anything_from_a_guessed_address(shop: Shop) -> None:
    assert 404 == shop.client.get(f"/pay/{uuid.uuid4()}").status_code
    assert "Tenant 1" not in shop.client.get(f"/pay/{shop.invoice.public_id}").text


def forged(body: bytes) -> dict[str, tuple[bytes, str]]:
    now = datetime.now(UTC)
    right = signature.sign(SECRET, body, now)
    return {
        "altered body": (body.replace(b"118.29", b"999.99"), right),
        "altered time": (body, right.replace("t=1", "t=2", 1)),
        "other secret": (body, signature.sign("guess", body, now)),
        "stale": (body, signature.sign(SECRET, body, now - timedelta(seconds=301))),
        "from the future": (body, signature.sign(SECRET, body, now + timedelta(seconds=360))),
        "no signature": (body, ""),
        "nonsense": (body, "t=x,v1=y"),
    }


def test_forged_altered_and_stale_calls_are_refused_and_change_nothing(shop: Shop) -> None:
    shop.books.pay(shop.to_pay())
    (body,) = shop.bodies()

    for why, (content, header) in forged(body).items():
        assert 400 == shop.call(content, header), why
    assert 0 == shop.one("SELECT count(*) FROM payment_event")
    assert 0 == shop.one("SELECT count(*) FROM payment")


def test_a_signed_body_that_is_no_event_is_refused(shop: Shop) -> None:
    assert 400 == shop.call(b"{}")
    assert 400 == shop.call(b"\xff")


def test_other_providers_and_other_methods_are_not_found(shop: Shop) -> None:
    assert 404 == shop.client.post("/webhooks/stripe", data=b"{}").status_code
    assert 405 == shop.client.get("/webhooks/simulated").status_code


def story(shop: Shop) -> list[bytes]:
    """A payment of 118.29, then refunds of 50.00 and 18.29: three events."""
    link = shop.to_pay()
    payment = shop.books.pay(link)["payment"]
    shop.books.add_refund(payment, Decimal("50.00"), "r1")
    shop.books.add_refund(payment, Decimal("18.29"), "r2")
    return shop.bodies()


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
def test_ten_deliveries_in_any_order_book_once(shop: Shop, order: tuple[int, ...]) -> None:
    bodies = story(shop)
    for _ in range(10):
        for at in order:
            assert shop.call(bodies[at]) in (200, 503)  # 503: a refund before its payment, to be sent again

    assert [Decimal("-50.00"), Decimal("-18.29"), Decimal("118.29")] == amounts(shop)
    assert Decimal("68.29") == shop.left()
    assert Decimal(0) == shop.one("SELECT sum(amount) FROM ledger_line")


def amounts(shop: Shop) -> list[Decimal]:
    with shop.engine.connect() as connection:
        return [row.amount for row in connection.execute(text("SELECT amount FROM payment ORDER BY amount"))]


def test_many_copies_at_the_same_moment_book_once(shop: Shop) -> None:
    bodies = story(shop) * 6
    random.Random(1).shuffle(bodies)
    answers: list[int] = []
    callers = [threading.Thread(target=lambda body=body: answers.append(shop.call(body))) for body in bodies]
    for caller in callers:
        caller.start()
    for caller in callers:
        caller.join()
    for body in bodies:
        shop.call(body)

    assert set(answers) <= {200, 503}
    assert 3 == shop.one("SELECT count(*) FROM payment")
    assert Decimal("68.29") == shop.left()


def test_the_company_tells_until_it_is_heard(shop: Shop, tmp_path: Path) -> None:
    shop.books.pay(shop.to_pay())
    answers = iter([503, 200])
    heard: list[bytes] = []

    def webhook(environ: Any, start: Callable[..., Any]) -> list[bytes]:
        heard.append(environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"])))
        start(f"{next(answers)} x", [("Content-Length", "0")])
        return []

    server = serve(webhook)
    now = [datetime.now(UTC)]
    shop.books._clock = lambda: now[0]
    messenger = Messenger(shop.books, f"http://127.0.0.1:{server.server_port}/", SECRET, lambda: now[0])
    messenger.tell_all()
    messenger.tell_all()  # too early for another try
    now[0] += timedelta(seconds=2)
    messenger.tell_all()
    now[0] += timedelta(seconds=200)
    messenger.tell_all()
    server.shutdown()
    server.server_close()

    assert 2 == len(heard)
    assert heard[0] == heard[1]
    assert "payment.paid" == json.loads(heard[0])["type"]


def test_a_prepaid_account_is_topped_up_by_its_lasting_address(shop: Shop, owner: Any) -> None:
    account = shop.one("SELECT public_id FROM account")
    assert 404 == shop.client.get(f"/top-up/{account}").status_code
    owner.execute("UPDATE account_mode SET mode = 'prepaid'")
    page = shop.client.get(f"/top-up/{account}")
    assert "A1" in page.text
    assert "Tenant 1" not in page.text
    assert f"/top-up/{account}/go?amount=50" in shop.client.get(f"/top-up/{account}?amount=50").text

    answer = shop.client.get(f"/top-up/{account}/go?amount=50")
    shop.books.pay(answer.headers["Location"].rpartition("/")[2])
    assert [200] == [shop.call(body) for body in shop.bodies()]

    assert ("top_up", Decimal("50.00")) == (
        shop.one("SELECT kind FROM payment"),
        shop.one("SELECT amount FROM payment"),
    )
    assert Decimal("68.29") == shop.left()


@pytest.mark.parametrize("amount", ["", "x", "-5", "0", "0.001", "1e999999", "NaN"])
def test_what_is_no_amount_tops_nothing_up(shop: Shop, owner: Any, amount: str) -> None:
    account = shop.one("SELECT public_id FROM account")
    owner.execute("UPDATE account_mode SET mode = 'prepaid'")

    assert 422 == shop.client.get(f"/top-up/{account}/go", query_string={"amount": amount}).status_code
    assert 0 == shop.one("SELECT count(*) FROM payment_request")
