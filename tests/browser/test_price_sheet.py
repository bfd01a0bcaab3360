"""A price sheet is filled as a spreadsheet is, and says what a month costs while it is typed."""

import os

import pytest

from tests.browser.axe import violations
from tests.browser.conftest import Site


@pytest.mark.parametrize(("theme", "width"), [("light", 1440), ("dark", 390)])
def test_the_month_is_worked_out_while_prices_are_typed(site: Site, theme: str, width: int) -> None:
    page = site.person("billing", width=width, color_scheme=theme, reduced_motion="reduce")
    page.goto("/tariffs/sheet")
    page.get_by_label("Name of the tariff").fill("Residential 2026")
    page.get_by_role("radio", name="Steps").check()
    for row, (start, end, price) in enumerate((("", "30", "12.22"), ("40", "", "16.30"))):
        page.locator(f"#c-steps-{row}-start").fill(start)
        page.locator(f"#c-steps-{row}-end").fill(end)
        page.locator(f"#c-steps-{row}-price").fill(price)
    page.locator("#c-items-0-label").fill("Fixed charge")
    page.locator("#c-items-0-price").fill("150")
    page.locator("#c-taxes-0-percent").fill("16")
    page.keyboard.press("Tab")
    page.get_by_text("nothing covers 30 to 40 kWh", exact=False).first.wait_for()

    page.locator("#c-steps-1-start").fill("30")
    page.keyboard.press("Tab")
    page.get_by_text("3,435.46").first.wait_for()  # (30 × 12.22 + 150 × 16.30 + 150) × 1.16

    assert [] == violations(page)
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    page.locator("#c-steps-1-start").fill("40")
    page.get_by_role("button", name="Keep the tariff").click()
    page.locator("#e-steps-1-start").wait_for()
    assert [] == violations(page)
    assert [] == page.evaluate("window.violations")


@pytest.mark.parametrize(("theme", "width"), [("light", 1440), ("dark", 390)])
def test_the_counters_of_a_meter_have_a_price_each(site: Site, theme: str, width: int) -> None:
    page = site.person("billing", width=width, color_scheme=theme, reduced_motion="reduce")
    page.goto("/tariffs/sheet")
    page.get_by_label("Name of the tariff").fill("Economy 7")
    page.get_by_role("radio", name="A price for each counter").check()
    assert not page.locator("#c-hours-0-price").is_visible()
    assert "import_day" == page.locator("#c-counters-0-counter").input_value()
    page.locator("#c-counters-0-price").fill("30")
    page.locator("#c-counters-1-price").fill("15")
    page.locator("#c-taxes-0-percent").fill("5")
    page.keyboard.press("Tab")
    page.get_by_text("4,819.50").first.wait_for()  # (126 × 30 + 54 × 15) × 1.05

    assert page.get_by_text("Counted by 70 % Day, 30 % Night.").is_visible()
    assert [] == violations(page)
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    if folder := os.environ.get("PICTURES"):
        page.screenshot(path=f"{folder}/counters-{theme}-{width}.png", full_page=True)
    assert [] == page.evaluate("window.violations")
