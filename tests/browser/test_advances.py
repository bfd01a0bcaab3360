"""What a connection pays in advance, in a browser: agreed, issued, looked at; on a phone without a script."""

import os
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from cloud_service.store.database.session import transaction
from tests.books.world import build
from tests.browser.axe import violations
from tests.browser.conftest import Site, faults
from tests.cloud_service.web.operator_rows import NOW

MONTH = NOW.date().replace(day=1)


def picture(page: Page, name: str) -> None:
    """For somebody who wants to look: PICTURES names a folder."""
    if folder := os.environ.get("PICTURES"):
        page.screenshot(path=str(Path(folder) / f"{name}.png"), full_page=True)


@pytest.mark.parametrize(("width", "scheme", "script"), [(1440, "light", True), (390, "dark", False)])
def test_an_amount_is_agreed_and_billed(fresh_site: Site, width: int, scheme: str, script: bool) -> None:
    with transaction(fresh_site.console.engine) as session:
        world = build(session)
        world.serial = 900
        world.tenant("Grace Otieno", start=MONTH)
    page = fresh_site.person("root", width=width, height=900, color_scheme=scheme, java_script_enabled=script)
    page.on("dialog", lambda dialog: dialog.accept())
    page.goto("/connections?q=V901")
    page.get_by_role("link", name="V901").first.click()
    page.get_by_role("link", name="In advance").click()
    page.get_by_label("Amount each period").fill("85.50")
    page.get_by_label("From", exact=True).first.fill(MONTH.isoformat())
    page.get_by_role("button", name="Agree").click()
    page.goto("/bills/advances")
    picture(page, f"advances-due-{width}")
    page.get_by_role("button", name="Issue them").click()
    expect(page.get_by_text("1 advance bill is issued.")).to_be_visible()
    if script:
        assert [] == violations(page)
    page.get_by_role("link", name="V901").first.click()
    picture(page, f"advance-{width}")
    expect(page.get_by_role("heading", name="Advance bills")).to_be_visible()
    if script:
        assert [] == violations(page)
    assert [] == faults(page)
