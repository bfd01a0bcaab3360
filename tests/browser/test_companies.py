"""Companies, their bank accounts and printed bills: seen by a person and by axe."""

import pytest
from sqlalchemy import text

from cloud_service.store.database.session import transaction
from tests.browser.axe import violations
from tests.browser.conftest import Site, faults

PAGES = (
    "/settings", "/settings/entities/new", "/settings/entities/{entity}/bank?scheme=ke",
    "/settings/entities/{entity}/bank/{account}", "/bills/print",
)  # fmt: skip


@pytest.mark.parametrize(("theme", "width"), [("light", 1440), ("dark", 390)])
def test_no_page_of_companies_and_of_the_post_breaks_a_rule(fresh_site: Site, theme: str, width: int) -> None:
    with transaction(fresh_site.console.engine) as session:
        session.execute(text("INSERT INTO postal_delivery (invoice_id) SELECT id FROM invoice WHERE number <> 'INV-3'"))
    page = fresh_site.person("root", width=width, color_scheme=theme, reduced_motion="reduce")
    broken = {}
    for path in PAGES:
        page.goto(path.format(**fresh_site.console.ids))
        narrow = page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
        if found := [*violations(page), *faults(page), *([] if narrow else ["too wide"])]:
            broken[path] = found

    assert {} == broken


def test_a_british_account_is_typed_without_a_script(fresh_site: Site) -> None:
    page = fresh_site.person("root", java_script_enabled=False)
    page.goto("/settings")
    page.get_by_role("link", name="Add", exact=True).first.click()
    page.get_by_role("link", name="United Kingdom").click()
    page.get_by_label("Sort code").fill("12-34-56")
    page.get_by_label("Account number").fill("12345678")
    page.get_by_label("Currency", exact=True).fill("GBP")
    page.get_by_role("button", name="Add the account").click()

    page.get_by_text("12-34-56").wait_for()
