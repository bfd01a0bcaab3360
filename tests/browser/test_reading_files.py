"""Readings by file, in a browser: the rows to look at stand on the page and come as a sheet."""

from pathlib import Path

from playwright.sync_api import expect

from tests.browser.axe import violations
from tests.browser.conftest import Site, faults
from tests.browser.test_import import picture

TABLE = (
    "Gerät;Zeit;Stand\nnobody;2026-10-25T08:30;1318.742\nnobody;2026-11-25T08:30;1412.742\n"
    "nobody-2;31.02.2026;12.1\nnobody-2;2026-11-25T08:30;twelve\n"
)


def test_faulty_rows_are_shown_and_saved(fresh_site: Site, tmp_path: Path) -> None:
    table = tmp_path / "October.csv"
    table.write_text(TABLE)
    for width, scheme in ((1280, "light"), (390, "dark")):
        page = fresh_site.person("admin", width=width, height=800, color_scheme=scheme)
        page.goto("/readings/upload")
        page.locator("input[type=file]").set_input_files(table)
        page.get_by_role("button", name="Look at it").click()
        expect(page.get_by_text("2 rows name it")).to_be_visible()
        picture(page, f"reading-faults-{scheme}")
        assert [] == violations(page)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    with page.expect_download() as download:
        page.get_by_role("button", name="Download the rows to look at").click()
    assert "Rows-to-look-at-October.xlsx" == download.value.suggested_filename
    assert [] == [fault for fault in faults(page) if "422" not in fault]
