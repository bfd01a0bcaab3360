from cloud_service.app import create_app
from cloud_service.settings import Settings


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
