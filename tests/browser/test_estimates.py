"""A gap is estimated in the browser, wide and on a phone, light and dark, with and without script."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import text

from cloud_service.flow.metering.enter_reading import ManualReading, enter
from cloud_service.flow.validate import validate_dirty
from cloud_service.store.database.session import transaction
from tests.browser.axe import violations
from tests.browser.conftest import Site, faults
from tests.cloud_service.web.console.invoicing.test_runs import with_an_estimate
from tests.cloud_service.web.operator_rows import NOW
from tests.cloud_service.web.pages import database_value

FIRST, LAST = datetime(2026, 8, 1, tzinfo=UTC), datetime(2026, 8, 11, tzinfo=UTC)


def read(site: Site) -> str:
    """A flat's index at the first days of August; the address of its gap."""
    for days in range((LAST - FIRST).days + 1):
        index = Decimal(1000 + 10 * days + days * days)
        entry = ManualReading("meter-M-1", "import", FIRST + timedelta(days=days), index, "Ada", "read")
        enter(site.console.engine, entry, NOW)
    while validate_dirty(site.console.engine).days:
        pass
    return f"/meters/{site.console.ids['M-1']}/estimate?from=2026-08-02&to=2026-08-31"


@pytest.mark.parametrize(
    ("theme", "width", "script"), [("light", 1440, True), ("dark", 390, True), ("light", 390, False)]
)
def test_a_gap_is_looked_at_and_kept(fresh_site: Site, theme: str, width: int, script: bool) -> None:
    address = read(fresh_site)
    page = fresh_site.person("billing", width=width, color_scheme=theme, java_script_enabled=script)
    page.goto(address)
    page.get_by_label("Energy, kWh").fill("200.5")
    page.get_by_role("button", name="Look again").click()
    page.get_by_text("By day: 200.500 kWh").wait_for()
    page.get_by_label("Why").fill("The display is dark")
    if script:
        assert [] == violations(page)
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    page.get_by_role("button", name="Keep the estimates").click()
    page.get_by_text("The estimate is kept").wait_for()

    assert 200_500 == database_value(fresh_site.console, "SELECT total FROM gap_estimate")
    page.goto(address)
    page.get_by_role("link", name="Withdraw").click()
    page.get_by_label("Why").fill("Read after all")
    if script:
        assert [] == violations(page)
        assert [] == faults(page)
    page.get_by_role("button", name="Withdraw it").click()
    page.get_by_text("The estimate is withdrawn").wait_for()


@pytest.mark.parametrize(("theme", "width"), [("light", 1440), ("dark", 390)])
def test_a_run_lists_what_was_estimated_and_its_calendar_says_when(fresh_site: Site, theme: str, width: int) -> None:
    address, _estimate = with_an_estimate(fresh_site.console)
    with transaction(fresh_site.console.engine) as session:
        session.execute(
            text("UPDATE billing_item SET state = 'parked', reason = 'no readings', code = 'missing_days' WHERE id = 2")
        )
    page = fresh_site.person("admin", width=width, color_scheme=theme, reduced_motion="reduce")
    for where in (address, f"/settings/entities/{fresh_site.console.ids['entity']}/calendar"):
        page.goto(where)
        assert [] == violations(page)
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    page.get_by_label("Last day for readings").fill("12")
    page.get_by_label("On the last day").select_option("estimate")
    page.get_by_label("Plan billing runs by themselves").check()
    page.get_by_role("button", name="Keep the calendar").click()
    page.get_by_text("What lacks readings 12 days after it is estimated.").wait_for()
    assert [] == faults(page)
