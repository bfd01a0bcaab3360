import re
from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.routing import Rule

from cloud_service.app import create_app
from cloud_service.settings import Settings
from cloud_service.web.access import policy_of
from tests.cloud_service.web.conftest import Console

PROVIDERS_CALL = {"webhooks.receive"}  # signed by the provider, so they carry no token of ours
UNSAFE = {"POST", "PUT", "PATCH", "DELETE"}


def routes(app: Flask) -> Iterator[Rule]:
    yield from app.url_map.iter_rules()


def address(rule: Rule, console: Console) -> str:
    """An address of the route with ids that exist."""
    known = {
        "clients": "Amina", "accounts": "A-1", "connections": "K-1", "meters": "M-1", "gateways": "gw-K-1",
        "points": "Lake House 1", "tariffs": "T-K-1", "payments": "R-1",
    }  # fmt: skip
    name = known.get(rule.rule.split("/")[1], "INV-1")
    path = rule.rule.replace("<uuid:public_id>", str(console.ids[name])).replace("<kind>", "invoice_pdf")
    for what in ("site", "entity"):
        path = path.replace(f"<uuid:{what}_public_id>", str(console.ids[what]))
    return re.sub(r"<[^>]+>", "x", path)


def test_every_route_declares_who_may_call_it(console: Console) -> None:
    forgotten = [rule.endpoint for rule in routes(console.app) if policy_of(console.app, rule.endpoint) is None]

    assert [] == forgotten


def test_a_route_without_a_policy_is_refused(fresh: Console) -> None:
    fresh.app.add_url_rule("/forgotten", "forgotten", lambda: "open to all")

    assert policy_of(fresh.app, "forgotten") is None
    assert 403 == fresh.sign_in("root").get("/forgotten").status_code


def test_a_stranger_is_asked_to_sign_in_wherever_it_is_not_public(console: Console) -> None:
    stranger = console.visitor()
    for rule in routes(console.app):
        policy = policy_of(console.app, rule.endpoint)
        if policy is None or policy.public or "GET" not in (rule.methods or ()):
            continue
        answer = stranger.get(address(rule, console))

        assert (302, True) == (answer.status_code, answer.location.startswith("/sign-in")), rule.rule


def test_no_unsafe_method_works_without_a_token(fresh: Console) -> None:
    root = fresh.sign_in("root")
    tried = 0
    for rule in routes(fresh.app):
        for method in UNSAFE & set(rule.methods or ()):
            if rule.endpoint in PROVIDERS_CALL:
                continue
            answer = root.open(address(rule, fresh), method=method, data={"name": "x"})
            tried += 1

            assert answer.status_code in (400, 404), (method, rule.rule, answer.status_code)
            if policy_allows(fresh, rule):
                assert "This form has expired" in answer.text, (method, rule.rule)

    assert tried > 20


def policy_allows(console: Console, rule: Rule) -> bool:
    """Whether an administrator gets as far as the token."""
    policy = policy_of(console.app, rule.endpoint)
    return policy is not None and "portal" not in policy.needs


PAGES = (
    "/dashboard", "/bills", "/payments", "/runs", "/runs/new", "/prepaid", "/reports/ageing", "/clients", "/accounts",
    "/connections", "/tariffs", "/meters", "/gateways", "/support", "/audit", "/users", "/settings", "/search?q=amina",
    "/clients/new", "/connections/new", "/tariffs/new", "/shared", "/dunning", "/reports/revenue", "/settings/rates",
    "/help", "/me", "/me/password", "/me/second-factor", "/nowhere",
)  # fmt: skip


@pytest.mark.parametrize("path", [*PAGES, "/healthz", "/static/console.css", "/bills.csv"])
def test_every_answer_has_the_headers_that_keep_browsers_safe(console_root: FlaskClient, path: str) -> None:
    headers = console_root.get(path).headers
    policy = headers["Content-Security-Policy"]

    assert "unsafe" not in policy
    assert "default-src 'none'" in policy
    assert "script-src 'self';" in policy
    assert "style-src 'self';" in policy
    assert "frame-ancestors 'none'" in policy
    assert ("nosniff", "DENY", "same-origin") == (
        headers["X-Content-Type-Options"],
        headers["X-Frame-Options"],
        headers["Referrer-Policy"],
    )


@pytest.mark.parametrize("path", PAGES)
def test_no_page_has_script_or_style_inside_or_anything_from_elsewhere(console_root: FlaskClient, path: str) -> None:
    page = console_root.get(path).text

    assert [] == re.findall(r"<style|<script(?![^>]*\bsrc=)[^>]*>", page)
    assert [] == re.findall(r"<[^>]+\s(?:style|on[a-z]+)=", page)
    assert [] == re.findall(r'(?:src|href)="(?:https?:)?//[^"]*"', page)
    assert [] == re.findall(r"hx-on|hx-vals=.js:|hx-trigger=\"[^\"]*\[", page)


def test_pages_of_people_are_not_kept_by_browsers_and_files_are(console: Console, admin: FlaskClient) -> None:
    assert "no-store" == admin.get("/bills").headers["Cache-Control"]
    sheet = re.search(r'href="(/static/console.css\?v=[^"]+)"', admin.get("/bills").text)
    assert sheet is not None
    assert "immutable" in console.visitor().get(sheet[1]).headers["Cache-Control"]


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


def test_it_is_alive_without_a_database_and_ready_only_with_one(console: Console) -> None:
    assert {"status": "ready"} == console.visitor().get("/readyz").json
    url = "postgresql://nobody@127.0.0.1:1/nothing?connect_timeout=1"
    down = create_app(Settings(database_url=url, owner_url=url, secret_key="k" * 40, payment_provider="")).test_client()

    assert {"status": "ok"} == down.get("/healthz").json
    answer = down.get("/readyz")
    assert 503 == answer.status_code
    assert answer.json is not None
    assert "refused" in answer.json["reason"]


def test_an_error_is_a_page_for_people_and_json_for_programs(console: Console, admin: FlaskClient) -> None:
    assert "There is no such page" in admin.get("/nowhere").text
    as_json = admin.get("/nowhere", headers={"Accept": "application/json"}).json
    assert as_json is not None
    assert as_json == {"error": {"code": "404", "hint": as_json["error"]["hint"], "message": "There is no such page"}}


def test_an_unforeseen_fault_tells_nothing_of_its_inside(fresh: Console) -> None:
    from cloud_service.web.access import public

    @public
    def breaks() -> str:
        raise ValueError("secret number 4711")

    fresh.app.config["TESTING"] = False
    fresh.app.add_url_rule("/breaks", "breaks", breaks)
    answer = fresh.visitor().get("/breaks")

    assert 500 == answer.status_code
    assert "Something went wrong here" in answer.text
    assert "4711" not in answer.text
