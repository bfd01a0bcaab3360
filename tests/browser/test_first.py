"""The link of the first administrator: its code goes from the address into the form, and is seen by nobody else."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from cloud_service.flow.first_administrator import offer_link
from cloud_service.store.database.session import transaction
from tests.browser.axe import violations
from tests.browser.conftest import Site, faults, serve
from tests.cloud_service.web.conftest import console_on
from tests.cloud_service.web.operator_rows import NOW

WORDS = "four quiet words here"


@pytest.fixture
def empty_site(database_url: str, chromium: Browser) -> Iterator[Site]:
    """An installation in which nobody can sign in yet."""
    console = console_on(database_url, {})
    yield from serve(console, chromium)
    console.engine.dispose()


def code_of(site: Site) -> str:
    with transaction(site.console.engine) as session:
        return offer_link(session, NOW, actor="test")


def fill(page: Page) -> None:
    page.get_by_label("Your name").fill("Mary Kamau")
    page.get_by_label("E-mail").fill("mary@example.com")
    page.get_by_label("Password", exact=True).fill(WORDS)
    page.get_by_label("Password again").fill(WORDS)


@pytest.mark.parametrize(("theme", "width"), [("light", 1440), ("dark", 320)])
def test_the_link_leads_to_a_signed_in_administrator_and_leaves_no_code_in_the_address(
    empty_site: Site, theme: str, width: int
) -> None:
    page = empty_site.person(width=width, color_scheme=theme)
    code = code_of(empty_site)
    page.goto(f"/first#{code}")

    assert code == page.locator("#code").input_value()
    assert not page.locator("#code").is_visible()
    assert f"{empty_site.url}/first" == page.url
    assert [] == violations(page)
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    fill(page)
    page.get_by_role("button", name="Start").click()
    page.wait_for_url("**/setup")
    assert [] == faults(page)


def test_without_script_the_code_is_typed(empty_site: Site) -> None:
    page = empty_site.person(java_script_enabled=False)
    code = code_of(empty_site)
    page.goto("/sign-in")
    page.get_by_role("link", name="First administrator").click()
    page.get_by_label("Code from the terminal").fill(code)
    fill(page)
    page.get_by_role("button", name="Start").click()

    page.wait_for_url("**/setup")


def test_a_link_that_is_no_longer_good_shows_its_code_field_with_the_reason(empty_site: Site) -> None:
    page = empty_site.person()
    code_of(empty_site)
    page.goto("/first#an-older-code")
    fill(page)
    page.get_by_role("button", name="Start").click()

    page.get_by_text("This code is used, too old or not of this installation").wait_for()
    assert page.locator("#code").is_visible()
    assert [] == violations(page)
