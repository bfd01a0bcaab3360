"""Addresses in fields: what was read from a text, what does not fit its country; seen and by axe."""

import pytest
from sqlalchemy import text

from cloud_service.store.database.session import transaction
from tests.browser.axe import violations
from tests.browser.conftest import Site, faults

READ = """
UPDATE client SET address = E'Kenyatta Avenue 3\n201 Nakuru', street = 'Kenyatta Avenue 3', postcode = '201',
       city = 'Nakuru', country = 'KE' WHERE number = 'C-1'
"""


@pytest.mark.parametrize(
    ("theme", "width", "language"), [("light", 1440, "en"), ("dark", 390, "en"), ("light", 1440, "ar")]
)
def test_an_address_that_was_read_is_put_right(fresh_site: Site, theme: str, width: int, language: str) -> None:
    with transaction(fresh_site.console.engine) as session:
        session.execute(text(READ))
    page = fresh_site.person("billing", width=width, color_scheme=theme, reduced_motion="reduce", locale=language)
    broken = {}

    def look(name: str) -> None:
        narrow = page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
        complaints = [fault for fault in faults(page) if "422" not in fault]  # a refused form answers so
        if found := [*violations(page), *complaints, *([] if narrow else ["too wide"])]:
            broken[name] = found

    page.goto("/today")
    look("today")
    page.goto("/clients?address=read")
    look("clients")
    page.goto(f"/clients/{fresh_site.console.ids['Amina']}")
    look("client")
    page.goto(f"/clients/{fresh_site.console.ids['Amina']}/edit")
    look("form")
    page.locator("[name=address_state]").select_option("checked")
    page.locator("main form button.btn-primary").click()
    page.wait_for_selector("#e-postcode")
    look("refused")
    page.locator("[name=postcode]").fill("20100")
    page.locator("main form button.btn-primary").click()
    page.wait_for_url(lambda url: not url.endswith("/edit"))
    assert "20100 Nakuru" in page.inner_text("main")
    page.goto("/clients?address=read")
    assert "Amina" not in page.inner_text("main")

    assert {} == broken
