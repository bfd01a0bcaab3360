"""What is on no bill, and a bill on which later ones rest, in a browser: by mouse, in the dark, on a phone."""

import os
from dataclasses import replace
from datetime import date
from pathlib import Path

from playwright.sync_api import Page, expect
from sqlalchemy import text

from cloud_service.flow.customers.contract import move_out
from cloud_service.store.database.session import transaction
from cloud_service.store.invoicing import pending_lines
from cloud_service.store.invoicing.pending_lines import NewLine
from common.period import Span
from tests.browser.axe import violations
from tests.browser.conftest import Site, faults
from tests.cloud_service.flow.surplus import NOVEMBER, OCTOBER, SEPTEMBER, forget, less_surplus, roof, run
from tests.cloud_service.store.invoicing.test_pending_lines import share


def picture(page: Page, name: str) -> None:
    """For somebody who wants to look: PICTURES names a folder."""
    if folder := os.environ.get("PICTURES"):
        page.screenshot(path=str(Path(folder) / f"{name}.png"), full_page=True)


def three_tenants(site: Site) -> None:
    """One's October lacks a day, one left in October and has a share to pay, one's surplus was smaller."""
    with transaction(site.console.engine) as session:
        world = roof(session)
        world.serial = 900
        world.tenant("Grace Otieno", start=SEPTEMBER.start)
        world.tenant("Peter Kamau", start=SEPTEMBER.start)
        session.execute(
            text("INSERT INTO register (meter_id, name, direction, unit, kind)"
                 " SELECT meter_id, 'export', 'export', 'kWh', 'index' FROM register WHERE id = ANY(:ids)"),
            {"ids": world.registers[1:]},
        )  # fmt: skip
        for register in world.registers[1:]:
            world.readings(register, Span(SEPTEMBER.start, NOVEMBER.end))
            world.readings(register + 2, Span(SEPTEMBER.start, NOVEMBER.end), wh=0)
        move_out(session, world.contracts[2], date(2026, 10, 16), author="t")
        forget(replace(world, registers=world.registers[1:2]), date(2026, 10, 5))
    for month in (SEPTEMBER, OCTOBER):  # a run is a transaction of its own
        with transaction(site.console.engine) as session:
            run(replace(world, session=session), month)
    with transaction(site.console.engine) as session:
        line = share("100.00", label="Stairs, cleaning", end=date(2026, 10, 16))
        pending_lines.add(
            session, [NewLine(world.contracts[2], "stairs", "EUR", line)], reason="Stairs 2026", author="t"
        )
        less_surplus(replace(world, session=session))


def test_what_is_on_no_bill_is_seen_and_dealt_with(fresh_site: Site) -> None:
    three_tenants(fresh_site)
    page = fresh_site.person("root")
    page.goto("/bills")
    page.get_by_role("link", name="Not billed").click()
    expect(page.get_by_text("Grace Otieno").first).to_be_visible()
    picture(page, "unbilled")
    assert [] == violations(page)
    page.on("dialog", lambda dialog: dialog.accept())
    row = page.get_by_role("row").filter(has_text="Stairs, cleaning")
    row.get_by_role("button", name="Bill now").click()
    expect(page.get_by_text("is issued")).to_be_visible()
    page.get_by_role("link", name="Open the bill").click()
    picture(page, "lines-alone")
    expect(page.get_by_text("Stairs, cleaning").first).to_be_visible()
    assert [] == faults(page)


def test_it_is_read_on_a_phone_in_the_dark_without_a_script(fresh_site: Site) -> None:
    three_tenants(fresh_site)
    page = fresh_site.person("root", width=390, height=800, color_scheme="dark", java_script_enabled=False)
    page.goto("/bills/unbilled")
    picture(page, "unbilled-phone-dark")
    assert page.viewport_size is not None
    row = page.get_by_role("row").filter(has_text="Grace Otieno").first
    row.get_by_label("Why the days of").first.fill("meter was stolen")
    row.get_by_role("button", name="Leave unbilled").first.click()
    expect(page.get_by_text("Left unbilled on purpose")).to_be_visible()


def test_later_bills_are_shown_before_they_are_billed_anew(fresh_site: Site) -> None:
    three_tenants(fresh_site)
    with transaction(fresh_site.console.engine) as session:
        bill = session.execute(text("SELECT public_id FROM invoice WHERE number = 'INV-2026-00001'")).scalar_one()
    page = fresh_site.person("root")
    page.goto(f"/bills/{bill}/rebill")
    expect(page.get_by_text("Later bills that rest on it")).to_be_visible()
    picture(page, "rebill-later")
    assert [] == violations(page)
    assert [] == faults(page)
