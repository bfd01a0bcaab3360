"""A real Chromium on the real application: Debian's program, no browser is downloaded."""

import itertools
import os
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
from werkzeug.serving import make_server

from tests.cloud_service.web.conftest import (  # noqa: F401 - fixtures are found by their names
    Console,
    _quick_hashes,
    _shared_console,
    console,
    fresh,
    operator_database,
)
from tests.cloud_service.web.operator_rows import PASSWORD
from tests.programs import find_program, missing_text

CHROMIUM = os.environ.get("CHROMIUM") or find_program("chromium") or find_program("chromium-browser") or ""
VIOLATIONS = """
window.violations = [];
document.addEventListener(
  "securitypolicyviolation", (e) => window.violations.push(e.violatedDirective + " " + e.blockedURI));
"""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """All of these need Chromium; where it is absent they say so."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.slow)
            if not CHROMIUM:
                item.add_marker(pytest.mark.skip(reason=missing_text("chromium")))


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """One browser for all tests."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


_people = itertools.count(1)


@dataclass
class Site:
    """The application being served, and people who look at it."""

    url: str
    browser: Browser
    console: Console
    contexts: list[BrowserContext] = field(default_factory=list)

    def person(self, who: str = "", *, width: int = 1440, height: int = 900, **options: Any) -> Page:
        """A page of its own context; `who` is signed in, every console error and CSP violation is kept."""
        address = {"X-From": f"10.1.{len(self.contexts)}.{next(_people) % 250}"}
        context = self.browser.new_context(
            extra_http_headers=address, viewport={"width": width, "height": height}, base_url=self.url, **options
        )
        self.contexts.append(context)
        context.add_init_script(VIOLATIONS)
        page = context.new_page()
        page.set_default_timeout(20_000)
        notes: list[str] = []
        page.faults = notes  # type: ignore[attr-defined]  # the tests' own notebook
        page.on("pageerror", lambda error: notes.append(str(error)))
        page.on("console", lambda said: notes.append(said.text) if said.type == "error" else None)
        if who:
            sign_in(page, who)
        return page


def sign_in(page: Page, who: str) -> None:
    page.goto("/sign-in")
    domain = "kilo.example" if who in ("admin", "billing", "support", "auditor") else "example.com"
    page.fill("#email", f"{who}@{domain}")
    page.fill("#password", PASSWORD)
    page.click("button[name=submit]")
    page.wait_for_url(lambda url: "/sign-in" not in url)


def faults(page: Page) -> list[str]:
    """What the browser complained of on this page."""
    return [*page.faults, *page.evaluate("window.violations ?? []")]  # type: ignore[attr-defined]


def from_many_addresses(app: Any) -> Any:
    """Each person comes from an address of their own, since tries to sign in are counted by address."""

    def come(environ: dict[str, Any], start: Any) -> Any:
        environ["REMOTE_ADDR"] = environ.get("HTTP_X_FROM", "127.0.0.1")
        return app(environ, start)

    return come


def serve(console: Console, browser: Browser) -> Iterator[Site]:  # noqa: F811 - the fixture of that name
    server = make_server("127.0.0.1", 0, from_many_addresses(console.app), threaded=True)
    thread = threading.Thread(target=server.serve_forever, name="site")
    thread.start()
    site = Site(f"http://127.0.0.1:{server.port}", browser, console)
    try:
        yield site
    finally:
        for context in site.contexts:
            context.close()
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def site(console: Console, chromium: Browser) -> Iterator[Site]:  # noqa: F811 - the fixture of that name
    """The shared operator, looked at."""
    yield from serve(console, chromium)


@pytest.fixture
def fresh_site(fresh: Console, chromium: Browser) -> Iterator[Site]:  # noqa: F811 - the fixture of that name
    """An operator of the test's own."""
    yield from serve(fresh, chromium)
