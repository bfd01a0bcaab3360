"""Move-out, empty flat, next tenant, credit and new bill with a mouse: at a desk, on a telephone, without script."""

import os
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import Engine

from tests.browser.axe import violations
from tests.browser.conftest import Site, faults, serve
from tests.cloud_service.web.conftest import Console
from tests.scenarios.letting_office import PASSWORD, LettingOffice, open_office, reckoned

TOO_WIDE = """
document.documentElement.scrollWidth <= innerWidth ? [] :
  [...document.querySelectorAll("main *")].filter((e) => e.getBoundingClientRect().right > innerWidth + 1)
    .slice(0, 3).map((e) => e.outerHTML.slice(0, 90))
"""
PICTURES = os.environ.get("PICTURES", "")  # a folder to look at what was walked


@dataclass
class Office:
    """The letting office being served."""

    office: LettingOffice
    site: Site


@pytest.fixture
def let(engine: Engine, database_url: str, chromium: Browser) -> Iterator[Office]:
    office = open_office(engine, database_url)
    for site in serve(Console(office.app, engine, {}), chromium):
        yield Office(office, site)


def sign_in(page: Page) -> None:
    page.goto("/sign-in")
    page.fill("#email", "billing@hof.example")
    page.fill("#password", PASSWORD)
    page.click("button[name=submit]")
    page.wait_for_url(lambda url: "/sign-in" not in url)


@dataclass
class Walker:
    """One person; each page that is reached is looked at."""

    page: Page
    scripts: bool
    seen: int = 0

    def look(self, name: str) -> None:
        """Nothing is wrong with the page: accessibility, policy, width."""
        self.page.wait_for_load_state()
        if self.scripts:
            assert [] == self.page.evaluate(TOO_WIDE), name
            assert [] == violations(self.page), name
            assert [] == faults(self.page), name
        if PICTURES:
            self.seen += 1
            width = self.page.viewport_size["width"] if self.page.viewport_size else 0
            self.page.screenshot(path=f"{PICTURES}/{width}-{self.scripts}-{self.seen:02d}-{name}.png", full_page=True)

    def menu(self, label: str) -> None:
        """A page of the menu, by its address in the menu: on a telephone it is folded."""
        link = self.page.locator(".side a", has_text=label).first
        self.page.goto(str(link.get_attribute("href")))

    def follow(self, label: str) -> None:
        self.page.get_by_role("link", name=label, exact=True).first.click()

    def fill(self, **typed: str) -> None:
        for name, value in typed.items():
            field = self.page.locator(f'[name="{name.replace("__", ".")}"]').first
            if field.evaluate("field => field.tagName") == "SELECT":
                field.select_option(value)
            else:
                field.fill(value)

    def press(self, label: str) -> None:
        self.page.get_by_role("button", name=label).first.click()


@pytest.mark.parametrize(
    ("width", "scripts", "dark"), [(1440, True, False), (320, True, True), (1024, False, False)],
    ids=["desk", "telephone in the dark", "without script"],
)  # fmt: skip
def test_from_a_move_out_to_the_next_tenants_new_bill(let: Office, width: int, *, scripts: bool, dark: bool) -> None:
    page = let.site.person(
        width=width, java_script_enabled=scripts, color_scheme="dark" if dark else "light"
    )  # fmt: skip
    page.on("dialog", lambda dialog: dialog.accept())
    office, walker = let.office, Walker(page, scripts)
    sign_in(page)
    for name, account in (("Ada", "A-1"), ("Owner", "A-9"), ("Ben", "A-2")):
        walker.menu("Clients")
        walker.follow("New client")
        walker.fill(name=name, account_number=account, currency="EUR")
        walker.press("Add the client")
    walker.menu("Connections")
    walker.follow("New connection")
    walker.fill(
        new_point="Flat 1", site="Hof", serial="M-1", register="import", opening="100", number="V-1", account="A-1",
        tariff="home", day="2026-10-01",
    )  # fmt: skip
    walker.look("move-in")
    walker.press("Add the connection")
    walker.look("connection")

    office.at("2026-11-20")
    walker.follow("Move out")
    walker.fill(
        day="2026-10-20", closing__import="160", street="New Street 5", postcode="20095", city="Hamburg", country="DE"
    )
    walker.look("move-out")
    walker.press("End the connection")
    expect(page.get_by_text("V-1 ends on 2026-10-20.")).to_be_visible()
    walker.look("moved-out")
    walker.follow("Let the owner pay")
    walker.fill(account="A-9", tariff="home")
    walker.look("vacancy")
    walker.press("Let the owner pay")
    walker.menu("Connections")
    walker.follow("V-1")
    expect(page.get_by_text("the owner, while empty").first).to_be_visible()
    walker.follow("Next tenant")
    walker.fill(account="A-2", tariff="home", number="V-2", day="2026-11-01")
    walker.press("Add the connection")
    for at, index in (("2026-11-01T00:00", "164"), ("2026-11-11T00:00", "264")):
        _read(walker, "V-2", at, index)
    office.work()
    _open(walker, "V-2")
    walker.follow("Move out")
    walker.fill(day="2026-11-11")
    walker.press("End the connection")
    walker.follow("Make the final bill")
    walker.look("final-bill")
    walker.press("Rate it")
    page.wait_for_url("**/runs/*")
    office.work()
    page.reload()
    walker.look("run")
    walker.press("Approve and issue")
    expect(page.get_by_text("Approved: the bills are being issued.")).to_be_visible()
    office.work()
    _open(walker, "V-2")
    page.locator('main a[href^="/bills/"]', has_text="INV-").first.click()
    expect(page.locator(".total")).to_contain_text(reckoned("100", 10))
    page.locator("details.more summary").click()
    walker.look("bill")
    walker.follow("Credit and bill anew")
    walker.look("rebill-same")
    walker.follow("M-1")
    page.locator("main a.btn-small", has_text="Correct").first.click()
    walker.fill(value="224", reason="misread")
    walker.press("Keep the correction")
    page.check("[name=confirmed]")
    walker.press("Keep the correction")
    _open(walker, "V-2")
    page.locator('main a[href^="/bills/"]', has_text="INV-").first.click()
    page.locator("details.more summary").click()
    walker.follow("Credit and bill anew")
    expect(page.locator(".kpis")).to_contain_text(reckoned("60", 10))
    walker.look("rebill")
    walker.fill(reason="misread")
    walker.press("Issue both")
    walker.look("rebilled")
    walker.follow("Open INV-2026-00002")
    expect(page.locator(".total")).to_contain_text(reckoned("60", 10))
    walker.look("new-bill")


def _open(walker: Walker, number: str) -> None:
    walker.menu("Connections")
    walker.follow(number)


def _read(walker: Walker, number: str, at: str, index: str) -> None:
    _open(walker, number)
    walker.page.locator('main a[href^="/meters/"]').first.click()
    walker.follow("Enter a reading")
    walker.fill(at=at, value=index, reason="read")
    walker.press("Keep the reading")
    if walker.page.locator("[name=confirmed]").count():
        walker.page.check("[name=confirmed]")
        walker.press("Keep the reading")
