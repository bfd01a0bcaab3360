"""The joined application: what its settings make of it."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from sqlalchemy import Engine, create_engine
from werkzeug.middleware.proxy_fix import ProxyFix

from cloud_service.app import create_app
from cloud_service.settings import Settings

LOCAL = Settings("postgresql://", "postgresql://", "k" * 40)


@pytest.fixture
def nowhere() -> Iterator[Engine]:
    """An engine that is never connected."""
    engine = create_engine("postgresql+psycopg://127.0.0.1:1/nothing")
    yield engine
    engine.dispose()


def test_cookies_are_for_our_site_over_tls_only_where_we_are_reached_so(database_url: str) -> None:
    settings = Settings(
        database_url=database_url, owner_url=database_url, secret_key="k" * 40, public_url="https://bills.example",
        payment_provider="",
    )  # fmt: skip
    app = create_app(settings)
    answer = app.test_client().get("/sign-in", base_url="https://bills.example")
    app.extensions["engine"].dispose()

    cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith("__Host-energy=")
    assert {"Secure", "HttpOnly", "SameSite=Lax", "Path=/"} <= set(cookie.split("; "))
    assert "max-age=31536000" in answer.headers["Strict-Transport-Security"]


def test_a_proxys_word_is_taken_only_where_there_is_one(nowhere: Engine) -> None:
    assert not isinstance(create_app(LOCAL, nowhere).wsgi_app, ProxyFix)
    assert isinstance(create_app(replace(LOCAL, proxies=1), nowhere).wsgi_app, ProxyFix)


def test_bills_can_be_paid_only_where_a_provider_is_set_up(nowhere: Engine) -> None:
    assert "pay_link" not in create_app(LOCAL, nowhere).extensions
    assert "pay_link" in create_app(replace(LOCAL, payment_provider="simulated", demo=True), nowhere).extensions


def test_without_a_database_it_lives_and_is_not_ready(nowhere: Engine) -> None:
    client = create_app(LOCAL, nowhere).test_client()

    assert (200, 503) == (client.get("/healthz").status_code, client.get("/readyz").status_code)
