"""Providers' calls through the real application: forged ones change nothing, true ones book once in any order."""

import itertools
import json
import random
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from cloud_service.payments import signature
from cloud_service.payments.simulated_company import Messenger
from tests.cloud_service.web.shop import SECRET, Shop, serve


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
    assert 0 == shop.value("SELECT count(*) FROM payment_event")
    assert 0 == shop.value("SELECT count(*) FROM payment")


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
    assert Decimal(0) == shop.value("SELECT sum(amount) FROM ledger_line")


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
    assert 3 == shop.value("SELECT count(*) FROM payment")
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
