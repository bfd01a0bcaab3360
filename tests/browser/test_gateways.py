"""A gateway is registered, looked at and revoked with a mouse; its meter is hung up from its page."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from cloud_service.settings import GatewayAccessSettings
from tests.browser.axe import violations
from tests.browser.conftest import Site, faults
from tests.cloud_service.web.console.metering.test_gateway_forms import announce, refuse


@pytest.fixture
def page(fresh_site: Site, tmp_path: Path) -> Page:
    """An administrator's page; the broker is the embedded one."""
    access = GatewayAccessSettings(broker="mqtt://127.0.0.1:18830", password_folder=tmp_path)
    object.__setattr__(fresh_site.console.app.extensions["settings"], "gateway_access", access)
    return fresh_site.person("admin")


def is_sound(page: Page) -> bool:
    assert [] == violations(page)
    assert [] == faults(page)
    return True


def test_a_gateway_is_registered_and_revoked_with_a_mouse(page: Page, tmp_path: Path) -> None:
    page.on("dialog", lambda dialog: dialog.accept())
    page.goto("/gateways")
    page.click("text=Add a gateway")
    page.fill("#f-name", "gw-new")
    page.select_option("#f-site", "Lake House")
    page.click("text=Register and show the password")
    expect(page.locator("#password")).to_have_text((tmp_path / "gw-new").read_text())
    assert is_sound(page)
    page.click("text=I have kept the password")
    page.click("table >> text=gw-new")
    expect(page.get_by_text("It has not been heard yet.")).to_be_visible()
    assert is_sound(page)
    page.click("text=Revoke")
    expect(page.get_by_text("gw-new is revoked: what it sends from now on is refused.")).to_be_visible()
    assert [] == list(tmp_path.iterdir())
    assert is_sound(page)


def test_refused_messages_and_a_new_meter_are_dealt_with_on_the_gateways_page(page: Page, fresh_site: Site) -> None:
    announce(fresh_site.console, "cellar-1")
    refuse(fresh_site.console, "gw-K-1", "bad_time", 3)
    page.goto("/dashboard")
    assert is_sound(page)
    page.click("text=See why and what to do")
    page.click("table >> text=gw-K-1")
    expect(page.get_by_text("Set the clock of the box or of the meter.")).to_be_visible()
    assert is_sound(page)
    page.click("text=Hang it up")
    assert is_sound(page)
    page.fill("#f-opening_0", "12.5")
    page.click("button:has-text('Hang it up')")
    expect(page.get_by_role("link", name="Flat 2")).to_be_visible()
    page.click("button:has-text('Looked at')")
    expect(page.locator("#refused")).to_have_count(0)
