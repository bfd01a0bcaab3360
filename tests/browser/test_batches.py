"""Many rows at once and columns of one's own, in a browser: by mouse, by keyboard, on a phone, without script."""

import os
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.browser.axe import violations
from tests.browser.conftest import Site, faults


def picture(page: Page, name: str) -> None:
    """For somebody who wants to look: PICTURES names a folder."""
    if folder := os.environ.get("PICTURES"):
        page.screenshot(path=str(Path(folder) / f"{name}.png"), full_page=True)


def test_bills_are_ticked_checked_and_sent_again(fresh_site: Site) -> None:
    page = fresh_site.person("billing")
    page.goto("/bills")
    page.get_by_label("Tick INV-1").check()
    page.get_by_label("Tick INV-2").check()
    expect(page.get_by_text("2 ticked")).to_be_visible()
    picture(page, "bills-ticked")
    page.get_by_label("What to do with the ticked rows").select_option("Send again")
    page.get_by_role("button", name="Next").click()
    picture(page, "batch-form")
    page.get_by_role("button", name="Check first").click()
    expect(page.get_by_text("2 can be done")).to_be_visible()
    picture(page, "batch-checked")
    assert [] == violations(page)
    page.get_by_role("button", name="Do it for 2 rows").click()
    expect(page.get_by_text("2 done")).to_be_visible()
    picture(page, "batch-done")
    page.get_by_role("link", name="Earlier ones").click()
    expect(page.get_by_role("link", name="Send again")).to_be_visible()
    picture(page, "batches")
    assert [] == violations(page)
    assert [] == faults(page)


def test_connections_are_closed_on_a_phone_without_script_and_a_refused_one_says_why(fresh_site: Site) -> None:
    page = fresh_site.person("admin", width=390, height=800, color_scheme="dark", java_script_enabled=False)
    page.goto("/connections")
    picture(page, "connections-phone-dark")
    page.get_by_label("All 2 connections of this list").check()
    page.get_by_label("What to do with the ticked rows").select_option("Close")
    page.get_by_role("button", name="Next").click()
    page.get_by_label("First day without supply").fill("2026-11-10")
    page.get_by_role("button", name="Check first").click()
    expect(page.get_by_text("1 can be done, 1 is refused")).to_be_visible()
    picture(page, "batch-phone-dark")
    page.get_by_role("button", name="Do it for 1 row").click()
    expect(page.get_by_text("1 done, 1 refused")).to_be_visible()


def test_columns_are_chosen_and_ordered_and_kept_for_the_person_alone(fresh_site: Site) -> None:
    page = fresh_site.person("billing")
    page.goto("/bills")
    page.get_by_text("Columns", exact=True).click()
    page.get_by_label("TENANT NAME", exact=True).uncheck()
    page.get_by_label("Account", exact=True).check()
    page.get_by_label("Place of Account").fill("1")
    page.get_by_label("Rows a page").select_option("100")
    picture(page, "columns")
    assert [] == violations(page)
    page.get_by_role("button", name="Keep", exact=True).click()
    heads = page.locator("th[scope=col]").all_inner_texts()
    picture(page, "columns-kept")

    assert ["Account", "BILL NO"] == [head.strip() for head in heads[1:3]]
    assert "TENANT NAME" not in heads
    colleague = fresh_site.person("admin")
    colleague.goto("/bills")
    assert "TENANT NAME" in [head.strip() for head in colleague.locator("th[scope=col]").all_inner_texts()]
    page.get_by_text("Columns", exact=True).click()
    page.get_by_role("button", name="As for everybody").click()
    assert "TENANT NAME" in [head.strip() for head in page.locator("th[scope=col]").all_inner_texts()]
    assert [] == faults(page)


def test_lists_with_ticks_fit_and_are_accessible(fresh_site: Site) -> None:
    page = fresh_site.person("root")
    for path in ("/bills", "/accounts", "/clients", "/meters", "/users"):
        page.goto(path)
        picture(page, f"list-{path.strip('/')}")
        assert [] == violations(page), path
    phone = fresh_site.person("root", width=390, height=800)
    for path in ("/bills", "/users", "/batches"):
        phone.goto(path)
        assert phone.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
        assert [] == violations(phone), path
