"""An open bill of earlier books is taken over, looked at and taken back; a large sheet shows how far it is."""

import os
import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.axe import violations
from tests.browser.conftest import Site, faults

ROWS = 230


def picture(page: Page, name: str) -> None:
    """For somebody who wants to look: PICTURES names a folder."""
    if folder := os.environ.get("PICTURES"):
        page.screenshot(path=str(Path(folder) / f"{name}.png"), full_page=True)


@pytest.mark.parametrize(("width", "scheme"), [(1440, "light"), (390, "dark")])
def test_an_old_bill_is_taken_over_and_taken_back(fresh_site: Site, width: int, scheme: str) -> None:
    page = fresh_site.person("admin", width=width, height=900, color_scheme=scheme)
    page.goto("/accounts")
    page.get_by_role("link", name="A-1", exact=True).first.click()
    page.get_by_role("link", name="Take over an open item").click()
    page.get_by_label("Amount").fill("150")
    page.get_by_label("Its number").fill("2025/0815")
    page.get_by_label("Paid so far").fill("30")
    picture(page, f"take-over-form-{scheme}")
    assert [] == violations(page)
    page.get_by_role("button", name="Take it over").click()
    expect(page.get_by_text("is taken over")).to_be_visible()
    picture(page, f"take-over-account-{scheme}")

    page.get_by_role("link", name="2025/0815").first.click()
    expect(page.get_by_role("heading", name="Taken over from earlier books")).to_be_visible()
    picture(page, f"take-over-bill-{scheme}")
    assert [] == violations(page)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.once("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="Take back").click()
    if (confirm := page.get_by_role("button", name=re.compile("Yes|OK|Do it|Take"))).first.is_visible():
        confirm.first.click()
    expect(page.get_by_text("2025/0815 is taken back")).to_be_visible()
    assert [] == faults(page)


def test_a_large_sheet_shows_how_far_it_is(fresh_site: Site, tmp_path: Path) -> None:
    sheet = tmp_path / "large.csv"
    sheet.write_text("Site;Flat\n" + "".join(f"Dock;Flat {n}\n" for n in range(ROWS)))
    page = fresh_site.person("admin", width=390, height=800, color_scheme="dark")
    page.goto("/imports")
    page.get_by_label("Sheet", exact=True).set_input_files(sheet)
    page.get_by_role("button", name="Look at it").click()
    expect(page.get_by_text(f"{ROWS} rows")).to_be_visible()
    picture(page, "import-progress")
    assert [] == violations(page)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
