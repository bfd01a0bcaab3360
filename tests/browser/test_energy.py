"""Energy over a span, from the menu to the meter: with script, without, on a telephone and at 320 pixels."""

import pytest
from playwright.sync_api import expect

from tests.browser.axe import violations
from tests.browser.conftest import Site, faults

DAYS = "from=2026-11-17&to=2026-11-19"


def test_from_the_menu_to_a_site_its_meters_and_a_gap(site: Site) -> None:
    page = site.person("billing")
    page.goto("/dashboard")
    page.get_by_role("link", name="Data readings").first.click()
    page.get_by_role("link", name="Energy", exact=True).click()
    page.get_by_label("From").fill("2026-11-17")
    page.get_by_label("Up to and with").fill("2026-11-20")
    page.get_by_role("button", name="Show").click()
    expect(page.locator(".list-card tbody")).to_contain_text("82.7 % measured")

    page.get_by_role("link", name="Lake House").click()
    expect(page.locator(".list-card tbody")).to_contain_text("Amina Wanjiku")
    expect(page.get_by_label("View by")).to_have_value("meter")
    page.get_by_label("View by").select_option("client")
    page.wait_for_url("**by=client**")
    expect(page.locator(".list-card tbody")).to_contain_text("Amina Wanjiku")

    page.get_by_role("link", name="1 gap").first.click()
    expect(page.locator(".list-card tbody")).to_contain_text("20 Nov 2026")
    page.get_by_role("link", name="Estimate the gap of meter-M-1").click()
    assert "from=2026-11-20&to=2026-11-20" in page.url
    assert [] == faults(page)


def test_a_span_by_name_goes_before_days_that_were_typed(site: Site) -> None:
    page = site.person("billing")
    page.goto(f"/meters/energy?{DAYS}")
    page.get_by_label("Span").select_option("week")
    page.wait_for_url("**span=week**")

    expect(page.get_by_label("From")).to_have_value("")
    expect(page.locator(".legend")).to_contain_text("Nov 16")


@pytest.mark.parametrize(("width", "script"), [(320, True), (390, False), (1440, True)])
def test_nothing_leaves_the_page_at_any_width_or_breaks_a_rule(site: Site, width: int, *, script: bool) -> None:
    page = site.person("billing", width=width, java_script_enabled=script)
    for path in (f"/meters/energy?by=meter&{DAYS}", "/meters/energy?span=last_year", f"/meters/energy/gaps?{DAYS}"):
        page.goto(path)
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), (path, width)
        if script:
            assert ([], []) == (violations(page), faults(page))


def test_without_script_the_filters_are_sent_by_their_button(site: Site) -> None:
    page = site.person("billing", java_script_enabled=False)
    page.goto(f"/meters/energy?{DAYS}")
    page.get_by_label("View by").select_option("utility")
    page.get_by_role("button", name="Show").click()

    expect(page.locator(".list-card tbody")).to_contain_text("144.0")
