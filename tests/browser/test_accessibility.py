"""WCAG 2.2 AA as far as a machine can see it: every page, light and dark, left to right and right to left."""

import pytest

from tests.browser.axe import violations
from tests.browser.conftest import Site
from tests.browser.test_walk import DETAILS, PORTAL_PAGES, STAFF_PAGES, filled
from tests.cloud_service.web.console.receivables.test_bank_statement import FILE


@pytest.mark.parametrize(
    ("theme", "language", "width"),
    [("light", "en", 1440), ("light", "ar", 1440), ("dark", "en", 390)],
)
@pytest.mark.parametrize("who", ["root", "amina"])
def test_no_page_breaks_a_rule(site: Site, who: str, theme: str, language: str, width: int) -> None:
    page = site.person(who, width=width, color_scheme=theme, locale=language, reduced_motion="reduce")
    broken = {}
    for path in (*STAFF_PAGES, *DETAILS) if who == "root" else PORTAL_PAGES:
        page.goto(filled(path, site))
        if found := violations(page):
            broken[path] = found

    assert {} == broken


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_nor_does_the_sign_in_or_an_error_or_the_palette(site: Site, theme: str) -> None:
    stranger = site.person(color_scheme=theme)
    stranger.goto("/sign-in")
    assert [] == violations(stranger)

    page = site.person("admin", color_scheme=theme)
    page.goto("/nowhere")
    assert [] == violations(page)
    page.goto("/bills")
    page.keyboard.press("/")
    page.keyboard.type("amina")
    page.locator("#palette-found a").first.wait_for()
    assert [] == violations(page)


@pytest.mark.parametrize(("theme", "width"), [("light", 1440), ("dark", 390)])
def test_nor_does_a_bank_statement_that_was_looked_at(site: Site, theme: str, width: int) -> None:
    page = site.person("billing", width=width, color_scheme=theme)
    page.goto("/payments/statement")
    page.set_input_files("#f-file", {"name": "november.xml", "mimeType": "text/xml", "buffer": FILE})
    page.get_by_role("button", name="Look at it").click()
    page.get_by_label("Account for line 2").wait_for()

    assert [] == violations(page)
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
