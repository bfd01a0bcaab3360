"""A round on a telephone: without network entries wait, with it they are sent, once; without script forms do."""

from playwright.sync_api import expect

from tests.browser.axe import violations
from tests.browser.conftest import Site, faults
from tests.cloud_service.web.operator_rows import NOW
from tests.cloud_service.web.pages import database_value

COUNT = "SELECT count(*) FROM reading"


def there(site: Site) -> str:
    return f"/rounds/{site.console.ids['site']}"


def test_an_entry_without_network_waits_and_is_sent_once_when_there_is_one(fresh_site: Site) -> None:
    page = fresh_site.person("billing", width=390, height=844)
    page.clock.set_fixed_time(NOW)
    page.goto(there(fresh_site))
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    page.reload()
    assert ([], []) == (violations(page), faults(page))
    page.context.set_offline(True)
    page.get_by_label("Index, kWh").fill("318.742")
    page.get_by_role("button", name="Keep and next").click()

    expect(page.locator("#round-waiting")).to_contain_text("1 still on this phone")
    assert 0 == database_value(fresh_site.console, COUNT)
    page.reload()  # the page itself is there without network, and what waits too
    expect(page.locator("#round-waiting")).to_contain_text("1 still on this phone")
    page.context.set_offline(False)
    expect(page.locator("#round-waiting")).to_be_hidden()
    expect(page.locator(".stop-state").first).to_have_text("Kept")
    assert 318_742 == database_value(fresh_site.console, "SELECT value FROM reading")

    page.reload()
    expect(page.locator(".round-state")).to_contain_text("1 of 1 done")
    page.locator("summary").first.click()
    page.get_by_label("Index, kWh").fill("300")
    page.get_by_role("button", name="Keep and next").click()
    expect(page.get_by_text("Outside of what is usual.")).to_be_visible()
    page.get_by_label("It is right all the same").check()
    page.get_by_role("button", name="Keep and next").click()
    expect(page.locator(".stop-state").first).to_have_text("Kept")
    assert 2 == database_value(fresh_site.console, COUNT)


def test_without_script_a_meters_form_is_sent_by_itself(fresh_site: Site) -> None:
    page = fresh_site.person("billing", width=390, height=844, java_script_enabled=False)
    page.goto(there(fresh_site))
    page.get_by_label("Index, kWh").fill("12.5")
    page.get_by_role("button", name="Keep and next").click()

    expect(page.get_by_text("1 of 1 done")).to_be_visible()
    assert 12_500 == database_value(fresh_site.console, "SELECT value FROM reading")
